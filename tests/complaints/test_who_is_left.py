"""Who tells a result they did not decide themselves, and what a repair under way says about a result."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from complaints.models import Complaint
from core.errors import NotAllowed, NotNow
from notifications.models import Message
from tests.cast import NOON, Cast, make_user
from tests.complaints.scene import DAY, HOUR, MINUTE, handled, refer, taken
from tests.tickets.flow import completed, opened
from tickets import actions as tickets
from tickets.models import Ticket

SignIn = Callable[[User], Client]


def solved(cast: Cast, complaint: Complaint, *, by: str, outcome: str = "solved") -> Complaint:
    return actions.resolve(complaint=complaint, outcome=outcome, result="已清运", by=cast.users[by], at=NOON + HOUR)


def told(complaint: Complaint, template: str) -> set[str]:
    rows = Message.objects.filter(case=complaint.case, template=template, channel="in_app")
    return set(rows.values_list("user__username", flat=True))


# --- who tells it ----------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-9")
@pytest.mark.parametrize("who", ["supervisor", "gm", "head"])
def test_no_leader_tells_what_they_decided_themselves(cast: Cast, who: str) -> None:
    complaint = solved(cast, handled(cast), by=who)
    with pytest.raises(NotAllowed):
        actions.inform(complaint=complaint, how="phone", by=cast.users[who], at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)


@pytest.mark.req("CMP-9")
def test_no_leader_tells_what_they_handled(cast: Cast) -> None:
    complaint = taken(cast)
    given = {"department": cast.departments["maintenance"], "person": cast.head, "by": cast.frontdesk}
    actions.refer(complaint=complaint, at=NOON + MINUTE, **given)  # type: ignore[arg-type]
    solved(cast, complaint, by="supervisor")
    with pytest.raises(NotAllowed):
        actions.inform(complaint=complaint, how="phone", by=cast.head, at=NOON + HOUR)


@pytest.mark.req("CMP-9")
def test_the_desk_that_took_and_settled_a_minor_one_tells_it(cast: Cast) -> None:
    service = cast.departments["service"]
    for number, teller in enumerate((cast.frontdesk, make_user("desk9", "frontdesk", cast.project, service))):
        complaint = taken(cast)
        given = {"department": service, "person": cast.frontdesk, "by": cast.frontdesk}
        actions.refer(complaint=complaint, at=NOON + MINUTE, **given)  # type: ignore[arg-type]
        solved(cast, complaint, by="frontdesk")
        done = actions.inform(complaint=complaint, how="phone", by=teller, at=NOON + (number + 1) * HOUR)
        assert done.informed_at


@pytest.mark.req("CMP-9", "CMP-15")
@pytest.mark.parametrize(("about", "left"), [("supervisor", "gm"), ("quality", "gm"), ("gm", "quality")])
def test_where_one_level_alone_is_left_it_tells_what_it_decided(cast: Cast, about: str, left: str) -> None:
    complaint = solved(cast, taken(cast, by="resident", channel="online", about_person=cast.users[about]), by=left)
    assert actions.inform(complaint=complaint, how="phone", by=cast.users[left], at=NOON + HOUR).informed_at


# --- repairs ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-8")
@pytest.mark.parametrize("how", ["opened for it", "reported already"])
def test_it_is_not_solved_while_its_repair_goes_on(cast: Cast, how: str) -> None:
    complaint = handled(cast)
    ticket = opened(cast, parent=complaint.case if how == "opened for it" else None)
    if how == "reported already":
        actions.await_work(complaint=complaint, work=ticket.case, by=cast.frontdesk, at=NOON + MINUTE)
    with pytest.raises(NotNow, match=ticket.case.number):
        solved(cast, complaint, by="technician")
    completed(cast, ticket)
    assert solved(cast, complaint, by="technician").outcome == "solved"


@pytest.mark.req("CMP-8", "CMP-10")
def test_another_outcome_waits_for_no_repair(cast: Cast) -> None:
    complaint = handled(cast)
    opened(cast, parent=complaint.case)
    assert solved(cast, complaint, by="technician", outcome="explained").outcome == "explained"


def explained(cast: Cast) -> tuple[Complaint, Ticket]:
    complaint = handled(cast)
    ticket = opened(cast, parent=complaint.case)
    return solved(cast, complaint, by="technician", outcome="explained"), ticket


@pytest.mark.req("CMP-8")
@pytest.mark.parametrize("closed", [False, True])
def test_the_end_of_a_repair_after_the_result_is_told_to_who_took_it_and_the_supervisor(
    cast: Cast, closed: bool
) -> None:
    complaint, ticket = explained(cast)
    if closed:
        actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
        actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + HOUR)
    tickets.cancel(ticket=ticket, reason="业主自己换了", by=cast.gm, at=NOON + DAY)
    complaint.case.refresh_from_db()
    last = complaint.case.events.filter(kind="complaint.work_moved").latest("pk")
    assert (last.data["words"]["en"], complaint.case.state) == ("cancelled", "closed" if closed else "resolved")
    assert "frontdesk" in told(complaint, "told.complaint.work_moved")
    assert told(complaint, "complaint.work_moved") >= {"technician", "supervisor"}


@pytest.mark.req("CMP-8", "CMP-15")
@pytest.mark.parametrize(("about", "who"), [("supervisor", "gm"), ("gm", "quality")])
def test_whoever_is_left_with_it_opens_a_repair_from_its_page(
    cast: Cast, signed_in: SignIn, about: str, who: str
) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.users[about])
    number, client = complaint.case.number, signed_in(cast.users[who])
    address = f"/intake/?complaint={number}"
    assert address in client.get(f"/complaints/{number}/").content.decode()
    shown = client.get(address).context["form"]
    sent = {name: shown[name].value() or "" for name in ("unit", "contact_name", "contact_phone")}
    answer = client.post("/intake/", {**sent, "complaint": number, "category": "lamp", "description": "灯不亮"})
    assert answer["Location"] == f"/complaints/{number}/"
    assert Ticket.objects.get().case.parent == complaint.case
    assert client.get("/intake/").status_code == 404, "the desk's own page is the desk's"


@pytest.mark.req("CMP-8")
def test_the_manager_opens_one_for_any_complaint(cast: Cast, signed_in: SignIn) -> None:
    number = taken(cast).case.number
    assert signed_in(cast.gm).get(f"/intake/?complaint={number}").status_code == 200
    assert signed_in(cast.quality).get(f"/intake/?complaint={number}").status_code == 404


# --- who hears that somebody is upset --------------------------------------------------------------------------------
@pytest.mark.req("CMP-11", "CMP-15")
@pytest.mark.parametrize(
    ("about", "by", "to", "hears"),
    [
        ("supervisor", "gm", "supervisor", "quality"),
        ("supervisor", "technician", "supervisor", "gm"),
        ("gm", "technician", "manager", "quality"),
        (None, "supervisor", "supervisor", "gm"),
        (None, "gm", "manager", "quality"),
        (None, "frontdesk", "private_room", "supervisor"),
    ],
)
def test_where_it_is_about_them_the_next_above_is_told(
    cast: Cast, about: str | None, by: str, to: str, hears: str
) -> None:
    person = cast.users[about] if about else None
    complaint = taken(cast, by="resident", channel="online", about_person=person)
    if by == "technician":
        refer(cast, complaint, at=NOON + MINUTE, by="quality" if about == "gm" else "gm")
    actions.escalate(complaint=complaint, to=to, reason="情绪激动", by=cast.users[by], at=NOON + HOUR)
    assert told(complaint, "complaint.escalated") == {hears}
