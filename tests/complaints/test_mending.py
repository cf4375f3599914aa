"""What was taken down wrongly, or could not be said yet, is put right; the record keeps what stood there."""

import pytest

from cases.models import Event
from complaints import actions
from complaints.actions import Mended
from complaints.models import Topic
from core.errors import Invalid, NotAllowed, NotNow
from records.models import SearchToken
from records.search import phone_tokens
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, taken
from tests.complaints.test_pages import SignIn, step

pytestmark = pytest.mark.req("CMP-1")


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
