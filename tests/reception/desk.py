"""What the desk's tests share: the cast found by search, contacts and tickets as the desk takes them."""

from datetime import datetime, timedelta
from typing import Any

from cases.models import Event
from estate.actions import reindex_register
from reception import actions
from reception.actions import Caller, NewContact
from reception.models import Contact
from tests.cast import NOON, Cast
from tests.tickets.pages import clock_at, queries_for, read_in_english, text_of, words_of
from tickets.actions import NewTicket
from tickets.models import Ticket

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PHONE = "13812341234"
MASKED = "138****1234"
ROOM = "3-2-1501"

__all__ = [
    "HOUR", "MASKED", "MINUTE", "NOON", "PHONE", "ROOM", "call", "clock_at", "events", "findable", "queries_for",
    "read_in_english", "repair", "text_of", "visit", "words_of",
]  # fmt: skip


def findable(cast: Cast) -> Cast:
    """The cast's homes, as the search knows them; everybody reads English."""
    reindex_register(project=cast.project)
    reindex_register(project=cast.other_project)
    read_in_english(cast)
    return cast


def call(cast: Cast, *, said: str = "物业费怎么交？", at: datetime = NOON, **more: Any) -> Contact:
    """A call from 3-2-1501 that the desk is on."""
    caller = Caller(name="张小明", phone=PHONE, unit=cast.units[ROOM])
    values: dict[str, Any] = {"project": cast.project, "said": said, "caller": caller}
    new = NewContact(**(values | more))
    return actions.log_contact(new=new, by=cast.frontdesk, at=at)


def visit(cast: Cast, name: str = "孙先生", *, at: datetime = NOON, **more: Any) -> Contact:
    """Somebody in line."""
    values: dict[str, Any] = {"project": cast.project, "channel": "walk_in", "caller": Caller(name=name)}
    new = NewContact(**(values | more))
    return actions.queue(new=new, by=cast.frontdesk, at=at)


def repair(cast: Cast, words: str = "厨房水管漏水", *, at: datetime = NOON, room: str = ROOM, **more: Any) -> Ticket:
    """A repair taken by phone."""
    values: dict[str, Any] = {
        "project": cast.project,
        "unit": cast.units[room],
        "description": words,
        "contact_phone": PHONE,
    }
    new = NewTicket(**(values | more))
    return actions.take_ticket(new=new, by=cast.frontdesk, at=at)


def events(contact: Contact) -> list[str]:
    """What happened to a contact, in order."""
    return list(Event.objects.filter(case=contact.case).order_by("pk").values_list("kind", flat=True))
