"""A repair opened for a complaint: from its page in one step, and what becomes of it stands there too."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case
from complaints import actions
from complaints.models import Complaint
from notifications.models import Message
from reception.models import Contact
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, handled, taken
from tests.tickets.flow import completed, opened
from tickets import actions as tickets
from tickets.models import Ticket

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("CMP-8")


def opened_for(complaint: Complaint, client: Client) -> Ticket:
    """The repair that is opened on the intake page as the complaint's page leads there."""
    number = complaint.case.number
    shown = client.get(f"/intake/?complaint={number}").context["form"]
    sent = {name: shown[name].value() or "" for name in ("unit", "contact_name", "contact_phone", "description")}
    answer = client.post("/intake/", {**sent, "complaint": number, "category": "lamp"})
    assert answer["Location"] == f"/complaints/{number}/"
    return Ticket.objects.get()


def test_the_complaint_fills_the_intake_and_gets_the_repair(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, description="楼道灯不亮，晚上看不见", contact_name="张小明")
    client = signed_in(cast.frontdesk)
    assert (
        f"/intake/?complaint={complaint.case.number}"
        in client.get(f"/complaints/{complaint.case.number}/").content.decode()
    )
    ticket = opened_for(complaint, client)
    case = ticket.case
    assert (case.parent, case.unit, case.contact_phone) == (complaint.case, complaint.case.unit, "13812341234")
    assert ticket.description == "楼道灯不亮，晚上看不见"
    assert not Contact.objects.exists(), "nobody called for it"


def test_what_is_done_there_stands_in_the_complaint(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, description="楼道灯不亮")
    client = signed_in(cast.frontdesk)
    ticket = opened_for(complaint, client)
    tickets.cancel(ticket=ticket, reason="业主自己换了", by=cast.supervisor, at=ticket.case.opened_at + HOUR)
    page = client.get(f"/complaints/{complaint.case.number}/").content.decode()
    assert f"{ticket.case.number}：已开单" in page
    assert f"{ticket.case.number}：已取消" in page
    assert Case.objects.get(parent=complaint.case, kind="repair").state == "cancelled"
    assert [state for _case, state in client.get(f"/complaints/{complaint.case.number}/").context["page"].repairs] == [
        "已取消"
    ]


@pytest.mark.parametrize("how", ["opened for it", "reported already"])
def test_what_becomes_of_the_repair_it_was_joined_to_stands_there_too(cast: Cast, how: str) -> None:
    complaint = taken(cast)
    twin, original = opened(cast, parent=complaint.case if how == "opened for it" else None), opened(cast)
    if how == "reported already":
        actions.await_work(complaint=complaint, work=twin.case, by=cast.frontdesk, at=NOON)
    tickets.join(duplicate=twin, original=original, by=cast.frontdesk, at=NOON + MINUTE)
    completed(cast, original)
    said = [event.data for event in complaint.case.events.filter(kind="complaint.work_moved").order_by("pk")]
    heard = [(data["other"], data["words"]["en"]) for data in said]
    assert heard[-2:] == [
        (twin.case.number, "joined to another report, followed from here"),
        (original.case.number, "finished"),
    ]


def test_whoever_handles_two_complaints_that_wait_for_it_hears_of_it_in_both(cast: Cast) -> None:
    ticket, waiting = opened(cast), [handled(cast), handled(cast)]
    for complaint in waiting:
        actions.await_work(complaint=complaint, work=ticket.case, by=cast.frontdesk, at=NOON + HOUR)
    tickets.cancel(ticket=ticket, reason="业主自己换了", by=cast.supervisor, at=NOON + 2 * HOUR)
    heard = Message.objects.filter(user=cast.technician, template="complaint.work_moved", channel="in_app")
    assert set(heard.values_list("case", flat=True)) == {complaint.case.pk for complaint in waiting}


@pytest.mark.req("CMP-15")
def test_words_about_a_colleague_do_not_come_along(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, by="supervisor", about_person=cast.technician, description="师傅骂人，灯也没修")
    form = signed_in(cast.supervisor).get(f"/intake/?complaint={complaint.case.number}").context["form"]
    assert (form["description"].value(), form["unit"].value()) == ("", "3-2-1501")
    assert signed_in(cast.frontdesk).get(f"/intake/?complaint={complaint.case.number}").status_code == 404


def test_neither_while_harm_goes_on_nor_once_it_is_closed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.supervisor)
    harm = taken(cast, harm_ongoing=True)
    assert "/intake/?complaint=" not in client.get(f"/complaints/{harm.case.number}/").content.decode()
    closed = taken(cast)
    actions.resolve(complaint=closed, outcome="explained", result="住户撤回", by=cast.supervisor, at=NOON + MINUTE)
    actions.close(complaint=closed, confirmed=False, reason="撤回", by=cast.supervisor, at=NOON + MINUTE)
    assert client.get(f"/intake/?complaint={closed.case.number}").status_code == 404
    answer = client.post("/intake/", {"complaint": closed.case.number, "unit": "1501", "description": "灯"})
    assert answer.status_code == 404
    assert not Ticket.objects.exists()


def test_a_refused_form_is_still_for_the_complaint(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast)
    answer = signed_in(cast.frontdesk).post("/intake/", {"complaint": complaint.case.number, "description": ""})
    assert answer.status_code == 422
    assert f'name="complaint" value="{complaint.case.number}"' in answer.content.decode()
