"""Cases that belong together: lock a whole line of them in the one order, and tell a parent what its child did."""

from datetime import datetime

from accounts.models import User
from cases.actions import lock
from cases.models import Case
from cases.registry import kind_of


def lock_line(case: Case, *, expected: int | None = None) -> Case:
    """Lock a case after all those above it, the first one first; return it with its line as it stands now.

    Raises `Stale` where `expected` is not the case's version any more.
    """
    above: Case | None = None
    for ancestor in _ancestors(case):
        locked = lock(ancestor)
        locked.parent = above
        above = locked
    locked = lock(case, expected=expected)
    locked.parent = above
    return locked


def _ancestors(case: Case) -> list[Case]:
    found: list[Case] = []
    above = case.parent_id
    while above is not None:
        parent = Case.objects.only("pk", "parent_id").get(pk=above)
        found.insert(0, parent)
        above = parent.parent_id
    return found


def tell_parent(*, child: Case, event: str, at: datetime, by: User | None) -> None:
    """Let the kind of the parent know what happened in a case opened for it. Both are locked by the caller."""
    parent = child.parent
    if parent is None:
        return
    on_child = kind_of(parent.kind).on_child
    if on_child is not None:
        on_child(parent, child, event, at, by)
