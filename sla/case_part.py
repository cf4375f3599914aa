"""The clocks of a case where it is shown whole: its own and those of the cases opened for it."""

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import User
from cases.models import Case
from cases.parts import Part, register_part
from cases.registry import kinds_within_parents
from sla.models import Clock


def clocks(cases: Sequence[Case], reader: User) -> dict[int, Part]:
    """The clocks of the cases and of their children that the person may see, by case, in the order of due times."""
    found: dict[int | None, Part] = {case.pk: [] for case in cases}
    concerned = Q(case__in=list(found)) | Q(case__parent__in=list(found), case__kind__in=kinds_within_parents())
    rows = Clock.objects.visible_to(reader).filter(concerned)
    for clock in rows.select_related("case", "version__policy").order_by("due_at", "pk"):
        shown = _shown(clock)
        for pk in (clock.case_id, clock.case.parent_id):
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
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "ended_at": clock.ended_at,
    }


register_part("clocks", clocks)
