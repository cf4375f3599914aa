"""Who may see and do what: every address × method × role × whose it is."""
