"""Pages of money, by page."""
