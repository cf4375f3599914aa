"""A resident's own complaint: about the service it passes by whom it is about, and comes to those above."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Case
from complaints.models import Complaint
from notifications.models import Message
from reception.models import Contact
from tests.cast import Cast
from tests.tickets.pictures import photo_bytes

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
pytestmark = pytest.mark.req("CMP-15")
NEW = {"about": "service", "description": "前台接电话很不耐烦", "about_words": "昨晚值班的"}


def readers(cast: Cast, number: str) -> set[str]:
    """The staff who see it."""
    names = ("frontdesk", "supervisor", "head", "gm", "quality", "admin", "technician", "cashier")
    return {name for name in names if Case.objects.visible_to(cast.users[name]).filter(number=number).exists()}


def told() -> set[str]:
    rows = Message.objects.filter(template="complaint.online", channel="in_app").select_related("user")
    return {row.user.username for row in rows if row.user}


@pytest.mark.parametrize(
    ("about", "who", "first"),
    [
        ("service", {"gm", "quality"}, {"gm"}),
        ("manager", {"quality"}, {"quality"}),
        ("matter", {"frontdesk", "supervisor", "gm", "quality", "admin"}, {"frontdesk"}),
    ],
)
def test_it_is_read_above_whom_it_is_about_and_they_are_told(
    cast: Cast, signed_in: SignIn, about: str, who: set[str], first: set[str]
) -> None:
    client = signed_in(cast.resident)
    answer = client.post("/home/complaint/", {**NEW, "about": about})
    number = Complaint.objects.get().case.number
    assert answer["Location"] == f"/home/{number}/"
    assert readers(cast, number) == who
    assert told() == first
    assert client.get(answer["Location"]).status_code == 200
    assert signed_in(cast.resident2).get(answer["Location"]).status_code == 404


def test_it_is_of_the_own_home_came_online_and_says_who_replies(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.resident)
    page = client.get(client.post("/home/complaint/", NEW)["Location"]).content.decode()
    complaint = Complaint.objects.get()
    assert (complaint.case.unit, complaint.case.channel) == (cast.units["3-2-1501"], "online")
    assert (complaint.replier, complaint.about_words) == (None, "昨晚值班的")
    assert "由项目管理层答复" in page
    assert not Contact.objects.exists()


def test_photos_come_along(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.resident)
    picture = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
    token = client.post("/home/complaint/photos/", {"file": picture}).json()["id"]
    client.post("/home/complaint/", {**NEW, "photos": [token]})
    case = Complaint.objects.get().case
    assert case.attachments.count() == 1
    assert client.get(f"/c/{case.number}/files/{token}/").status_code == 200
    assert signed_in(cast.supervisor).get(f"/c/{case.number}/files/{token}/").status_code == 404


@pytest.mark.parametrize("missing", ["description", "about"])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(cast: Cast, signed_in: SignIn, missing: str) -> None:
    answer = signed_in(cast.resident).post("/home/complaint/", {**NEW, "demand": "请道歉", missing: ""})
    assert answer.status_code == 422
    assert "请道歉" in answer.content.decode()
    assert not Complaint.objects.exists()


def test_sent_twice_it_is_one(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.resident)
    for _ in range(2):
        client.post("/home/complaint/", {**NEW, "idempotency_key": "k"})
    assert Complaint.objects.count() == 1


def test_another_home_cannot_be_named_and_staff_have_no_such_page(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.resident).post("/home/complaint/", {**NEW, "unit": str(cast.units["3-2-1502"].pk)})
    assert not Complaint.objects.filter(case__unit=cast.units["3-2-1502"]).exists()
    for who in ("frontdesk", "gm"):
        assert signed_in(cast.users[who]).get("/home/complaint/").status_code == 404


def test_over_the_api_it_passes_by_the_same(cast: Cast, api: Api) -> None:
    body = {"project": "demo", "unit": "3-2-1501", "description": "态度差", "about_service": True}
    made = api(cast.resident).post("/api/v1/complaints/", body)
    assert made.status_code == 201
    assert readers(cast, made.json()["number"]) == {"gm", "quality"}
    assert told() == {"gm"}
