"""The project's machinery: what `make` calls. Nothing here is imported by the product."""
