"""What was taken down wrongly, or could not be said yet, is put right; the record keeps what stood there."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case, CaseAccess, Event
from complaints import actions
from complaints.actions import About, Mended
from complaints.models import Complaint, Topic
from core.errors import Invalid, NotAllowed, NotNow
from notifications.actions import Notice, tell
from notifications.models import Message
from records.models import SearchToken
from records.search import phone_tokens
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, handled, taken
from tests.complaints.test_pages import SignIn, step

pytestmark = pytest.mark.req("CMP-1")
Api = Callable[[User], APIClient]


def test_whoever_gave_no_name_at_first_can_be_called_in_the_end(cast: Cast) -> None:
    complaint = taken(cast, unit=None, contact_name="", contact_phone="", about_person=None)
    other = Topic.objects.exclude(code=complaint.case.category).filter(active=True)[0]
    mended = Mended(name="王奶奶", phone="137 0000 0001", reachable="晚上", topic=other)
    actions.amend(complaint=complaint, mended=mended, by=cast.frontdesk, at=NOON + MINUTE)
    case = complaint.case
    case.refresh_from_db()
    complaint.refresh_from_db()
    assert (case.contact_name, case.contact_phone, case.category) == ("王奶奶", "13700000001", other.code)
    assert complaint.reachable == "晚上"
    tokens = SearchToken.objects.filter(kind="case", object_id=case.pk).values_list("token", flat=True)
    assert set(phone_tokens("13700000001")) <= set(tokens), "it is found"
    event = Event.objects.get(case=case, kind="complaint.amended")
    assert event.by == cast.frontdesk
    assert not event.for_resident


def test_what_is_not_mended_stays(cast: Cast) -> None:
    complaint = taken(cast, contact_name="李四", contact_phone="13812345678", place="大堂")
    actions.amend(complaint=complaint, mended=Mended(name="李四光"), by=cast.frontdesk, at=NOON + MINUTE)
    complaint.case.refresh_from_db()
    case = complaint.case
    assert (case.contact_name, case.contact_phone, case.place) == ("李四光", "13812345678", "大堂")


def test_whoever_stops_the_harm_may_first_mend_the_number_to_call(cast: Cast) -> None:
    complaint = taken(cast, harm_ongoing=True)
    actions.amend(complaint=complaint, mended=Mended(phone="13700000001"), by=cast.frontdesk, at=NOON + MINUTE)
    complaint.case.refresh_from_db()
    assert complaint.case.contact_phone == "13700000001"


def test_no_number_that_cannot_be_dialled_and_nothing_that_changes_nothing(cast: Cast) -> None:
    complaint = taken(cast, contact_phone="13812345678")
    for mended in (Mended(phone="打不通"), Mended(phone="13812345678"), Mended(name="名" * 101), Mended()):
        with pytest.raises(Invalid):
            actions.amend(complaint=complaint, mended=mended, by=cast.frontdesk, at=NOON + MINUTE)


def test_who_is_neither_at_the_desk_nor_at_work_on_it_mends_nothing(cast: Cast) -> None:
    complaint = taken(cast)
    for person in (cast.cashier, cast.guard):
        with pytest.raises(NotAllowed):
            actions.amend(complaint=complaint, mended=Mended(name="x"), by=person, at=NOON + MINUTE)


def test_what_is_over_is_not_mended(cast: Cast) -> None:
    complaint = taken(cast)
    actions.resolve(complaint=complaint, outcome="explained", result="撤回", by=cast.supervisor, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=False, reason="撤回", by=cast.supervisor, at=NOON + HOUR)
    with pytest.raises(NotNow):
        actions.amend(complaint=complaint, mended=Mended(name="x"), by=cast.frontdesk, at=NOON + HOUR + MINUTE)


def test_the_page_asks_for_the_number_that_is_missing(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, unit=None, contact_name="", contact_phone="")
    client = signed_in(cast.frontdesk)
    address = f"/complaints/{complaint.case.number}/"
    assert client.get(address).content.decode().count('data-open="step-amend"') == 2, "beside it, and in the menu"
    assert step(client, complaint, "amend", name="王奶奶", phone="13700000001").status_code == 302
    page = client.get(address).content.decode()
    assert "王奶奶" in page
    assert page.count('data-open="step-amend"') == 1
    answer = step(client, complaint, "amend", name="王奶奶", phone="没有", place="门口")
    assert answer.status_code == 400
    assert "门口" in answer.content.decode(), "what was typed is still there"


# --- whom it is about ------------------------------------------------------------------------------------------------
def sees(user: User, complaint: Complaint) -> bool:
    found = Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists()
    assert found == Case.objects.visible_to(user).filter(pk=complaint.case.pk).exists()
    return found


@pytest.mark.req("CMP-15")
def test_found_out_later_whom_it_is_about_it_goes_past_them_from_then_on(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, by="frontdesk")
    tell([Notice(key="k", template="case.assigned", case=complaint.case, to=(cast.frontdesk, cast.gm))], at=NOON)
    assert sees(cast.frontdesk, complaint)
    about = About(person=cast.frontdesk)
    actions.amend(complaint=complaint, mended=Mended(about=about), by=cast.supervisor, at=NOON + MINUTE)
    assert not sees(cast.frontdesk, complaint)
    assert sees(cast.supervisor, complaint)
    complaint.refresh_from_db()
    assert (complaint.about_person, complaint.replier) == (cast.frontdesk, None)
    assert not Message.objects.visible_to(cast.frontdesk).filter(case=complaint.case).exists(), "nor in the inbox"
    assert Message.objects.visible_to(cast.gm).filter(key__startswith="k:").exists()
    assert signed_in(cast.frontdesk).get(f"/complaints/{complaint.case.number}/").status_code == 404
    event = Event.objects.get(case=complaint.case, kind="complaint.amended")
    assert (event.text, event.for_resident) == (f"— → {cast.frontdesk}", False)
    actions.progress(complaint=complaint, text="在查", by=cast.supervisor, at=NOON + HOUR)
    assert not Message.objects.visible_to(cast.frontdesk).filter(case=complaint.case).exists()


@pytest.mark.req("CMP-15")
def test_who_handles_it_and_turns_out_to_be_meant_handles_it_no_more(cast: Cast) -> None:
    complaint = handled(cast)
    about = About(words="维修工")
    actions.amend(complaint=complaint, mended=Mended(about=about), by=cast.supervisor, at=NOON + HOUR)
    complaint.case.refresh_from_db()
    assert complaint.case.handler is None
    assert complaint.case.reserved_for
    assert not sees(cast.technician, complaint)
    assert not CaseAccess.objects.filter(case=complaint.case, user=cast.technician, ended_at=None).exists()


@pytest.mark.req("CMP-15")
def test_the_wrong_colleague_is_put_right_and_those_who_may_see_it_again_do(cast: Cast) -> None:
    complaint = taken(cast, by="frontdesk", about_person=cast.supervisor)
    assert not sees(cast.supervisor, complaint)
    mended = Mended(about=About(words="楼上邻居", service=False))
    actions.amend(complaint=complaint, mended=mended, by=cast.gm, at=NOON + HOUR)
    assert sees(cast.supervisor, complaint)
    assert sees(cast.frontdesk, complaint)


@pytest.mark.req("CMP-15")
def test_the_page_and_the_api_say_whom_it_is_about(cast: Cast, signed_in: SignIn, api: Api) -> None:
    complaint = taken(cast, by="frontdesk")
    client = signed_in(cast.supervisor)
    kept = {"name": "李四", "about_words": "", "about_department": "", "about_person": ""}
    assert step(client, complaint, "amend", **kept | {"about_person": str(cast.frontdesk.pk)}).status_code == 302
    assert not sees(cast.frontdesk, complaint)
    page = client.get(f"/complaints/{complaint.case.number}/").content.decode()
    assert str(cast.frontdesk) in page
    other = taken(cast, by="frontdesk")
    address = f"/api/v1/complaints/{other.case.number}/amend/"
    named = {"about_person": "客服主管", "about_department": "maintenance"}
    answer = api(cast.frontdesk).post(address, named | {"version": other.case.version}, format="json")
    assert answer.status_code == 200, answer.content
    assert not sees(cast.supervisor, other)
    other.refresh_from_db()
    assert other.about_department == cast.departments["maintenance"]
    mine = taken(cast, by="frontdesk")
    address = f"/api/v1/complaints/{mine.case.number}/amend/"
    answer = api(cast.supervisor).post(address, {"about_service": True, "version": mine.case.version}, format="json")
    assert answer.status_code == 200, answer.content
    assert not sees(cast.supervisor, mine)
    assert sees(cast.gm, mine)


@pytest.mark.parametrize("result", ["。", "…", "\u200b", " - "])
def test_a_result_that_says_nothing_is_none(cast: Cast, result: str) -> None:
    complaint = taken(cast)
    with pytest.raises(Invalid):
        actions.resolve(complaint=complaint, outcome="solved", result=result, by=cast.supervisor, at=NOON + HOUR)
