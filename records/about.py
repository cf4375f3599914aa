"""What an entry of the audit trail is about, in words, with a link for whoever may see it; rooms above say theirs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import Project, User
from records.models import AuditEntry


@dataclass(frozen=True)
class About:
    """A thing in words, and the address of its page where the reader may open it."""

    words: str
    url: str = ""


# Finds what targets name, for a reader in a project; what they may not see is left out.
Finder = Callable[[User, Project, Collection[str]], Mapping[str, About]]


@dataclass(frozen=True, eq=False)
class _Kind:
    find: Finder
    otherwise: str | Promise


_KINDS: dict[str, _Kind] = {}


def register_about(actions: Iterable[str], find: Finder, *, otherwise: str | Promise = "") -> None:
    """Say what the entries of some actions are about: how it is found, and what is said where it is not.

    Without `otherwise` the target stands as it was written, for targets that are words themselves.
    """
    kind = _Kind(find, otherwise)
    _KINDS.update(dict.fromkeys(actions, kind))


def about(user: User, project: Project, rows: Iterable[AuditEntry]) -> dict[int, About]:
    """What each entry is about, by the entry's key. Each kind of target is looked for once."""
    asked: dict[_Kind, set[str]] = {}
    rows = list(rows)
    for row in rows:
        if row.action in _KINDS:
            asked.setdefault(_KINDS[row.action], set()).add(row.target)
    found = {kind: kind.find(user, project, targets) for kind, targets in asked.items()}
    return {row.pk: _about(row, found) for row in rows}


def _about(row: AuditEntry, found: Mapping[_Kind, Mapping[str, About]]) -> About:
    kind = _KINDS.get(row.action)
    if kind is None:
        return About(row.target)
    return found[kind].get(row.target) or About(str(kind.otherwise) or row.target)


def nothing(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """For entries that are about no one thing: what is said of them is always the same."""
    return {}
