"""While harm goes on: what was opened against it leaves its trace, and nothing is put off."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from complaints import actions
from complaints.recording import record_of
from core.errors import NotNow
from notifications.models import Message
from sla.actions import extend
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, clock, taken
from tests.tickets.flow import completed, opened

pytestmark = pytest.mark.req("CMP-6")


@pytest.mark.req("CMP-8")
def test_the_repair_that_stops_the_harm_stands_in_the_complaint_and_on_its_record(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    complaint = taken(cast, harm_ongoing=True)
    ticket = opened(cast, parent=complaint.case)
    completed(cast, ticket)
    said = complaint.case.events.filter(kind="complaint.work_moved").order_by("pk")
    assert [event.data["words"]["en"] for event in said] == ["opened", "finished"]
    assert all(event.for_resident for event in said)
    page = signed_in(cast.frontdesk).get(f"/complaints/{complaint.case.number}/").content.decode()
    assert f"{ticket.case.number}：已完工" in page
    printed = [one.text for one in record_of(complaint, url="x", at=NOON).steps]
    assert any(f"{ticket.case.number}：已完工" in text for text in printed)
    assert Message.objects.filter(case=complaint.case, template="told.complaint.work_moved").exists()


def test_nobody_links_it_to_another_repair_first(cast: Cast) -> None:
    complaint = taken(cast, harm_ongoing=True)
    work = opened(cast)
    with pytest.raises(NotNow):
        actions.await_work(complaint=complaint, work=work.case, by=cast.frontdesk, at=NOON)
    actions.stop_harm(complaint=complaint, action="已关总阀", by=cast.frontdesk, at=NOON + MINUTE)
    actions.await_work(complaint=complaint, work=work.case, by=cast.frontdesk, at=NOON + 2 * MINUTE)


def test_no_promise_is_given_more_time_before_the_action_against_it(cast: Cast) -> None:
    complaint = taken(cast, harm_ongoing=True, grade="major")
    running = clock(complaint, "complaint.answer")
    with pytest.raises(NotNow):
        extend(clock=running, by_hours=5, reason="等专家", by=cast.gm, at=NOON + HOUR)
    actions.stop_harm(complaint=complaint, action="已关总阀", by=cast.frontdesk, at=NOON + HOUR)
    extend(clock=running, by_hours=5, reason="等专家", by=cast.gm, at=NOON + 2 * HOUR)
    assert clock(complaint, "complaint.answer").due_at == running.due_at + 5 * HOUR


def test_the_api_says_whether_harm_goes_on_now(cast: Cast, api: Callable[[User], APIClient]) -> None:
    client = api(cast.frontdesk)
    address = f"/api/v1/complaints/{taken(cast, harm_ongoing=True).case.number}/"
    assert client.get(address).json()["harm_ongoing"] is True
    said = client.post(f"{address}stop-harm/", {"action": "已关总阀"}, format="json").json()
    assert said["harm_ongoing"] is False
    assert said["harm_stopped_at"]
    assert client.get("/api/v1/complaints/").json()["results"][0]["harm_ongoing"] is False
