"""A complaint that a resident wrote is the staff's to handle; of their own home a colleague is the resident too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, User
from accounts.states import Role
from complaints import actions
from complaints.models import Complaint
from core.errors import Invalid
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, refer, taken
from tests.tickets.pictures import photo_bytes

Api = Callable[[User], APIClient]
SignIn = Callable[[User], Client]
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("stop-harm", {"action": "关阀"}),
    ("acknowledge", {}),
    ("regrade", {"grade": "minor", "reason": "核实"}),
    ("amend", {"contact_name": "王奶奶"}),
    ("refer", {"department": "maintenance"}),
    ("accept", {}),
    ("contact-resident", {"text": "已联系"}),
    ("progress", {"text": "已联系"}),
    ("explain-delay", {"text": "等配件"}),
    ("call-heads", {"departments": ["maintenance"], "place": "大堂"}),
    ("escalate", {"to": "manager", "reason": "要求见经理"}),
    ("establish", {"responsible": [{"party": "company"}], "cause": "漏扫"}),
    ("remedy", {"text": "换新"}),
    ("answer", {"text": "三天内换好"}),
    ("resolve", {"outcome": "solved", "result": "好了"}),
    ("inform", {"how": "phone"}),
    ("close", {}),
    ("reopen", {"reason": "没好"}),
]


@pytest.fixture(params=["resident", "frontdesk", "supervisor"])
def living_here(request: Any, cast: Cast) -> User:
    """Who lives in the home: nobody of the staff, or somebody of the staff."""
    if request.param == "resident":
        return cast.resident
    person, user = cast.people["3-2-1501"], cast.users[request.param]
    person.user = user
    person.save()
    Membership.objects.create(user=user, role=Role.RESIDENT, project=cast.project)
    return User.objects.get(pk=user.pk)


def written(cast: Cast, by: User, **more: Any) -> Complaint:
    cast.users["who wrote it"] = by
    return taken(cast, by="who wrote it", channel="online", **more)


@pytest.mark.req("CMP-3", "CMP-8", "CMP-9", "SEC-1")
@pytest.mark.parametrize(("verb", "body"), STEPS, ids=[verb for verb, _body in STEPS])
def test_no_step_of_the_staff_is_taken_by_who_wrote_it_of_their_home(
    cast: Cast, api: Api, living_here: User, verb: str, body: dict[str, Any]
) -> None:
    complaint = written(cast, living_here, grade="major", harm_ongoing=verb == "stop-harm")
    before = complaint.case.version
    answer = api(living_here).post(f"/api/v1/complaints/{complaint.case.number}/{verb}/", body, format="json")
    assert answer.status_code == 403, answer.json()
    complaint.case.refresh_from_db()
    assert complaint.case.version == before


@pytest.mark.req("CMP-1")
def test_they_add_a_picture_to_it_all_the_same(cast: Cast, api: Api) -> None:
    complaint = written(cast, cast.resident)
    path = f"/api/v1/complaints/{complaint.case.number}/photos/"
    picture = SimpleUploadedFile("a.jpg", photo_bytes("olive"), "image/jpeg")
    answer = api(cast.resident).post(path, {"photo": picture, "label": "before"}, format="multipart")
    assert answer.status_code == 200, answer.json()


@pytest.mark.req("CMP-8")
def test_a_colleague_who_lives_there_neither_took_it_nor_handles_it(cast: Cast, signed_in: SignIn) -> None:
    person = cast.people["3-2-1501"]
    person.user = cast.technician
    person.save()
    Membership.objects.create(user=cast.technician, role=Role.RESIDENT, project=cast.project)
    cast.users["technician"] = User.objects.get(pk=cast.technician.pk)
    complaint = written(cast, cast.technician)
    assert (complaint.case.taker, complaint.replier) == (None, None)
    with pytest.raises(Invalid):
        refer(cast, complaint, at=NOON + MINUTE)
    page = signed_in(cast.frontdesk).get(f"/complaints/{complaint.case.number}/").content.decode()
    assert f"{cast.technician} 受理" not in page


@pytest.mark.req("CMP-8")
def test_a_colleague_who_wrote_for_another_home_took_it(cast: Cast) -> None:
    complaint = written(cast, cast.frontdesk)
    assert (complaint.case.taker, complaint.replier) == (cast.frontdesk, cast.frontdesk)
    actions.progress(complaint=complaint, text="已联系", by=cast.frontdesk, at=NOON + HOUR)
