"""The left-hand navigation: at most nine entries per role; which ones is said in `servicedesk.places`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import Project, User


@dataclass(frozen=True)
class Entry:
    """A place to go. `count` says what waits there; it must be one cheap statement.

    `query` ends the address: `?view=mine`, or `#join` for a dialog that opens with the page. `also`: by which other
    words it is found.
    """

    label: str | Promise
    url_name: str
    icon: str
    roles: frozenset[str]
    order: int
    count: Callable[[User, Project], int] | None = None
    query: str = ""
    also: tuple[str | Promise, ...] = ()

    @property
    def address(self) -> str:
        """Where it is."""
        return reverse(self.url_name) + self.query


@dataclass(frozen=True)
class Shown:
    """An entry as the frame renders it."""

    label: str | Promise
    url: str
    icon: str
    count: int | None
    active: bool


MOST = 9


def open_to(places: Iterable[Entry], user: User, project: Project) -> list[Entry]:
    """The entries of the person's roles in the project, in order, each address once."""
    mine: dict[str, Entry] = {}
    for entry in sorted(places, key=lambda e: e.order):
        if user.has_role(project.pk, *entry.roles):
            mine.setdefault(entry.address, entry)
    return list(mine.values())


def _mine(places: Iterable[Entry], user: User, project: Project) -> list[Entry]:
    return open_to(places, user, project)[:MOST]


def entries_for(
    places: Iterable[Entry], user: User, project: Project | None, path: str, counts: Mapping[str, int]
) -> list[Shown]:
    """The entries of the person's roles in the project; the one whose address begins the path longest is active."""
    if project is None:
        return []
    mine = _mine(places, user, project)
    urls = [reverse(e.url_name) for e in mine]
    here = max((url for url in urls if path.startswith(url)), key=len, default="")
    return [Shown(e.label, url, e.icon, counts.get(e.url_name), url == here) for e, url in zip(mine, urls, strict=True)]


def counts_for(places: Iterable[Entry], user: User, project: Project) -> dict[str, int]:
    """What waits at each of the person's entries, by the name of its address."""
    return {e.url_name: e.count(user, project) for e in _mine(places, user, project) if e.count}
