"""Pages of complaints: taking one, the list, one complaint and its steps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from complaints.defaults import load
from complaints.models import Complaint, StandardPhrase
from reception import actions as desk
from reception.actions import Caller, NewContact
from reception.models import Contact
from sla.actions import approve, propose
from sla.models import Policy
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, handled, refer, taken

SignIn = Callable[[User], Client]
NEW = {"unit": "3-2-1501", "description": "楼道灯坏了一周，一直没人管", "contact_phone": "13812341234"}


def step(client: Client, complaint: Complaint, verb: str, **data: Any) -> Any:
    number = complaint.case.number
    return client.post(f"/complaints/{number}/do/{verb}/", data)


# --- taking one ------------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-1", "DSK-1")
def test_words_and_room_are_enough(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.frontdesk).post("/complaints/new/", NEW)
    complaint = Complaint.objects.get()
    assert answer["Location"] == f"/complaints/{complaint.case.number}/"
    assert (complaint.case.grade, complaint.case.unit) == ("important", cast.units["3-2-1501"])
    assert Contact.objects.get().outcome == "complaint"


@pytest.mark.req("CMP-1")
def test_from_a_contact_in_one_step_what_was_typed_stays(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    caller = Caller(name="张小明", phone="13812341234", unit=cast.units["3-2-1501"])
    contact = desk.log_contact(
        new=NewContact(project=cast.project, said="电梯又坏了", caller=caller), by=cast.frontdesk, at=NOON
    )
    number = contact.case.number
    written = {
        "then": "complaint",
        "said": "电梯又坏了",
        "purpose": "complaint",
        "channel": "phone",
        "unit": "3-2-1501",
    }
    on = client.post(f"/contacts/{number}/finish/", written)
    assert on["Location"] == f"/complaints/new/?contact={number}"
    shown = client.get(on["Location"]).content.decode()
    assert "电梯又坏了" in shown
    client.post("/complaints/new/", {**NEW, "contact": number, "contact_phone": "138****1234"})
    complaint = Complaint.objects.get()
    assert complaint.received_at == contact.case.opened_at
    assert complaint.case.contact_phone == "13812341234"


@pytest.mark.req("CMP-1")
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(cast: Cast, signed_in: SignIn) -> None:
    wrong = {**NEW, "unit": "9-9-999", "demand": "今天修好", "wanted_by": "2020-01-01T10:00"}
    answer = signed_in(cast.frontdesk).post("/complaints/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "今天修好" in page
    assert "9-9-999" in page
    assert not Complaint.objects.exists()


@pytest.mark.req("CMP-2")
def test_the_standards_definitions_are_at_hand(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.frontdesk).get("/complaints/new/").content.decode()
    for words in ("破坏公司形象", "管理、服务工作失误", "个别偶发事务"):
        assert words in page


@pytest.mark.req("CMP-15")
def test_who_takes_one_about_themselves_does_not_see_it_afterwards(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    answer = client.post("/complaints/new/", {**NEW, "about_person": str(cast.frontdesk.pk)})
    assert answer["Location"] == "/desk/"
    assert client.get(f"/complaints/{Complaint.objects.get().case.number}/").status_code == 404


# --- the list --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_whatever_its_length(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        taken(cast)
    client = signed_in(cast.supervisor)
    client.get("/complaints/")
    with django_assert_num_queries(5):
        client.get("/complaints/")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"minor", "major"}),
        ("?grade=major", {"major"}),
        ("?view=to_tell", set()),
        ("?view=nonsense&page=-1&grade=nonsense", {"minor", "major"}),
    ],
)
def test_the_list_is_narrowed_by_view_and_grade(cast: Cast, signed_in: SignIn, asked: str, shown: set[str]) -> None:
    numbers = {grade: taken(cast, grade=grade).case.number for grade in ("minor", "major")}
    page = signed_in(cast.supervisor).get(f"/complaints/{asked}").content.decode()
    assert {grade for grade, number in numbers.items() if number in page} == shown


# --- one complaint ---------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-6")
def test_harm_going_on_is_the_first_thing_and_the_only_step(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, harm_ongoing=True)
    client = signed_in(cast.supervisor)
    page = client.get(f"/complaints/{complaint.case.number}/").content.decode()
    assert "损害正在发生" in page
    assert "step-stop-harm" in page
    assert "step-refer" not in page
    assert step(client, complaint, "progress", text="x").status_code == 409
    assert step(client, complaint, "stop-harm", action="已关阀").status_code == 302
    assert "step-refer" in client.get(f"/complaints/{complaint.case.number}/").content.decode()


@pytest.mark.req("CMP-4", "CMP-7", "CMP-9")
def test_it_goes_from_referral_to_the_end_on_its_page(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, grade="important")
    front, worker = signed_in(cast.frontdesk), signed_in(cast.technician)
    department = str(cast.departments["maintenance"].pk)
    steps: list[tuple[Client, str, dict[str, Any], str]] = [
        (front, "refer", {"department": department, "person": str(cast.technician.pk)}, "referred"),
        (worker, "contact-resident", {"text": "约好下午"}, "handling"),
        (worker, "establish", {"parties": ["company"], "responsible": [department], "cause": "老化"}, "handling"),
        (worker, "remedy", {"text": "换新", "cost": "88.5"}, "handling"),
        (worker, "resolve", {"outcome": "solved", "result": "已换新", "agreed": "true"}, "resolved"),
        (front, "inform", {"how": "phone"}, "informed"),
        (front, "close", {"confirmed": "1"}, "closed"),
    ]
    for client, verb, data, state in steps:
        answer = step(client, complaint, verb, **data)
        assert answer.status_code == 302, (verb, answer.content.decode())
        complaint.case.refresh_from_db()
        assert complaint.case.state == state
    page = front.get(f"/complaints/{complaint.case.number}/").content.decode()
    assert "已换新" in page
    assert "88.50" in page


def test_a_refused_step_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    answer = step(signed_in(cast.technician), complaint, "resolve", outcome="", result="写了很多字")
    assert answer.status_code == 422
    assert "写了很多字" in answer.content.decode()
    late = step(signed_in(cast.technician), complaint, "progress", text="没有丢", version="1")
    assert late.status_code == 409
    assert "没有丢" in late.content.decode()


def test_who_is_late_sees_both_and_keeps_the_words(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    seen = {"version": complaint.case.version, "seen": complaint.case.state}
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=NOON + HOUR)
    typed = {"grade": "minor", "reason": "业主说没事了", **seen}
    page = step(signed_in(cast.supervisor), complaint, "regrade", **typed)
    assert page.status_code == 409
    stale = next(one for one in page.context["steps"] if one.verb == "regrade").stale
    assert [(pair.yours, pair.now) for pair in stale.pairs] == [("轻微", "重大")]
    assert "业主说没事了" in page.content.decode()


def test_the_same_step_twice_acts_once(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    client = signed_in(cast.technician)
    for _ in range(2):
        step(client, complaint, "progress", text="进展", idempotency_key="k")
    assert complaint.case.events.filter(kind="complaint.progressed").count() == 1


@pytest.mark.req("CMP-2")
def test_only_who_may_is_offered_a_step_and_the_server_says_so_too(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast)
    page = signed_in(cast.frontdesk).get(f"/complaints/{complaint.case.number}/").content.decode()
    assert "step-regrade" not in page
    refused = step(signed_in(cast.frontdesk), complaint, "regrade", grade="major", reason="x")
    assert refused.status_code == 403
    assert step(signed_in(cast.supervisor), complaint, "regrade", grade="major", reason="有人受伤").status_code == 302


@pytest.mark.req("CBK-4")
def test_a_closed_one_leads_to_its_callback(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="好了", by=cast.technician, at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + HOUR)
    page = signed_in(cast.frontdesk).get(f"/complaints/{complaint.case.number}/").content.decode()
    assert "/callbacks/HF-" in page


def test_the_number_is_shown_to_who_says_why(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast)
    client = signed_in(cast.frontdesk)
    address = f"/complaints/{complaint.case.number}/reveal/"
    assert "13812341234" in client.post(address, {"reason": "回电"}).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 400


def test_residents_read_theirs_on_their_own_page(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, by="resident", channel="online")
    refer(cast, complaint, at=NOON + MINUTE)
    client = signed_in(cast.resident)
    assert client.get(f"/complaints/{complaint.case.number}/").status_code == 404
    there = client.get(f"/c/{complaint.case.number}/", follow=True)
    assert complaint.case.number in there.content.decode()


# --- words at hand ---------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-11")
@pytest.mark.parametrize(
    ("typed", "kept"), [("", "一时难以平息，请客服主管到场。"), ("孩子在哭", "孩子在哭")], ids=["one tap", "own words"]
)
def test_one_tap_passes_it_on_with_the_standards_reason(cast: Cast, signed_in: SignIn, typed: str, kept: str) -> None:
    complaint = taken(cast)
    answer = step(signed_in(cast.frontdesk), complaint, "escalate", to="supervisor", reason=typed)
    assert answer.status_code == 302
    assert [(row.to, row.reason) for row in complaint.escalations.all()] == [("supervisor", kept)]


@pytest.mark.req("CMP-11")
def test_where_to_has_to_be_said(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast)
    assert step(signed_in(cast.frontdesk), complaint, "escalate", reason="孩子在哭").status_code == 422
    assert not complaint.escalations.exists()


@pytest.mark.req("CMP-13")
def test_standard_phrases_are_at_hand_until_they_are_taken_out_of_use(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    client = signed_in(cast.frontdesk)
    thanks = StandardPhrase.objects.get(words_zh="谢谢您的耐心等待。")
    assert thanks.words_zh in client.get(f"/complaints/{complaint.case.number}/").content.decode()
    StandardPhrase.objects.filter(pk=thanks.pk).update(active=False)
    load()
    assert thanks.words_zh not in client.get(f"/complaints/{complaint.case.number}/").content.decode()


# --- what holds now beside what a grade means -------------------------------------------------------------------------
@pytest.mark.req("SLA-1", "CMP-2")
def test_a_changed_rule_is_what_the_desk_reads_and_a_running_complaint_keeps_its_own(
    cast: Cast, signed_in: SignIn
) -> None:
    load()
    User.objects.update(language="en")
    before = taken(cast)
    policy = Policy.objects.get(key="complaint.resolve.minor")
    changed = propose(policy=policy, changes={"goal_seconds": 86400}, reason="提速", by=cast.admin, at=NOON)
    approve(version=changed, by=cast.gm, at=NOON)
    after = taken(cast)
    client = signed_in(User.objects.get(pk=cast.frontdesk.pk))
    guides = {guide.grade: (guide, promised) for guide, promised in client.get("/complaints/new/").context["guides"]}
    guide, promised = guides["minor"]
    assert promised == ["Solving a minor complaint: within 1 day, or by the time that was promised"]
    assert "2" not in guide.definition
    assert len(guides["major"][1]) == 3
    for complaint, words in ((before, "within 2 days"), (after, "within 1 day,")):
        shown = client.get(f"/complaints/{complaint.case.number}/").content.decode()
        assert f"Solving a minor complaint: {words}" in shown
