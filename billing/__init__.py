"""Fees: what is charged, by which tariff, and which units bear it."""
