"""Reads behind the desk's pages: the desk itself, the one search, who calls, one household, the work log."""
