"""The case, its events and access: one timeline for every kind of matter."""
