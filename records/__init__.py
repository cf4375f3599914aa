"""Files, long work, idempotency, audit and search tokens."""
