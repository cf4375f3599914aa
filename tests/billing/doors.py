"""Visits to the door of the cast's homes, made by the same actions as at work."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from billing.actions.doors import Window, ask_for_visit, collect, confirm, prepare
from billing.actions.handing_in import hand_in
from billing.models import Bill, DoorVisit, HandIn, PreparedReceipt, Receipt
from billing.queries.doors import hand_in_page
from records.papers import FONTS
from tests.billing.money import HOME, yuan
from tests.cast import NOON, Cast

HOUR = timedelta(hours=1)
SAID = "已核对姓名、业主、房号、时间和金额"


def link(token: str) -> str:
    return f"https://desk.example.org/r/{token}/"


def asked(cast: Cast, *bills: Bill, home: str = HOME, at: datetime = NOON, **more: Any) -> DoorVisit:
    """The front desk goes within the next two hours."""
    given = {
        "payer": "张小明",
        "collector": cast.frontdesk,
        "window": Window(at + HOUR, at + 2 * HOUR),
        "by": cast.frontdesk,
        **more,
    }
    return ask_for_visit(unit=cast.units[home], bills=bills, at=at, **given)


def confirmed(cast: Cast, visit: DoorVisit, amount: object = None, **more: Any) -> DoorVisit:
    told = visit.amount if amount is None else yuan(amount)
    given = {"spoke_to": "张小明", "said": SAID, "by": cast.frontdesk, "at": NOON, **more}
    return confirm(visit=visit, amount=told, **given)


def prepared(cast: Cast, visit: DoorVisit, **more: Any) -> PreparedReceipt:
    return prepare(visit=visit, link=link, fonts=FONTS, **{"by": cast.cashier, "at": NOON, **more})


def carried(cast: Cast, *bills: Bill, **more: Any) -> DoorVisit:
    """A visit whose receipt is prepared."""
    at = more.get("at", NOON)
    visit = confirmed(cast, asked(cast, *bills, **more), at=at)
    prepared(cast, visit, at=at)
    visit.refresh_from_db()
    return visit


def collected(cast: Cast, *bills: Bill, method: str = "cash", **more: Any) -> Receipt:
    visit = carried(cast, *bills, **more)
    return collect(visit=visit, method=method, by=visit.collector, at=more.get("at", NOON) + HOUR)


def handed(cast: Cast, counted: object = None, *, collector: User | None = None, **more: Any) -> HandIn:
    """All that the front desk has in hand, received by the cashier."""
    page = hand_in_page(cast.project, collector or cast.frontdesk)
    given = {
        "visits": [visit.number for visit in page.visits],
        "papers": [paper.number for paper in page.papers],
        "by": cast.cashier,
        "at": NOON + 2 * HOUR,
        **more,
    }
    comes_to = page.recorded if counted is None else yuan(counted)
    return hand_in(project=cast.project, collector=page.collector, counted=comes_to, **given)
