"""Reads of bills, payments and the ledger."""
