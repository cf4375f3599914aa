"""Mending what was taken down wrongly."""

from datetime import timedelta

import pytest

from cases.models import Case, CaseAccess
from core.errors import Invalid, NotAllowed
from records.queries import find
from tests.cast import NOON, Cast
from tests.tickets.flow import HOUR, MINUTE, category, completed, dispatched, in_progress, opened, owed
from tickets import actions
from tickets.actions import Contact
from tickets.models import Ticket
from tickets.states import Charge
from visits.models import Callback

AT = NOON + 5 * MINUTE


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("case__department", "category").get(pk=ticket.pk)


@pytest.mark.req("REP-2")
def test_a_new_category_decides_anew_who_goes_and_who_pays(cast: Cast) -> None:
    ticket = opened(cast, code="other")
    assert ticket.charge == Charge.UNDECIDED
    actions.change_category(ticket=ticket, category=category("fire"), urgency="urgent", by=cast.frontdesk, at=AT)
    now = fresh(ticket)
    assert (now.category, now.case.category, now.charge) == (category("fire"), "fire", Charge.FREE)
    assert (now.case.department, now.case.urgency) == (cast.departments["security"], "urgent")
    assert CaseAccess.objects.filter(case=now.case, department=cast.departments["security"], ended_at=None).exists()
    event = now.case.events.get(kind="ticket.recategorised")
    assert (event.data["before"]["zh"], event.data["after"]["zh"]) == ("其他报修", "消防设施")


@pytest.mark.req("REP-2")
def test_what_a_supervisor_decided_stands(cast: Cast) -> None:
    ticket = opened(cast)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=AT)
    actions.change_category(ticket=ticket, category=category("lift"), by=cast.frontdesk, at=AT)
    assert fresh(ticket).charge == Charge.PAID


@pytest.mark.req("REP-6")
def test_what_turns_out_to_be_a_leak_gets_its_test(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast, code="pipe", description="水管漏水"))
    actions.change_category(ticket=ticket, category=category("wet_room_leak"), by=cast.technician, at=NOON + HOUR)
    actions.complete(ticket=ticket, report="重做防水", by=cast.technician, at=NOON + 2 * HOUR)
    assert fresh(ticket).leak_test_runs
    assert not Callback.objects.exists()


def test_a_category_of_another_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_category(ticket=opened(cast), category=category("unclog"), by=cast.frontdesk, at=AT)
    assert "category" in refused.value.fields


@pytest.mark.parametrize("who", ["technician", "guard", "quality", "resident"])
def test_others_mend_nothing(cast: Cast, who: str) -> None:
    ticket, person = opened(cast), getattr(cast, who)
    with pytest.raises(NotAllowed):
        actions.change_category(ticket=ticket, category=category("pipe"), by=person, at=AT)
    with pytest.raises(NotAllowed):
        actions.amend_contact(ticket=ticket, contact=Contact(name="李", phone="1"), by=person, at=AT)


@pytest.mark.req("CBK-2")
def test_a_mended_phone_is_found_and_called(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    window = (AT + 24 * HOUR, AT + 25 * HOUR)
    contact = Contact(
        name="张太太", phone="13788889999", place="北门", preferred_from=window[0], preferred_to=window[1]
    )
    actions.amend_contact(ticket=ticket, contact=contact, by=cast.frontdesk, at=NOON + 3 * HOUR)
    now = fresh(ticket)
    assert (now.case.contact_name, now.case.contact_phone, now.case.place) == ("张太太", "13788889999", "北门")
    assert (now.preferred_from, now.preferred_to) == window
    callback = owed(ticket)
    assert (callback.case.contact_name, callback.case.contact_phone) == ("张太太", "13788889999")
    found = find(query="9999", projects=[cast.project.pk], kind="case")
    assert set(found) == {now.case_id, callback.case_id}
    assert find(query="1234", projects=[cast.project.pk], kind="case") == []
    for case in (now.case, callback.case):
        assert "13788889999" not in str(list(case.events.values_list("data", "text"))), "no phone in the record"


@pytest.mark.parametrize(
    "contact",
    [
        Contact(name="字" * 101, phone=""),
        Contact(name="", phone="1" * 21),
        Contact(name="", phone="", preferred_from=NOON),
        Contact(name="", phone="", preferred_from=NOON, preferred_to=NOON - timedelta(hours=1)),
    ],
)
def test_a_contact_that_makes_no_sense_is_refused(cast: Cast, contact: Contact) -> None:
    ticket = opened(cast)
    version = Case.objects.get(pk=ticket.case_id).version
    with pytest.raises(Invalid):
        actions.amend_contact(ticket=ticket, contact=contact, by=cast.frontdesk, at=AT)
    assert Case.objects.get(pk=ticket.case_id).version == version


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("sent", [False, True])
def test_the_old_department_sees_it_no_longer_unless_it_has_the_job(cast: Cast, sent: bool) -> None:
    ticket = opened(cast)
    if sent:
        dispatched(cast, ticket)
    assert Case.objects.visible_to(cast.head).exists()
    actions.change_category(ticket=ticket, category=category("fire"), by=cast.frontdesk, at=AT)
    assert Case.objects.visible_to(cast.head).exists() is sent
