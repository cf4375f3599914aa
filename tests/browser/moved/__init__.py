"""Whole days and weeks at the desk, in a browser, on processes whose clock is set from outside."""
