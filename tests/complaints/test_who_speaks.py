"""Who speaks with the resident: the person responsible first, and of the result whoever took the complaint."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from complaints import actions
from complaints.models import Complaint
from core.errors import NotAllowed
from notifications.means import Wording
from notifications.models import Message
from notifications.queries import said
from notifications.states import Medium
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, handled, refer, taken

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


def told(complaint: Complaint) -> set[str]:
    rows = Message.objects.filter(case=complaint.case, template="complaint.unspoken", channel="in_app")
    return set(rows.values_list("user__username", flat=True))


def solved(cast: Cast, complaint: Complaint, *, by: str = "technician") -> Complaint:
    return actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.users[by], at=NOON + HOUR)


def page_of(client: Client, complaint: Complaint) -> str:
    return client.get(f"/complaints/{complaint.case.number}/").content.decode()


@pytest.mark.req("CMP-14", "CMP-8")
@pytest.mark.parametrize(("by", "hear"), [("technician", {"head", "supervisor"}), ("head", {"supervisor"})])
def test_a_result_before_anybody_spoke_with_the_resident_is_told_above_at_once(
    cast: Cast, signed_in: SignIn, by: str, hear: set[str]
) -> None:
    complaint = taken(cast)
    refer(cast, complaint, at=NOON + MINUTE)
    complaint = solved(cast, complaint, by=by)
    assert told(complaint) == hear
    page = signed_in(cast.supervisor).get(f"/complaints/{complaint.case.number}/")
    assert page.context["page"].unspoken


@pytest.mark.req("CMP-14")
def test_nobody_is_troubled_where_they_spoke_or_it_was_never_handed_on(cast: Cast, signed_in: SignIn) -> None:
    spoken = solved(cast, handled(cast))
    at_once = solved(cast, taken(cast), by="supervisor")
    for complaint in (spoken, at_once):
        assert told(complaint) == set()
        page = signed_in(cast.supervisor).get(f"/complaints/{complaint.case.number}/")
        assert not page.context["page"].unspoken


@pytest.mark.req("CMP-9")
def test_whoever_handled_it_does_not_tell_the_result(cast: Cast, signed_in: SignIn, api: Api) -> None:
    complaint = solved(cast, handled(cast))
    with pytest.raises(NotAllowed):
        actions.inform(complaint=complaint, how="phone", by=cast.technician, at=NOON + 2 * HOUR)
    number = complaint.case.number
    answer = api(cast.technician).post(f"/api/v1/complaints/{number}/inform/", {"how": "phone"}, format="json")
    assert answer.status_code == 403
    client = signed_in(cast.technician)
    assert f"/complaints/{number}/do/inform/" not in page_of(client, complaint)
    assert client.post(f"/complaints/{number}/do/inform/", {"how": "phone"}).status_code == 403
    assert f"/complaints/{number}/do/inform/" in page_of(signed_in(cast.frontdesk), complaint)


@pytest.mark.req("CMP-9")
@pytest.mark.parametrize("role", ["frontdesk", "supervisor", "gm", "head"])
def test_the_desk_and_whoever_leads_tell_it(cast: Cast, role: str) -> None:
    complaint = solved(cast, handled(cast))
    done = actions.inform(complaint=complaint, how="phone", by=cast.users[role], at=NOON + 2 * HOUR)
    assert done.informed_at == NOON + 2 * HOUR


@pytest.mark.req("CMP-9")
def test_a_technician_who_took_it_tells_it(cast: Cast) -> None:
    complaint = solved(cast, handled(cast, by="technician"))
    assert actions.inform(complaint=complaint, how="in_person", by=cast.technician, at=NOON + 2 * HOUR).informed_at


@pytest.mark.req("CMP-9")
@pytest.mark.parametrize(("role", "offered"), [("frontdesk", False), ("supervisor", True)])
def test_closing_without_the_residents_word_is_offered_to_those_who_may(
    cast: Cast, signed_in: SignIn, role: str, offered: bool
) -> None:
    complaint = solved(cast, handled(cast))
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + 2 * HOUR)
    client = signed_in(cast.users[role])
    (form,) = [
        one.form for one in client.get(f"/complaints/{complaint.case.number}/").context["steps"] if one.verb == "close"
    ]
    assert ("0" in dict(form.fields["confirmed"].choices)) is offered
    assert ("reason" in form.fields) is offered
    answer = client.post(f"/complaints/{complaint.case.number}/do/close/", {"confirmed": "0", "reason": "联系不上"})
    assert answer.status_code == (302 if offered else 422)


@pytest.mark.req("CMP-2")
def test_whose_work_it_is_hears_of_another_grade_and_of_what_is_due(cast: Cast) -> None:
    complaint = handled(cast)
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=NOON + HOUR)
    rows = Message.objects.filter(case=complaint.case, template="complaint.graded", channel="in_app")
    assert {row.user.username for row in rows if row.user} == {"technician", "head"}
    words = said(rows[0], cast.technician, Wording.read(), Medium.IN_APP)
    assert "重大" in words
    assert "12月3日 12:00" in words, words
    twice = Message.objects.filter(case=complaint.case, channel="in_app", template__contains="graded")
    assert {row.user.username for row in twice if row.user} == {"technician", "head", "frontdesk"}
    assert twice.count() == 3


@pytest.mark.req("CMP-2")
def test_the_head_who_took_it_hears_once_and_nobody_where_it_is_nobodys_yet(cast: Cast) -> None:
    mine = handled(cast, by="head")
    actions.regrade(complaint=mine, grade="important", reason="管理失误", by=cast.supervisor, at=NOON + HOUR)
    heads = Message.objects.filter(case=mine.case, channel="in_app", template__contains="graded", user=cast.head)
    assert heads.count() == 1
    nobodys = taken(cast)
    actions.regrade(complaint=nobodys, grade="important", reason="管理失误", by=cast.supervisor, at=NOON + HOUR)
    assert not Message.objects.filter(case=nobodys.case, template="complaint.graded").exists()


@pytest.mark.req("CMP-7")
def test_money_on_the_page_is_written_one_way(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    for cost in (Decimal("1120.5"), None):
        actions.propose_remedy(complaint=complaint, text="换新", cost=cost, by=cast.technician, at=NOON + HOUR)
    User.objects.filter(pk=cast.supervisor.pk).update(language="en")
    assert page_of(signed_in(User.objects.get(pk=cast.supervisor.pk)), complaint).count("¥1,120.50") == 2


@pytest.mark.req("CMP-15")
def test_at_the_desk_everybody_who_works_here_can_be_complained_of(cast: Cast, signed_in: SignIn) -> None:
    form = signed_in(cast.frontdesk).get("/complaints/new/").context["form"]
    offered = {str(label) for _value, label in form.fields["about_person"].choices}
    assert {str(cast.users[role]) for role in ("gm", "quality", "supervisor", "technician", "guard")} <= offered
    sent = {"description": "经理态度差", "about_person": cast.gm.pk, "contact_phone": "13812341234"}
    assert signed_in(cast.frontdesk).post("/complaints/new/", sent).status_code == 302
    complaint = Complaint.objects.get()
    assert (complaint.about_person, complaint.case.reserved_for) == (cast.gm, "quality")
    assert not Complaint.objects.visible_to(cast.gm).exists()
