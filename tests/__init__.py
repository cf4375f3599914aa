"""The proofs, one folder per app."""
