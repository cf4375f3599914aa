"""Which roles decide about which kinds of things that need a second person; filled with the kinds themselves."""

from collections.abc import Collection, Iterator

from accounts.models import User

_ROLES: dict[str, frozenset[str]] = {}


def let_decide(kind: str, roles: Collection[str]) -> None:
    """Say who decides about a kind."""
    _ROLES[kind] = frozenset(str(role) for role in roles)


def deciders_of(kind: str) -> frozenset[str]:
    """The roles that decide about a kind; nobody where nobody was named."""
    return _ROLES.get(kind, frozenset())


def deciding_roles() -> frozenset[str]:
    """Every role that decides about something."""
    return frozenset().union(*_ROLES.values())


def decided_by(user: User) -> Iterator[tuple[list[str], list[int]]]:
    """The kinds that the person decides about, each time with the ids of the projects in which they do."""
    for roles in set(_ROLES.values()):
        projects = user.projects_as(*roles)
        if projects:
            yield [kind for kind, named in _ROLES.items() if named == roles], projects
