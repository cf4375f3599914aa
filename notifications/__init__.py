"""The outbox, the inbox and the channels."""
