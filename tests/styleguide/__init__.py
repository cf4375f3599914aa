"""The style guide: parts of the pages with made-up content, for tests only."""
