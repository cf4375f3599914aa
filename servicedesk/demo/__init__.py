"""The demonstration project: people, homes and a few days of work, made through the same actions as real ones."""

from servicedesk.demo.load import load

__all__ = ["load"]
