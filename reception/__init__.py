"""The desk: contacts, waiting line, search, household page."""
