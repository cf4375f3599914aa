"""The sweep: everything that fell due is found, written down and told, once, however often and wherever it runs."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts.models import Project, User
from cases.models import Case
from sla.actions.clocks import Ledger, catch_up, save_moved
from sla.calendars import WorkingTime
from sla.models import CalendarVersion, Clock, ClockEvent, Heartbeat, PolicyVersion
from sla.queries import Staff
from sla.states import ClockEventKind

log = structlog.get_logger(__name__)
BATCH = 500
# What cannot be carried out is tried again after this: the cause may be gone, and a promise is never given up.
SET_ASIDE_FOR = timedelta(hours=1)


class Looking(NamedTuple):
    """Up to which moment a pass looks, and the moment at which it finds what it finds."""

    at: datetime
    found: datetime


def sweep_clocks(*, at: datetime, batch: int = BATCH, found: datetime | None = None) -> dict[str, int]:
    """Carry out every clock step passed before `at`. Returns counts of clocks, breaches, steps, messages, parked.

    `found` is the true moment where the sweep looks back on purpose: what is written says that it was found then.
    Claims due cases in batches, each in one transaction; cases that another sweep or a person holds are left to the
    next pass. Killed anywhere, the batch in hand is as if it had not begun.
    """
    counts = {"clocks": 0, "breaches": 0, "steps": 0, "messages": 0, "parked": 0}
    looking = Looking(at, found or at)
    while True:
        try:
            swept = _sweep_batch(looking, batch)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("sweep_batch_failed")
            swept = _sweep_one_by_one(looking, batch)
        for name, count in swept.items():
            counts[name] += count
        if not swept["clocks"] and not swept["parked"]:
            return counts


def _claim(at: datetime, batch: int) -> tuple[dict[int, Case], list[Clock]]:
    due = Clock.objects.due(at).order_by("next_at").values_list("case_id", flat=True)[:batch]
    cases = {case.pk: case for case in Case.objects.select_for_update(skip_locked=True).filter(pk__in=set(due))}
    _meet(cases.values())
    clocks = list(Clock.objects.due(at).filter(case_id__in=cases).order_by("next_at", "pk"))
    _promise(clocks)
    _reckon(clocks, cases)
    return cases, clocks


def _meet(cases: Iterable[Case]) -> None:
    """Put who handles and who took the cases into them, each person read once however many cases they have."""
    held = [(case, name, getattr(case, f"{name}_id")) for case in cases for name in ("handler", "taken_by")]
    people = User.objects.in_bulk({pk for _, _, pk in held if pk is not None})
    for case, name, pk in held:
        if pk is not None:
            setattr(case, name, people[pk])


def _promise(clocks: Iterable[Clock]) -> None:
    """Put the rules into the clocks, each version read once."""
    wanted = {clock.version_id for clock in clocks}
    versions = PolicyVersion.objects.select_related("policy").in_bulk(wanted)
    for clock in clocks:
        clock.version = versions[clock.version_id]


def _reckon(clocks: Iterable[Clock], cases: Mapping[int, Case]) -> None:
    """Put working time into the clocks that count it, each calendar read once; for natural time nothing is read."""
    counting = [clock for clock in clocks if clock.calendar_id is not None]
    if not counting:
        return
    calendars = CalendarVersion.objects.in_bulk({clock.calendar_id for clock in counting})
    projects = Project.objects.in_bulk({cases[clock.case_id].project_id for clock in counting})
    known: dict[tuple[int, str], WorkingTime] = {}
    for clock in counting:
        calendar, zone = calendars[clock.calendar_id], projects[cases[clock.case_id].project_id].time_zone
        key = (calendar.pk, zone)
        known[key] = clock.working_time = known.get(key) or calendar.working_time(ZoneInfo(zone))


@transaction.atomic
def _sweep_batch(looking: Looking, batch: int) -> dict[str, int]:
    cases, clocks = _claim(looking.at, batch)
    return _carry_out(cases, clocks, looking) if clocks else _counts(Ledger(), [])


def _carry_out(cases: dict[int, Case], clocks: list[Clock], looking: Looking) -> dict[str, int]:
    ledger = Ledger(staff=Staff.of({case.project_id for case in cases.values()}, cases))
    for clock in clocks:
        catch_up(clock, case=cases[clock.case_id], now=looking.at, ledger=ledger, found=looking.found)
    ledger.write()
    save_moved(clocks)
    _no_more_errors(clocks)
    return _counts(ledger, clocks)


def _no_more_errors(clocks: list[Clock]) -> None:
    """What was set aside and is carried out now shows its error no more."""
    healed = [clock.pk for clock in clocks if clock.parked_error]
    if healed:
        Clock.objects.filter(pk__in=healed).update(parked_error="")


def _counts(ledger: Ledger, clocks: list[Clock]) -> dict[str, int]:
    return {
        "clocks": len(clocks),
        "breaches": ledger.breaches,
        "steps": len(ledger.fired),
        "messages": len(ledger.messages),
        "parked": 0,
    }


def _sweep_one_by_one(looking: Looking, batch: int) -> dict[str, int]:
    """After a batch failed: every clock on its own, so that one that cannot be carried out holds up nobody."""
    total = _counts(Ledger(), [])
    pks = list(Clock.objects.due(looking.at).order_by("next_at").values_list("pk", flat=True)[:batch])
    for pk in pks:
        try:
            found = _sweep_one(pk, looking)
        except (OperationalError, InterfaceError):
            raise
        except Exception as problem:
            log.exception("clock_parked", clock=pk)
            found = _park(pk, looking.found, repr(problem))
        for name, count in found.items():
            total[name] += count
    return total


@transaction.atomic
def _sweep_one(pk: int, looking: Looking) -> dict[str, int]:
    cases = _claim_case(pk)
    fresh = list(Clock.objects.due(looking.at).filter(pk=pk, case_id__in=cases).select_related("version__policy"))
    _reckon(fresh, cases)
    return _carry_out(cases, fresh, looking)


def _claim_case(clock_pk: int) -> dict[int, Case]:
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(clocks=clock_pk)
    return {case.pk: case for case in rows.select_related("project", "handler", "taken_by")}


@transaction.atomic
def _park(pk: int, at: datetime, error: str) -> dict[str, int]:
    """Set a clock aside for an hour with its error; the same error again is no news."""
    if not _claim_case(pk):
        return _counts(Ledger(), [])
    clock = Clock.objects.get(pk=pk)
    is_news = clock.parked_error != error[:500]
    clock.next_at, clock.parked_error = at + SET_ASIDE_FOR, error[:500]
    clock.save(update_fields=["next_at", "parked_error"])
    if is_news:
        ClockEvent.objects.create(
            clock=clock, kind=ClockEventKind.PARKED, at=at, recorded_at=at, data={"error": error[:500]}
        )
    return {**_counts(Ledger(), []), "parked": 1}


def beat(*, name: str, at: datetime, data: dict[str, Any]) -> None:
    """Write down that a periodic job ran."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "data": data})
