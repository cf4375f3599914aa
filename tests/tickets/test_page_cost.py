"""What one ticket's page asks of the database, however much there is to show."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.states import PhotoLabel
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, called_back, in_progress, lines, opened
from tests.tickets.pages import clock_at, queries_for, read_in_english
from tests.tickets.pictures import photo_bytes
from tests.tickets.test_bills import finish, paid_work
from tickets import actions
from tickets.actions import Caller
from tickets.models import PriceItem, Ticket

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/tickets/{ticket.case.number}/"


@pytest.mark.parametrize("extra", [0, 2])
def test_it_costs_the_same_however_much_happened(cast: Cast, signed_in: SignIn, extra: int) -> None:
    ticket = in_progress(cast, opened(cast))
    for n in range(extra):
        at = NOON + 2 * HOUR + timedelta(minutes=n)
        actions.feedback(ticket=ticket, text="在路上", by=cast.technician, at=at)
        actions.join_caller(ticket=ticket, caller=Caller(name="邻居"), by=cast.frontdesk, at=at)
    assert queries_for(signed_in(cast.supervisor), page(ticket)) == 8


def test_paid_work_asks_for_its_bills_only_once_some_is_done(cast: Cast, signed_in: SignIn) -> None:
    ticket = paid_work(cast)
    client = signed_in(cast.supervisor)
    assert queries_for(client, page(ticket)) == 8
    finish(cast, ticket)
    assert queries_for(client, page(ticket)) == 9


def test_one_that_is_over_is_read_in_eight_statements(cast: Cast, signed_in: SignIn) -> None:
    ticket, twin = opened(cast), opened(cast, unit=cast.units["3-2-1502"])
    photo = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    actions.add_photo(ticket=ticket, upload=photo, label=PhotoLabel.INTAKE, by=cast.frontdesk, at=NOON)
    actions.join(duplicate=twin, original=ticket, by=cast.frontdesk, at=NOON)
    in_progress(cast, ticket)
    item = PriceItem.objects.filter(active=True, is_hourly=False).first()
    assert item is not None
    actions.add_parts(ticket=ticket, lines=lines(item.code), by=cast.technician, at=NOON + HOUR)
    actions.complete(ticket=ticket, report="换了灯", by=cast.technician, at=NOON + 2 * HOUR)
    called_back(cast, ticket)
    client = signed_in(cast.supervisor)
    assert queries_for(client, page(ticket)) == 8
    assert queries_for(client, page(twin)) == 8
