"""Reads what happened to cases, set-wise and in chunks, for the preview of a rule."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db.models import Count, F, Q

from accounts.models import User
from cases.models import Case, CaseQuerySet, Event
from cases.registry import kind_of
from cases.states import Phase
from sla.models import Clock, ClockEvent, PolicyVersion
from sla.preview import Fact, Happened, History, Preview, replay
from sla.queries import calendar_for
from sla.states import ClockEventKind

WINDOW = timedelta(days=90)
# So many cases are read at most, the newest; the page says so where there are more.
MOST_CASES = 10_000
CHUNK = 500
NEEDED = ("number", "kind", "category", "grade", "urgency", "promised_at", "closed_at", "project")


def preview(
    draft: PolicyVersion, current: PolicyVersion, *, reader: User, at: datetime, most: int = MOST_CASES
) -> Preview:
    """What the draft would have done in the last 90 days in the cases that the person sees, beside what was done.

    Matters taken over from a former system are left out; category and urgency are those of today.
    """
    since = at - WINDOW
    meant = _meant([*draft.case_kinds, *current.case_kinds])
    moved = Q(closed_at=None) | Q(closed_at__gte=since)
    found = Case.objects.visible_to(reader).filter(meant, moved, is_history=False).order_by("-opened_at", "-pk")
    pks = list(found.values_list("pk", flat=True)[: most + 1])
    shown = Preview(more=len(pks) > most)
    calendar_of = cache(calendar_for)
    for begin in range(0, min(len(pks), most), CHUNK):
        chunk = pks[begin : min(begin + CHUNK, most)]
        actual = facts_of(chunk, draft.policy.key)
        for history in histories(Case.objects.filter(pk__in=chunk), draft.policy.key):
            replayed = [fact for fact in replay(history, draft, at, calendar_of) if fact.started >= since]
            was = [fact for fact in actual[history.case.pk] if fact.started >= since]
            shown = shown.plus(history.case.number, was, replayed)
    return shown


def _meant(names: Collection[str]) -> Q:
    """Cases that a rule's `case_kinds` name."""
    found = Q(pk__in=[])
    for name in names:
        base, _colon, part = name.partition(":")
        found |= Q(kind=base) & ((Q(category=part) | Q(grade=part)) if part else Q())
    return found


def facts_of(pks: Sequence[int], key: str) -> dict[int, list[Fact]]:
    """How the promises under a key really went, by case."""
    found: dict[int, list[Fact]] = defaultdict(list)
    told = Count("fired", filter=Q(fired__skipped=False))
    rows = Clock.objects.filter(case__in=pks, key=key).annotate(told=told).order_by("pk")
    for clock in rows:
        found[clock.case_id].append(Fact.of(clock, told=getattr(clock, "told", 0)))
    return found


def histories(cases: CaseQuerySet, key: str) -> list[History]:
    """What happened to the cases, with the time given to promises under `key`; four statements, however many."""
    rows = {case.pk: case for case in cases.select_related("project").only(*NEEDED, "project__time_zone")}
    beside = _beside(list(rows), key)
    happened: dict[int, list[Happened]] = defaultdict(list)
    told = Q(kind__startswith="clock.") & ~Q(kind="clock.extended")
    events = Event.objects.filter(case__in=list(rows)).exclude(told).order_by("case_id", "pk")
    for pk, case_id, kind, at, data in events.values_list("pk", "case_id", "kind", "at", "data"):
        case, before = rows[case_id], happened[case_id]
        given = beside.given.get((case_id, at)) if kind == "clock.extended" and data.get("key") == key else None
        phase = _phase(case, kind, at, before[-1].phase if before else Phase.OPEN)
        before.extend(
            Happened(
                pk=pk,
                kind=kind,
                at=at,
                phase=phase,
                data=data,
                subject=given[0] if given else subject,
                since=beside.since.get(pk),
                undoes=data.get("undoes"),
                gives_to=key if given else "",
                more=given[1] if given else timedelta(0),
            )
            for subject in data.get("subjects") or [data.get("subject", "")]
        )
    return [History(case, tuple(happened[pk])) for pk, case in rows.items()]


def _phase(case: Case, event: str, at: datetime, before: str) -> str:
    """The phase of a case after an event: what its kind says of the event, and when it closed last."""
    if case.closed_at == at:
        return Phase.CLOSED
    kind = kind_of(case.kind)
    after = {kind.phases[step.target] for step in kind.transitions.values() if step.event == event and step.target}
    if not after:
        return before
    return Phase.CLOSED if after == {Phase.CLOSED} else Phase.OPEN


class _Beside(NamedTuple):
    """What clocks wrote down of the events that moved them."""

    since: dict[int, datetime]
    given: dict[tuple[int, datetime], tuple[str, timedelta]]


def _beside(pks: Sequence[int], key: str) -> _Beside:
    """Earlier starts by the key of the event, time given by case and moment."""
    found = _Beside({}, {})
    rows = ClockEvent.objects.filter(clock__case__in=pks)
    earlier = rows.filter(kind=ClockEventKind.STARTED, at__lt=F("recorded_at"))
    for at, data in earlier.values_list("at", "data"):
        if "cause" in data:
            found.since[data["cause"]] = at
    extended = rows.filter(kind=ClockEventKind.EXTENDED, clock__key=key)
    for at, data, subject, case_id in extended.values_list("at", "data", "clock__subject", "clock__case_id"):
        given = datetime.fromisoformat(data["to"]) - datetime.fromisoformat(data["from"])
        # Working hours given to a clock on a calendar are fewer than the hours by which it moved.
        given = timedelta(seconds=data["seconds"]) if "seconds" in data else given
        found.given[case_id, at] = (subject, given)
    return found
