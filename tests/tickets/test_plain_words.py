"""What a reader could take wrongly: an open time said twice, a sum beside a free service."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from cases.sentences import sentence
from tests.cast import NOON, Cast
from tests.tickets.flow import opened
from tickets.actions import dispatch


def said(cast: Cast, **window: object) -> str:
    ticket = opened(cast)
    dispatch(ticket=ticket, technician=cast.technician, by=cast.frontdesk, at=NOON, **window)  # type: ignore[arg-type]
    event = ticket.case.events.get(kind="ticket.dispatched")
    with translation.override("en"):
        return sentence(event.kind, event.data)


@pytest.mark.req("REP-2")
def test_an_open_time_is_said_once(cast: Cast) -> None:
    assert said(cast).endswith("; agreed time: any time.")


@pytest.mark.req("REP-2")
def test_an_agreed_time_is_said_from_and_to(cast: Cast) -> None:
    start = NOON + timedelta(days=1)
    words = said(cast, window_from=start, window_to=start + timedelta(hours=2))
    assert "12:00 to " in words
    assert words.endswith("14:00.")


@pytest.mark.req("REP-5")
@pytest.mark.parametrize(
    ("charge", "shown", "hidden"), [("free", "0.00", "Total"), ("paid", "Total", "nothing to pay")]
)
def test_parts_of_a_free_service_show_no_sum(cast: Cast, charge: str, shown: str, hidden: str) -> None:
    ticket = opened(cast)
    ticket.charge = charge
    page = type("Page", (), {"ticket": ticket})()
    sums = type("Lines", (), {"rows": [], "total": 30})()
    with translation.override("en"):
        foot = render_to_string("tickets/lines.html", {"page": page, "lines": sums})
    assert shown in foot
    assert hidden not in foot
    assert ("30.00" in foot) is (charge == "paid")
