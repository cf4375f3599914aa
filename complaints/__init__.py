"""Complaints (投诉)."""
