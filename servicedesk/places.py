"""Who finds what in the left-hand navigation. Order decides the role's home page: its first entry."""

from servicedesk.navigation import Entry

PLACES: list[Entry] = []
