"""Nonsense from every role at every address: nothing of it fails the server."""
