"""Pages of callbacks and home visits."""
