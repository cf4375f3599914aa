"""Complaints over the API, as programs and the residents' mini-program use it."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from complaints import actions
from complaints.models import Complaint
from reception.models import Contact
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, handled

Api = Callable[[User], APIClient]
NEW = {"project": "demo", "unit": "3-2-1501", "description": "电梯又坏了，没人管", "contact_phone": "13812341234"}


def post(client: APIClient, address: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{address}", body or {}, format="json", headers=headers)


@pytest.mark.req("CMP-2")
@pytest.mark.parametrize(("wished", "kept"), [("minor", "major"), ("", "major"), ("major", "major")])
def test_a_resident_does_not_grade_it_lighter_than_their_words(cast: Cast, api: Api, wished: str, kept: str) -> None:
    hurt = {
        "project": "demo",
        "unit": "3-2-1501",
        "description": "电梯夹人，有人受伤",
        **({"grade": wished} if wished else {}),
    }
    assert post(api(cast.resident), "complaints/", hurt).status_code == 201
    assert Complaint.objects.get().case.grade == kept


@pytest.mark.req("CMP-1", "DSK-1")
def test_the_desk_takes_one_and_it_stands_in_the_work_log(cast: Cast, api: Api) -> None:
    answer = post(api(cast.frontdesk), "complaints/", NEW)
    assert answer.status_code == 201, answer.json()
    said = answer.json()
    assert (said["kind"], said["grade"], said["category"]) == ("complaint", "important", "timeliness")
    assert said["contact_phone"] == "138****1234"
    assert {clock["key"] for clock in said["clocks"]} >= {"complaint.refer", "complaint.resolve.important"}
    assert Contact.objects.get().outcome == "complaint"
    assert said["parent"] == Contact.objects.get().case.number


@pytest.mark.req("CMP-1")
def test_from_a_contact_in_one_step_what_was_typed_stays(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    caller = {"unit": "3-2-1501", "contact_name": "张小明", "contact_phone": "13812341234"}
    came = {"project": "demo", "channel": "letter", **caller, "text": "电梯又坏了\n已经第三次"}
    contact = post(client, "contacts/", came).json()
    made = post(client, "complaints/", {"project": "demo", "contact": contact["number"]})
    assert made.status_code == 201, made.json()
    said = made.json()
    assert (said["unit"], said["contact_name"], said["channel"]) == ("3-2-1501", "张小明", "letter")
    assert (said["description"], said["title"]) == ("电梯又坏了\n已经第三次", "电梯又坏了")
    complaint = Complaint.objects.get()
    assert (complaint.case.contact_phone, complaint.case.household) == ("13812341234", cast.households["3-2-1501"])
    assert Contact.objects.count() == 1


@pytest.mark.req("CMP-1")
def test_what_the_request_says_goes_before_what_was_typed_at_the_contact(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    came = {"project": "demo", "unit": "3-2-1501", "contact_name": "张小明", "contact_phone": "13812341234"}
    number = post(client, "contacts/", {**came, "text": "电梯又坏了"}).json()["number"]
    own = {"unit": "3-2-1502", "contact_name": "李四", "contact_phone": "13900000000", "channel": "walk_in"}
    said = post(client, "complaints/", {**NEW, **own, "contact": number}).json()
    assert {name: said[name] for name in ("unit", "contact_name", "channel")} == {
        "unit": "3-2-1502",
        "contact_name": "李四",
        "channel": "walk_in",
    }
    assert (said["contact_phone"], said["description"]) == ("139****0000", NEW["description"])
    nothing = post(client, "contacts/", {"project": "demo"}).json()["number"]
    assert post(client, "complaints/", {"project": "demo", "contact": nothing}).status_code == 400, "nobody said a word"


@pytest.mark.req("CMP-1")
def test_the_same_request_twice_takes_it_once(cast: Cast, api: Api) -> None:
    first, again = (post(api(cast.frontdesk), "complaints/", NEW, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json()["number"] == again.json()["number"]
    assert Complaint.objects.count() == 1


@pytest.mark.req("CMP-8", "CMP-9", "CMP-14")
def test_from_the_desk_to_the_end(cast: Cast, api: Api) -> None:
    desk, worker = api(cast.frontdesk), api(cast.technician)
    company = {"party": "company", "department": "maintenance"}
    number = post(desk, "complaints/", {**NEW, "grade": "minor"}).json()["number"]
    steps: list[tuple[APIClient, str, dict[str, Any], str]] = [
        (desk, "refer", {"department": "maintenance", "person": "technician"}, "referred"),
        (worker, "accept", {}, "handling"),
        (worker, "contact-resident", {"text": "已通话"}, "handling"),
        (worker, "establish", {"responsible": [company], "cause": "老化"}, "handling"),
        (worker, "remedy", {"text": "换新", "cost": "88.50"}, "handling"),
        (worker, "answer", {"text": "三天内换好"}, "handling"),
        (worker, "resolve", {"outcome": "已换新", "agreed": True}, "resolved"),
        (desk, "inform", {"how": "phone"}, "informed"),
        (desk, "close", {}, "closed"),
    ]
    for client, verb, body, state in steps:
        answer = post(client, f"complaints/{number}/{verb}/", body)
        assert answer.status_code == 200, (verb, answer.json())
        assert answer.json()["state"] == state, verb
    last = answer.json()
    assert (last["outcome"], last["result"], last["remedies"][0]["cost"]) == ("solved", "已换新", "88.50")
    states = {clock["key"]: clock["state"] for clock in last["clocks"]}
    assert states["complaint.resolve.minor"] == "met"


@pytest.mark.req("CMP-9")
def test_a_reason_alone_is_not_the_residents_word(cast: Cast, api: Api) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.technician, at=NOON + HOUR)
    path = f"complaints/{complaint.case.number}/close/"
    assert post(api(cast.frontdesk), path, {"reason": "联系不上"}).status_code == 403
    assert post(api(cast.supervisor), path, {"reason": "联系不上"}).status_code == 200
    complaint.refresh_from_db()
    assert (complaint.confirmed, complaint.close_reason) == (False, "联系不上")


@pytest.mark.req("CMP-1", "POR-3")
def test_a_resident_complains_for_the_own_home_and_reads_what_is_meant_for_them(cast: Cast, api: Api) -> None:
    home = {key: NEW[key] for key in ("project", "unit", "description")} | {"channel": "online"}
    said = post(api(cast.resident), "complaints/", home).json()
    number = said["number"]
    post(api(cast.frontdesk), f"complaints/{number}/refer/", {"department": "maintenance", "person": "technician"})
    given = {"responsible": [{"party": "resident"}], "cause": "内部判断"}
    worker = api(cast.technician)
    post(worker, f"complaints/{number}/establish/", given)
    post(worker, f"complaints/{number}/remedy/", {"text": "内部打算", "cost": "500"})
    post(worker, f"complaints/{number}/resolve/", {"outcome": "unfounded", "result": "内部判断"})
    read = api(cast.resident).get(f"/api/v1/complaints/{number}/").json()
    assert (read["cause"], read["responsible"]) == ("", [])
    assert (read["outcome"], read["result"], read["remedies"]) == ("", "", [])
    assert "内部" not in str(read)
    assert api(cast.resident2).get(f"/api/v1/complaints/{number}/").status_code == 404
    assert post(api(cast.resident2), "complaints/", home).status_code in (400, 403)


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("refer", {"department": "nowhere"}, "department"),
        ("regrade", {"grade": "huge", "reason": "x"}, "grade"),
        ("escalate", {"to": "heaven", "reason": "x"}, "to"),
        ("inform", {"how": "letter"}, "how"),
        ("remedy", {"text": "x", "cost": "-1"}, "cost"),
        ("call-heads", {"departments": ["nowhere"], "place": "x"}, "departments"),
    ],
)
def test_bad_input_names_its_field(cast: Cast, api: Api, verb: str, body: dict[str, Any], field: str) -> None:
    number = post(api(cast.supervisor), "complaints/", NEW).json()["number"]
    answer = post(api(cast.supervisor), f"complaints/{number}/{verb}/", body)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_whatever_its_length(
    cast: Cast, api: Api, rows: int, django_assert_num_queries: Any
) -> None:
    client = api(cast.supervisor)
    for _ in range(rows):
        post(client, "complaints/", NEW)
    client.get("/api/v1/complaints/")
    with django_assert_num_queries(6):
        client.get("/api/v1/complaints/")
