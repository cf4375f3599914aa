"""Repairs and services: dispatch, jobs, warranty, price list."""
