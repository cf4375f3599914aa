"""SQLite with one writer at a time, decided by a file lock rather than by luck."""
