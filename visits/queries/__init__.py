"""Reads of callbacks and home visits."""
