"""Policies, clocks and the sweep that enforces them."""
