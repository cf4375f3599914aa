"""Reads behind the pages of tickets: the list, one ticket, the dispatch board, a technician's jobs."""
