"""A wrong number is put right while the callback is owed, though the work is over."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Event
from complaints import actions as complaints
from core.errors import Invalid, NotAllowed, NotNow
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, handled
from visits.actions import Outcome, amend_contact, record
from visits.models import Callback

pytestmark = [pytest.mark.req("CMP-9")]
SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


@pytest.fixture
def owed(cast: Cast) -> Callback:
    """The callback of a complaint that is closed."""
    complaint = handled(cast)
    at = NOON + HOUR
    complaints.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.technician, at=at)
    complaints.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=at)
    complaints.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=at)
    return Callback.objects.select_related("case").get(case__parent=complaint.case)


def test_the_number_is_put_right_and_the_record_says_so(cast: Cast, owed: Callback) -> None:
    amend_contact(callback=owed, phone="137 0000 0001", by=cast.frontdesk, at=NOON + 2 * HOUR)
    owed.case.refresh_from_db()
    assert owed.case.contact_phone == "13700000001"
    event = Event.objects.get(case=owed.case, kind="callback.contact_amended")
    assert (event.by, event.text) == (cast.frontdesk, "138****1234 → 137****0001")


def test_a_bad_number_and_whoever_does_not_call_are_refused(cast: Cast, owed: Callback) -> None:
    at = NOON + 2 * HOUR
    for phone in ("没有", "", "13812341234"):
        with pytest.raises(Invalid):
            amend_contact(callback=owed, phone=phone, by=cast.frontdesk, at=at)
    with pytest.raises(NotAllowed):
        amend_contact(callback=owed, phone="13700000001", by=cast.technician, at=at)
    record(callback=owed, outcome=Outcome(result="satisfied", score=5), by=cast.frontdesk, at=at)
    with pytest.raises(NotNow):
        amend_contact(callback=owed, phone="13700000001", by=cast.frontdesk, at=at)


def test_on_the_page_of_the_callback(cast: Cast, owed: Callback, signed_in: SignIn) -> None:
    client, page = signed_in(cast.frontdesk), f"/callbacks/{owed.case.number}/"
    assert f'action="{page}contact/"' in client.get(page).content.decode()
    assert f'action="{page}contact/"' in client.get("/callbacks/").content.decode()
    bad = client.post(f"{page}contact/", {"phone": "没有"})
    assert bad.status_code in (400, 422)
    assert "没有" in bad.content.decode(), "what was typed is still there"
    assert client.post(f"{page}contact/", {"phone": "13700000001"}).status_code == 302
    owed.case.refresh_from_db()
    assert owed.case.contact_phone == "13700000001"


def test_over_the_api(cast: Cast, owed: Callback, api: Api) -> None:
    address = f"/api/v1/callbacks/{owed.case.number}/contact/"
    sent = {"contact_phone": "13700000001", "version": owed.case.version}
    assert api(cast.frontdesk).post(address, sent | {"contact_phone": "没有"}, format="json").status_code == 400
    assert api(cast.frontdesk).post(address, sent, format="json").status_code == 200
    owed.case.refresh_from_db()
    assert owed.case.contact_phone == "13700000001"
