"""Cases that belong together: lock a whole line of them in the one order, and tell a parent what its child did."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from cases.actions import lock_rows, require_version
from cases.models import Case
from cases.registry import kind_of


def lock_line(case: Case, *, expected: int | None = None) -> Case:
    """Lock a case with all those above it; return it with its line as it stands now.

    Raises `Stale` where `expected` is not the case's version any more.
    """
    (locked,) = lock_lines(case)
    require_version(locked, expected)
    return locked


def lock_lines(*cases: Case) -> list[Case]:
    """Lock cases with all those above them, in the one order; return them as they stand now, in the order given."""
    rows = lock_rows(_with_ancestors(cases))
    return [rows[case.pk] for case in cases]


def _with_ancestors(cases: Sequence[Case]) -> set[int]:
    """The keys of the cases and of all above them. Whom a case was opened for never changes: no lock is needed yet."""
    found, above = {case.pk for case in cases}, {case.parent_id for case in cases if case.parent_id is not None}
    while above - found:
        found |= above
        parents = Case.objects.filter(pk__in=above, parent__isnull=False)
        above = {pk for pk in parents.values_list("parent_id", flat=True) if pk is not None}
    return found


def tell_parent(*, child: Case, event: str, at: datetime, by: User | None) -> None:
    """Let the kind of the parent know what happened in a case opened for it. Both are locked by the caller."""
    parent = child.parent
    if parent is None:
        return
    on_child = kind_of(parent.kind).on_child
    if on_child is not None:
        on_child(parent, child, event, at, by)
