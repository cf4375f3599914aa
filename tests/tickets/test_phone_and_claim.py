"""The number to call back is one that can be dialled; a phone's claim of when it happened is one that can be."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Event
from cases.queries import timeline
from core.errors import Invalid
from tests.cast import NOON, Cast
from tests.tickets.flow import accepted, dispatched, opened
from tickets import actions
from tickets.actions import Caller, Contact

Api = Callable[[User], APIClient]
JSON = {"Accept": "application/json"}
CANNOT = ["abc", "<script>", "123", "1", "138****1234", "1381234123x", "8" * 21, "0000+", "()", "²²²²²"]


@pytest.fixture(autouse=True)
def _noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.req("REP-1")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 1234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("+86 138-1234-1234", "13812341234"),
        ("（0571）8888－6666", "057188886666"),
        ("95598", "95598"),
    ],
)
def test_a_number_is_kept_as_it_is_dialled(cast: Cast, typed: str, kept: str) -> None:
    assert opened(cast, contact_phone=typed).case.contact_phone == kept


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("typed", CANNOT)
def test_what_nobody_can_dial_is_refused_beside_its_field(cast: Cast, api: Api, typed: str) -> None:
    ticket = opened(cast)
    with pytest.raises(Invalid) as opening:
        opened(cast, contact_phone=typed)
    with pytest.raises(Invalid) as joining:
        actions.join_caller(ticket=ticket, caller=Caller(name="李", phone=typed, text=""), by=cast.frontdesk, at=NOON)
    contact = Contact(name="李", phone=typed)
    with pytest.raises(Invalid) as mending:
        actions.amend_contact(ticket=ticket, contact=contact, by=cast.frontdesk, at=NOON)
    for error in (opening, joining, mending):
        assert set(error.value.fields) == {"contact_phone"}
    body = {"project": "demo", "title": "灯不亮", "contact_phone": typed}
    answer = api(cast.frontdesk).post("/api/v1/tickets/", body, format="json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"contact_phone"})


@pytest.mark.req("REP-1")
@pytest.mark.parametrize("typed", ["abc", "123"])
def test_what_was_typed_stays_on_the_page(cast: Cast, signed_in: Callable[[User], Client], typed: str) -> None:
    form = {"unit": "3-2-1501", "description": "灯不亮", "contact_phone": typed, "channel": "phone"}
    answer = signed_in(cast.frontdesk).post("/intake/", form)
    assert "contact_phone" in answer.context["form"].errors
    assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.req("REP-3")
@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(days=400), -timedelta(days=7, minutes=1)])
def test_a_moment_that_cannot_be_is_refused(
    cast: Cast, api: Api, signed_in: Callable[[User], Client], off: timedelta
) -> None:
    number = dispatched(cast, opened(cast), at=NOON).case.number
    body = {"happened_at": (NOON + off).isoformat()}
    answer = api(cast.technician).post(f"/api/v1/tickets/{number}/accept/", body, format="json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"happened_at"})
    headers = {"Accept": "application/json"}
    page = signed_in(cast.technician).post(f"/tickets/{number}/do/accept/", body, headers=headers)
    assert page.status_code == 400
    assert not Event.objects.filter(kind="ticket.accepted").exists()


@pytest.mark.req("REP-3")
@pytest.mark.parametrize("off", [timedelta(minutes=5), -timedelta(days=7)])
def test_a_phone_may_run_ahead_or_be_long_out_of_signal(cast: Cast, api: Api, off: timedelta) -> None:
    long_ago = NOON - timedelta(days=8)
    number = dispatched(cast, opened(cast, at=long_ago), at=long_ago).case.number
    body = {"happened_at": (NOON + off).isoformat()}
    assert api(cast.technician).post(f"/api/v1/tickets/{number}/accept/", body, format="json").status_code == 200


@pytest.mark.req("REP-3")
def test_nobody_did_a_job_before_there_was_one(cast: Cast, api: Api, signed_in: Callable[[User], Client]) -> None:
    number = dispatched(cast, opened(cast, at=NOON - timedelta(hours=3)), at=NOON - timedelta(hours=1)).case.number
    body = {"happened_at": (NOON - timedelta(hours=2)).isoformat()}
    for verb in ("accept", "arrive", "complete"):
        said = body | ({"report": "换了灯"} if verb == "complete" else {})
        answer = api(cast.technician).post(f"/api/v1/tickets/{number}/{verb}/", said, format="json")
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {"happened_at"})
        page = signed_in(cast.technician).post(f"/tickets/{number}/do/{verb}/", said, headers=JSON)
        assert page.status_code == 400
        fitting = {"happened_at": (NOON - timedelta(minutes=64)).isoformat()}  # a clock that runs behind a little
        done = api(cast.technician).post(f"/api/v1/tickets/{number}/{verb}/", said | fitting, format="json")
        assert done.status_code == 200, done.json()


@pytest.mark.req("REP-3")
def test_nothing_happened_to_a_ticket_before_it_was_opened(cast: Cast, api: Api) -> None:
    number = opened(cast).case.number
    body = {"happened_at": (NOON - timedelta(minutes=6)).isoformat(), "reason": "不用了"}
    answer = api(cast.frontdesk).post(f"/api/v1/tickets/{number}/cancel/", body, format="json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"happened_at"})


def test_a_claim_of_the_year_before_names_its_year(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    new_year = NOON.replace(year=2027, month=1, day=2)
    actions.arrive(ticket=ticket, by=cast.technician, at=new_year, claimed_at=NOON.replace(month=12, day=30))
    with translation.override("en"):
        words = [line.sentence for line in timeline(ticket.case, cast.frontdesk) if line.kind == "ticket.arrived"]
    assert "2026" in words[0]
