"""What a resident learns of their complaint before and after they are told the result: by API and on their pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, User
from complaints import actions
from complaints.models import Complaint
from portal.queries import PROMISES
from sla.states import TO_RESIDENTS
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, handled

Api = Callable[[User], APIClient]
pytestmark = [pytest.mark.req("CMP-9", "POR-3")]


def resolved(cast: Cast) -> Complaint:
    """One with an idea that stayed inside, one that was agreed on, and a result that nobody was told of yet."""
    complaint = handled(cast, grade="major")
    for text, agreed in (("内部打算", None), ("免一月清洁费", True), ("送一袋米", False)):
        remedy = actions.propose_remedy(complaint=complaint, text=text, by=cast.technician, at=NOON + HOUR)
        if agreed is not None:
            actions.settle_remedy(remedy=remedy, agreed=agreed, by=cast.technician, at=NOON + HOUR)
    actions.resolve(complaint=complaint, outcome="unfounded", result="查无", by=cast.technician, at=NOON + 2 * HOUR)
    return complaint


def read(client: APIClient, complaint: Complaint) -> Any:
    return client.get(f"/api/v1/complaints/{complaint.case.number}/").json()


def test_before_they_are_told_nothing_says_that_there_is_a_result(cast: Cast, api: Api) -> None:
    complaint = resolved(cast)
    said = read(api(cast.resident), complaint)
    assert (said["state"], said["state_label"], said["resolved_at"]) == ("handling", "处理中", None)
    assert (said["remedies"], said["outcome"], said["result"]) == ([], "", "")
    assert "内部打算" not in str(said)
    assert {clock["key"] for clock in said["clocks"]} == {"ticket.feedback"}
    assert said["due_at"] is None, "the house's own deadlines are no answer to when"
    staff = read(api(cast.supervisor), complaint)
    assert (staff["state"], len(staff["remedies"])) == ("resolved", 3)
    assert {"complaint.notify_gm", "complaint.inform"} <= {clock["key"] for clock in staff["clocks"]}


def test_once_they_are_told_they_read_what_they_answered_to(cast: Cast, api: Api) -> None:
    complaint = resolved(cast)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + 3 * HOUR)
    said = read(api(cast.resident), complaint)
    assert (said["state"], said["outcome"], said["result"]) == ("informed", "unfounded", "查无")
    assert said["resolved_at"] is not None
    assert [(one["text"], one["state"]) for one in said["remedies"]] == [
        ("免一月清洁费", "agreed"),
        ("送一袋米", "declined"),
    ]
    assert {clock["key"] for clock in said["clocks"]} == {"ticket.feedback"}


def test_no_filter_finds_out_either(cast: Cast, api: Api) -> None:
    complaint = resolved(cast)

    def found(user: User, query: str, of: str = "complaints") -> bool:
        rows = api(user).get(f"/api/v1/{of}/?{query}").json()["results"]
        return complaint.case.number in [row["number"] for row in rows]

    for of in ("complaints", "cases"):
        assert not found(cast.resident, "state=resolved", of)
        assert found(cast.resident, "state=handling", of)
        assert found(cast.supervisor, "state=resolved", of)
        assert not found(cast.supervisor, "state=handling", of)
    assert not found(cast.resident, "outcome=unfounded")
    assert found(cast.supervisor, "outcome=unfounded")


def test_the_list_of_clocks_says_the_same_as_the_own_page(cast: Cast, api: Api) -> None:
    complaint = resolved(cast)
    assert set(PROMISES) == TO_RESIDENTS
    rows = api(cast.resident).get(f"/api/v1/clocks/?case={complaint.case.number}").json()["results"]
    assert {row["key"] for row in rows} == {"ticket.feedback"}
    hidden = complaint.case.clocks.filter(key="complaint.inform").get()
    assert api(cast.resident).get(f"/api/v1/clocks/{hidden.pk}/").status_code == 404


def test_a_colleague_who_lives_here_reads_as_a_resident_only_what_they_see_as_one(cast: Cast, api: Api) -> None:
    complaint = resolved(cast)
    Membership.objects.create(user=cast.resident, project=cast.project, role="guard")
    said = read(api(User.objects.get(pk=cast.resident.pk)), complaint)
    assert (said["state"], said["remedies"]) == ("handling", [])
    assert {clock["key"] for clock in said["clocks"]} == {"ticket.feedback"}


def test_the_own_page_says_that_it_is_being_handled(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    complaint = resolved(cast)
    client = signed_in(cast.resident)
    for page in ("/home/", f"/home/{complaint.case.number}/"):
        text = client.get(page).content.decode()
        assert "处理中" in text, page
        assert "已有结果" not in text, page
        assert "内部打算" not in text, page
