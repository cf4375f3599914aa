"""A contact that is over is put right: by whoever took it for some days, by a supervisor always; nothing is lost."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case, Event
from core.errors import Invalid, NotAllowed, NotNow, Stale
from reception import actions
from reception.actions import Caller, Correction
from reception.models import Contact
from reception.permissions import OWN_MISTAKES
from reception.states import Purpose
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.reception.desk import HOUR, MASKED, PHONE, ROOM, call, clock_at, events, findable, text_of, words_of

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("DSK-1")
LATE = NOON + OWN_MISTAKES + HOUR


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON + HOUR):
        yield


def ended(cast: Cast, at: datetime = NOON) -> Contact:
    return actions.answer(contact=call(cast, at=at), by=cast.frontdesk, at=at, done="已告知")


def right(cast: Cast, **more: Any) -> Correction:
    values: dict[str, Any] = {
        "caller": Caller(name="单小红", phone="13900001111", unit=cast.units["3-2-1502"]),
        "purpose": Purpose.PAYMENT,
        "said": "停车费怎么交？",
    }
    return Correction(**(values | more))


def correct(cast: Cast, contact: Contact, by: User, *, at: datetime = NOON + HOUR, **more: Any) -> Contact:
    values: dict[str, Any] = {"correction": right(cast), "reason": "听错了房号"}
    return actions.correct(contact=contact, by=by, at=at, **(values | more))


def test_who_it_was_why_and_what_they_said_are_put_right_and_what_stood_there_stays(cast: Cast) -> None:
    contact = correct(cast, ended(cast), cast.frontdesk)
    contact.refresh_from_db()
    case = Case.objects.get(pk=contact.case_id)
    assert (contact.purpose, contact.said, contact.outcome) == (Purpose.PAYMENT, "停车费怎么交？", "answered")
    assert (case.contact_name, case.contact_phone, case.unit) == ("单小红", "13900001111", cast.units["3-2-1502"])
    assert (case.title, case.category, case.state) == ("停车费怎么交？", Purpose.PAYMENT, "closed")
    event = Event.objects.get(case=case, kind="contact.corrected")
    assert event.text == "物业费怎么交？"
    assert event.data["reason"] == "听错了房号"
    assert [was["en"] for was in event.data["was"]] == [
        "purpose Enquiry", "the words below", "caller 张小明", f"phone {MASKED}", f"room {ROOM}",
    ]  # fmt: skip
    entry = AuditEntry.objects.get(action="contact.corrected")
    assert (entry.by, entry.target, entry.reason) == (cast.frontdesk, case.number, "听错了房号")
    assert PHONE not in str(event.data) + str(entry.data)


def test_only_what_is_different_stands_in_the_story(cast: Cast) -> None:
    same = Caller(name="张小明", phone=PHONE, unit=cast.units[ROOM])
    contact = correct(cast, ended(cast), cast.frontdesk, correction=right(cast, caller=same, said="物业费怎么交？"))
    event = Event.objects.get(case=contact.case, kind="contact.corrected")
    assert [was["zh"] for was in event.data["was"]] == ["事由 咨询"]
    assert event.text == ""


def test_nothing_changed_no_reason_and_another_projects_room_are_refused(cast: Cast) -> None:
    contact = ended(cast)
    same = Caller(name="张小明", phone=PHONE, unit=cast.units[ROOM])
    standing = right(cast, caller=same, purpose=Purpose.ENQUIRY, said="物业费怎么交？")
    for wrong in ({"correction": standing}, {"reason": "  "}):
        with pytest.raises(Invalid):
            correct(cast, contact, cast.frontdesk, **wrong)
    assert "contact.corrected" not in events(contact)
    assert not AuditEntry.objects.filter(action="contact.corrected").exists()


def test_whoever_took_it_may_for_three_days_and_a_supervisor_always(cast: Cast) -> None:
    contact = ended(cast)
    last = contact.case.closed_at
    assert last is not None
    with pytest.raises(NotAllowed):
        correct(cast, contact, cast.frontdesk, at=last + OWN_MISTAKES + timedelta(seconds=1))
    correct(cast, contact, cast.frontdesk, at=last + OWN_MISTAKES)
    correct(cast, contact, cast.supervisor, at=LATE, correction=right(cast, said="问停车费"))
    assert events(contact).count("contact.corrected") == 2


def test_a_colleague_who_did_not_take_it_may_not(cast: Cast) -> None:
    contact = ended(cast)
    for other in (cast.frontdesk2, cast.technician, cast.head, cast.gm, cast.resident, cast.admin):
        with pytest.raises(NotAllowed):
            correct(cast, contact, other)


def test_one_that_is_not_over_is_written_down_instead_and_an_old_version_is_refused(cast: Cast) -> None:
    with pytest.raises(NotNow):
        correct(cast, call(cast), cast.frontdesk)
    contact = ended(cast)
    version = contact.case.version
    correct(cast, contact, cast.frontdesk, expected=version)
    with pytest.raises(Stale):
        correct(cast, contact, cast.supervisor, expected=version)


# --- the page --------------------------------------------------------------------------------------------------------
def send(client: Client, contact: Contact, **more: Any) -> Any:
    body = {
        "unit": ROOM, "contact_name": "张小明", "contact_phone": MASKED, "said": "停车费怎么交？", "purpose": "payment",
        "reason": "听错了", "version": str(contact.case.version), "idempotency_key": "k",
    }  # fmt: skip
    return client.post(f"/contacts/{contact.case.number}/correct/", body | more)


def test_it_is_put_right_on_the_page_and_a_masked_phone_stays_what_it_was(cast: Cast, signed_in: SignIn) -> None:
    contact = ended(cast)
    client = signed_in(cast.frontdesk)
    page = client.get(f"/contacts/{contact.case.number}/")
    assert "Taken down wrongly? Put it right" in words_of(page)
    assert PHONE not in text_of(page)
    answer = send(client, contact)
    assert answer["Location"] == f"/contacts/{contact.case.number}/"
    send(client, contact)
    assert events(contact).count("contact.corrected") == 1, "sent twice, it acts once"
    assert Case.objects.get(pk=contact.case_id).contact_phone == PHONE
    words = words_of(client.get(answer["Location"]))
    assert "Put right, because: 听错了. Before: purpose Enquiry, the words below." in words
    assert "物业费怎么交？" in words


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(cast: Cast, signed_in: SignIn) -> None:
    contact = ended(cast)
    client = signed_in(cast.frontdesk)
    for wrong in ({"reason": ""}, {"unit": "9-9-9"}, {"contact_phone": "137****0000"}, {"purpose": "x"}):
        answer = send(client, contact, **wrong)
        assert answer.status_code == 422
        assert "停车费怎么交？</textarea>" in text_of(answer)
    assert "contact.corrected" not in events(contact)


def test_whoever_saves_later_sees_what_stands_now_beside_their_own(cast: Cast, signed_in: SignIn) -> None:
    contact = ended(cast)
    correct(cast, contact, cast.supervisor)
    answer = send(signed_in(cast.frontdesk), contact)
    assert answer.status_code == 422
    assert "Somebody saved this while you were writing" in words_of(answer)
    assert "单小红" in words_of(answer)


def test_after_three_days_only_the_supervisor_is_offered_it(cast: Cast, signed_in: SignIn) -> None:
    contact = ended(cast)
    address = f"/contacts/{contact.case.number}/"
    with clock_at(LATE):
        assert "Put it right" not in words_of(signed_in(cast.frontdesk).get(address))
        assert "Put it right" in words_of(signed_in(cast.supervisor).get(address))
        refused = send(signed_in(cast.frontdesk), contact)
    assert refused.status_code == 422
    assert "after that a supervisor does" in words_of(refused)
    for role in ("technician", "gm"):
        assert send(signed_in(getattr(cast, role)), contact).status_code == 404


def test_the_audit_trail_names_it(cast: Cast, signed_in: SignIn) -> None:
    contact = correct(cast, ended(cast), cast.frontdesk)
    words = words_of(signed_in(cast.supervisor).get("/audit/"))
    assert "Put right a contact that was over" in words
    assert contact.case.number in words
