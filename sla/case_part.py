"""The clocks of a case where it is shown whole: its own and those of the cases that are part of it."""

from collections.abc import Sequence

from accounts.models import User
from cases.models import Case
from cases.parts import Part, register_part
from cases.registry import kinds_within_parents
from sla.models import Clock


def clocks(cases: Sequence[Case], reader: User) -> dict[int, Part]:
    """The clocks of the cases and of what is part of them that the person may read, by case, in order of due times.

    What one case shows does not depend on which others are asked for along with it.
    """
    within = kinds_within_parents()
    found: dict[int | None, Part] = {case.pk: [] for case in cases}
    concerned = Case.objects.visible_to(reader).with_parts(case.pk for case in cases)
    rows = Clock.objects.filter(case__in=concerned).told_to(reader)
    for clock in rows.select_related("case", "version__policy").order_by("due_at", "pk"):
        shown = _shown(clock)
        above = clock.case.parent_id if clock.case.kind in within else None
        for pk in (clock.case_id, above):
            if pk in found:
                found[pk].append(shown)
    return {pk: part for pk, part in found.items() if pk is not None}


def _shown(clock: Clock) -> dict[str, object]:
    return {
        "id": clock.pk,
        "key": clock.key,
        "label": clock.version.policy.name,
        "case": clock.case.number,
        "subject": clock.subject,
        "cycle": clock.cycle,
        "state": clock.state,
        "counts": clock.counts,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "paused_at": clock.paused_at,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "ended_at": clock.ended_at,
    }


register_part("clocks", clocks)
