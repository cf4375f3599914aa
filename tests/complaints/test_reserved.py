"""A complaint about the service itself passes by the person concerned, and is seen by those above only."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case, Event
from complaints import actions
from complaints.models import Complaint
from core.errors import Invalid, NotAllowed
from notifications.models import Message
from reception import actions as desk
from reception.actions import NewContact
from sla.models import Clock
from tests.cast import NOON, Cast, make_user
from tests.complaints.scene import DAY, HOUR, MINUTE, refer, sweep, taken

pytestmark = pytest.mark.req("CMP-15")
EVERYBODY = ("frontdesk", "cashier", "technician", "head", "supervisor", "gm", "guard", "quality", "admin", "resident")


def readers(cast: Cast, complaint: Complaint) -> set[str]:
    found = {name for name in EVERYBODY if Complaint.objects.visible_to(cast.users[name]).exists()}
    cases = {n for n in EVERYBODY if Case.objects.visible_to(cast.users[n]).filter(pk=complaint.case.pk).exists()}
    assert found == cases
    return found


def test_one_about_the_desk_is_seen_by_supervisors_and_those_above_and_by_who_wrote_it(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.frontdesk)
    assert readers(cast, complaint) == {"supervisor", "gm", "quality", "resident"}


def test_one_about_the_supervisor_is_seen_by_the_general_manager_and_the_quality_department(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.supervisor)
    assert readers(cast, complaint) == {"gm", "quality", "resident"}


def test_one_about_the_general_manager_is_seen_by_the_quality_department(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.gm, grade="major")
    assert readers(cast, complaint) == {"quality", "resident"}
    done = actions.acknowledge(complaint=complaint, by=cast.quality, at=NOON + HOUR)
    assert done.acknowledged_by == cast.quality


def test_one_about_the_service_without_a_name_passes_the_whole_desk_by(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_service=True)
    assert readers(cast, complaint) == {"gm", "quality", "resident"}


def test_who_took_it_follows_it_unless_it_is_about_them(cast: Cast) -> None:
    other = make_user("frontdesk3", "frontdesk", cast.project, cast.departments["service"])
    complaint = taken(cast, about_person=other)
    assert "frontdesk" in readers(cast, complaint)
    assert not Case.objects.visible_to(other).filter(pk=complaint.case.pk).exists()
    own = taken(cast, about_person=cast.frontdesk)
    assert not Case.objects.visible_to(cast.frontdesk).filter(pk=own.case.pk).exists()


def test_the_contact_it_came_from_passes_by_the_same_people(cast: Cast) -> None:
    contact = desk.log_contact(new=NewContact(project=cast.project, said="投诉前台"), by=cast.supervisor, at=NOON)
    taken(cast, by="supervisor", about_person=cast.frontdesk, contact=contact.case)
    assert not Case.objects.visible_to(cast.frontdesk).filter(pk=contact.case.pk).exists()
    assert Case.objects.visible_to(cast.supervisor).filter(pk=contact.case.pk).exists()


def test_nobody_who_may_not_see_it_is_told_of_it(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.supervisor, grade="important")
    for later in (HOUR, DAY, 4 * DAY):
        sweep(NOON + later)
    told = set(Message.objects.filter(case=complaint.case).values_list("user__username", flat=True))
    assert told == {"gm"}
    assert Clock.objects.filter(case=complaint.case, state="missed").exists()


def test_the_person_concerned_gets_it_into_their_hands_by_no_way(cast: Cast) -> None:
    complaint = taken(cast, by="supervisor", about_person=cast.technician)
    with pytest.raises(Invalid):
        refer(cast, complaint, at=NOON, by="supervisor")
    actions.refer(
        complaint=complaint,
        department=cast.departments["maintenance"],
        person=cast.head,
        by=cast.supervisor,
        at=NOON + HOUR,
    )
    with pytest.raises(NotAllowed):
        actions.progress(complaint=complaint, text="x", by=cast.technician, at=NOON + 2 * HOUR)
    assert not Message.objects.filter(case=complaint.case, user=cast.technician).exists()


def test_the_api_answers_as_if_it_were_not_there(cast: Cast, api: Callable[[User], APIClient]) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.frontdesk)
    number = complaint.case.number
    nothing = number[:-4] + "9999"
    seen, missing = (api(cast.frontdesk).get(f"/api/v1/complaints/{one}/") for one in (number, nothing))
    assert (seen.status_code, seen.content) == (404, missing.content)
    assert number not in api(cast.frontdesk).get("/api/v1/cases/").content.decode()
    assert not Event.objects.visible_to(cast.frontdesk).filter(case=complaint.case).exists()


@pytest.mark.req("CMP-4")
@pytest.mark.parametrize(
    ("by", "about", "told"),
    [
        ("frontdesk", None, {"frontdesk"}),
        ("frontdesk", "technician", {"frontdesk", "supervisor"}),
        ("frontdesk", "frontdesk", {"supervisor"}),
        ("resident", None, {"frontdesk"}),
    ],
)
def test_before_the_hour_is_over_who_took_it_is_reminded_where_they_see_it(
    cast: Cast, by: str, about: str | None, told: set[str]
) -> None:
    person = cast.users[about] if about else None
    channel = "online" if by == "resident" else "phone"
    complaint = taken(cast, by=by, channel=channel, about_person=person, grade="important")
    sweep(NOON + 46 * MINUTE)
    warned = Message.objects.filter(case=complaint.case, template="clock.warning", data__key="complaint.refer")
    assert set(warned.values_list("user__username", flat=True)) == told
