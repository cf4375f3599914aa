"""An arrears case of the cast's home, brought to where a test needs it by the same actions as at work."""

from datetime import date, datetime, timedelta
from typing import Any

from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.models import Arrears, ArrearsLetter, Bill
from cases.models import Case
from records.models import Approval
from sla.models import Clock
from tests.billing.money import HOME, charged
from tests.cast import NOON, Cast

DAY = timedelta(days=1)
# What the courier says of a letter; it has a number.
SIGNED = acts.Proof(carrier_status="本人签收")


def overdue(cast: Cast, amount: object = 100, *, due_on: date | None = None, at: datetime = NOON, **more: Any) -> Bill:
    """A bill that was due yesterday."""
    return charged(cast, amount, due_on=due_on or (at - DAY).date(), at=at - DAY, **more)


def found(cast: Cast, at: datetime = NOON, home: str = HOME) -> Arrears:
    """The case that goes on for a home, after the calendar's work."""
    collect(at)
    return again(Arrears.objects.open().get(unit=cast.units[home]))


def again(arrears: Arrears) -> Arrears:
    """As it stands now."""
    return Arrears.objects.select_related("case__project", "unit", "debtor").get(pk=arrears.pk)


def told(cast: Cast, arrears: Arrears, at: datetime = NOON) -> Arrears:
    """Reached by phone."""
    acts.notify(arrears=arrears, how="phone", by=cast.cashier, at=at)
    return again(arrears)


def lettered(cast: Cast, arrears: Arrears, at: datetime, number: str = "SF1") -> ArrearsLetter:
    """A letter that was sent."""
    return acts.letter(arrears=arrears, tracking_number=number, by=cast.cashier, at=at)


def delivered(cast: Cast, arrears: Arrears, at: datetime) -> Arrears:
    """Told, three months later lettered, two days later delivered; `at` is when they were told."""
    told(cast, arrears, at)
    lettered(cast, again(arrears), at + 93 * DAY)
    acts.deliver(proof=SIGNED, arrears=again(arrears), by=cast.cashier, at=at + 95 * DAY)
    return again(arrears)


def clock(case: Case, key: str, subject: str = "") -> Clock:
    """The newest promise of the case under a key, of whatever it is about where that is not said."""
    found = Clock.objects.filter(case=case, key=key)
    return (found.filter(subject=subject) if subject else found).latest("pk")


def planned(cast: Cast, arrears: Arrears, at: datetime, days: int = 1) -> Arrears:
    """A visit that was decided, for the cashier to make."""
    on = (at + days * DAY).astimezone(cast.project.tz).date()
    acts.decide_visit(arrears=again(arrears), on=on, half="evening", visitor=cast.cashier, by=cast.supervisor, at=at)
    return again(arrears)


def visited(cast: Cast, arrears: Arrears, at: datetime, outcome: str = "met") -> Arrears:
    """A visit that was made."""
    report = acts.Report(outcome=outcome, met="业主本人" if outcome == "met" else "", said="仍不缴", next_step="发函")
    acts.visit(arrears=again(arrears), report=report, by=cast.cashier, at=at)
    return again(arrears)


def to_court(cast: Cast, arrears: Arrears, at: datetime) -> Approval:
    """A second person is asked for the legal channel, whatever is missing for it."""
    return acts.ask_to_file(arrears=arrears, reason="长期拒缴", despite="已明说不缴", by=cast.supervisor, at=at)
