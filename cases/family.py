"""Cases that belong together: lock a whole line of them in the one order, and tell a parent what its child did.

A case may also wait for one that was opened for somebody else: it hears of that one like of a child.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import lock_rows, require_version
from cases.lookups import Few
from cases.models import Awaited, Case
from cases.registry import kind_of
from core.errors import NotNow


def lock_line(case: Case, *, expected: int | None = None) -> Case:
    """Lock a case with all those above it; return it with its line as it stands now.

    Raises `Stale` where `expected` is not the case's version any more.
    """
    (locked,) = lock_lines(case)
    require_version(locked, expected)
    return locked


def lock_lines(*cases: Case) -> list[Case]:
    """Lock cases with all those above them, in the one order; return them as they stand now, in the order given.

    Whatever waits for one of them is locked along: it hears of what happens, and may be older or younger than it.
    """
    line = _with_ancestors(cases)
    rows = lock_rows(line, Q(Few(F("pk"), Awaited.objects.filter(case__in=line).values("by_case"))))
    return [rows[case.pk] for case in cases]


def lock_given(*cases: Case | None) -> list[Case]:
    """Lock those of the cases that are there, each once, with all above them; in the order given."""
    wanted = {case.pk: case for case in cases if case is not None}
    return lock_lines(*wanted.values()) if wanted else []


def _with_ancestors(cases: Sequence[Case]) -> set[int]:
    """The keys of the cases and of all above them. Whom a case was opened for never changes: no lock is needed yet."""
    found, above = {case.pk for case in cases}, {case.parent_id for case in cases if case.parent_id is not None}
    while above - found:
        found |= above
        parents = Case.objects.filter(pk__in=above, parent__isnull=False)
        above = {pk for pk in parents.values_list("parent_id", flat=True) if pk is not None}
    return found


def tell_parent(*, child: Case, event: str, at: datetime, by: User | None) -> None:
    """Let the kind of the parent know what happened in a case opened for it. Both are locked by the caller.

    So do those of the cases that wait for it, which were locked with it by `lock_lines`.
    """
    above = [child.parent] if child.parent is not None else []
    waiting = Awaited.objects.filter(case=child).values_list("by_case_id", flat=True)
    for case in [*above, *lock_rows(set(waiting)).values()]:
        on_child = kind_of(case.kind).on_child
        if on_child is not None:
            on_child(case, child, event, at, by)


def wait_for(*, case: Case, other: Case, at: datetime, by: User | None) -> None:
    """Let a case hear of another one's steps from now on. Both are locked by the caller.

    Raises `NotNow` where it does so already.
    """
    is_child = other.parent_id == case.pk
    if is_child or Awaited.objects.filter(case=other, by_case=case).exists():
        raise NotNow(_("%(number)s stands there already.") % {"number": other.number})
    Awaited.objects.create(case=other, by_case=case, since=at, set_by=by)


def wait_instead(*, over: Case, other: Case, at: datetime, by: User | None) -> None:
    """Let whatever heard of a case hear of another one from now on: it ended as the same matter.

    That is the case it was opened for, and those that waited for it. All of them are locked by the caller.
    """
    heard = [over.parent_id, *Awaited.objects.filter(case=over).order_by("pk").values_list("by_case_id", flat=True)]
    keys = [pk for pk in heard if pk is not None and pk not in (other.pk, other.parent_id)]
    rows = [Awaited(case=other, by_case_id=pk, since=at, set_by=by) for pk in keys]
    Awaited.objects.bulk_create(rows, ignore_conflicts=True)  # who waits for it already goes on doing so


def heard_of(case: Case) -> Q:
    """Which cases it hears of: those opened for it and those that it waits for."""
    return Q(parent=case) | Q(pk__in=Awaited.objects.filter(by_case=case).values("case"))
