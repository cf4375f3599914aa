"""A complaint's way from the desk to its callback, and the steps on it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from cases.models import Event
from cases.sentences import sentence
from complaints import actions
from complaints.actions import Responsible
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Household
from notifications.models import Message
from notifications.sentences import render
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, clock, handled, refer, sweep, taken
from tickets import actions as tickets
from tickets.actions import NewTicket
from visits.actions import Outcome, record
from visits.models import Callback


@pytest.mark.req("CMP-1")
def test_what_the_resident_says_is_kept_and_the_work_stands_in_their_household(cast: Cast) -> None:
    complaint = taken(
        cast,
        about_department=cast.departments["cleaning"],
        about_words="保洁刘师傅",
        occurred_at=NOON - DAY,
        place="3 栋 2 单元楼道",
        demand="今天之内清走",
        reachable="晚上七点以后",
    )
    case = complaint.case
    assert case.number.startswith("TS-")
    assert case.household == Household.objects.get(unit=case.unit)
    assert (case.category, case.department) == ("cleaning", cast.departments["cleaning"])
    assert (complaint.about_words, complaint.demand, complaint.reachable) == (
        "保洁刘师傅",
        "今天之内清走",
        "晚上七点以后",
    )
    opened = Event.objects.get(case=case, kind="complaint.registered")
    assert opened.for_resident
    assert opened.data["replier"] == str(cast.frontdesk), "the resident is told who will reply"


@pytest.mark.req("CMP-1")
def test_what_cannot_be_is_said_field_by_field(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        taken(cast, description=" ", occurred_at=NOON + HOUR, wanted_by=NOON, contact_phone="abc", grade="huge")
    assert set(refused.value.fields) == {"description", "occurred_at", "wanted_by", "contact_phone", "grade"}


@pytest.mark.req("CMP-6")
def test_while_harm_goes_on_nothing_comes_before_the_action_against_it(cast: Cast) -> None:
    complaint = taken(cast, description="楼上还在往下漏水", harm_ongoing=True, grade="")
    assert complaint.case.grade == "major"
    with pytest.raises(NotNow):
        refer(cast, complaint, at=NOON)
    with pytest.raises(NotNow):
        actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON)
    with pytest.raises(Invalid):
        actions.stop_harm(complaint=complaint, action=" ", by=cast.frontdesk, at=NOON)
    actions.stop_harm(complaint=complaint, action="已关总阀", by=cast.frontdesk, at=NOON + MINUTE)
    refer(cast, complaint, at=NOON + 2 * MINUTE)
    with pytest.raises(Invalid):
        actions.stop_harm(complaint=handled(cast), action="x", by=cast.frontdesk, at=NOON + HOUR)


@pytest.mark.req("CMP-8", "CMP-14")
def test_the_department_and_the_person_named_hear_of_it_and_have_hours_to_speak_with_the_resident(cast: Cast) -> None:
    complaint = taken(cast, grade="important")
    refer(cast, complaint, at=NOON + 30 * MINUTE)
    complaint.case.refresh_from_db()
    assert (complaint.case.handler, complaint.case.state) == (cast.technician, "referred")
    assert clock(complaint, "complaint.refer").met_at == NOON + 30 * MINUTE
    assert clock(complaint, "complaint.contact").due_at == NOON + 30 * MINUTE + 4 * HOUR
    told = Message.objects.filter(template="complaint.referred_to_you", channel="in_app")
    assert set(told.values_list("user__username", flat=True)) == {"head", "technician"}
    with pytest.raises(NotAllowed):
        actions.contact_resident(complaint=complaint, text="x", by=cast.cashier, at=NOON + HOUR)
    actions.contact_resident(complaint=complaint, text="约好下午看", by=cast.technician, at=NOON + HOUR)
    assert clock(complaint, "complaint.contact").met_at == NOON + HOUR
    assert clock(complaint, "ticket.feedback").met_at == NOON + HOUR


@pytest.mark.req("REP-4", "CMP-8")
def test_a_delay_that_is_explained_is_a_first_word_back(cast: Cast) -> None:
    complaint = taken(cast, grade="important")
    refer(cast, complaint, at=NOON + 30 * MINUTE)
    actions.explain_delay(complaint=complaint, text="等配件", by=cast.technician, at=NOON + HOUR)
    assert clock(complaint, "ticket.feedback").met_at == NOON + HOUR


@pytest.mark.req("CMP-8")
def test_every_step_is_told_to_who_took_it_once(cast: Cast) -> None:
    complaint = handled(cast)
    actions.progress(complaint=complaint, text="已派保洁", by=cast.technician, at=NOON + HOUR)
    told = Message.objects.filter(user=cast.frontdesk, channel="in_app", template__startswith="told.")
    assert list(told.order_by("pk").values_list("template", flat=True)) == [
        "told.complaint.contacted",
        "told.complaint.progressed",
    ]


@pytest.mark.req("CMP-8")
def test_only_somebody_of_the_department_is_made_responsible(cast: Cast) -> None:
    complaint = taken(cast)
    given = {"complaint": complaint, "by": cast.frontdesk, "at": NOON}
    with pytest.raises(Invalid):
        actions.refer(department=cast.departments["cleaning"], person=cast.technician, **given)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        actions.refer(complaint=complaint, department=cast.departments["cleaning"], by=cast.cashier, at=NOON)


@pytest.mark.req("CMP-8")
def test_a_repair_opened_for_it_is_followed_here(cast: Cast) -> None:
    complaint = handled(cast)
    new = NewTicket(project=cast.project, unit=complaint.case.unit, description="水管漏水", parent=complaint.case)
    ticket = tickets.open_ticket(new=new, by=cast.frontdesk, at=NOON + HOUR)
    tickets.cancel(ticket=ticket, reason="重复", by=cast.frontdesk, at=NOON + 2 * HOUR)
    moved = Event.objects.filter(case=complaint.case, kind="complaint.work_moved").order_by("pk")
    assert [(event.data["other"], event.data["words"]["zh"]) for event in moved] == [
        (ticket.case.number, "已开单"),
        (ticket.case.number, "已取消"),
    ]


@pytest.mark.req("CMP-13")
def test_the_resident_hears_how_it_stands_every_two_days(cast: Cast) -> None:
    complaint = handled(cast)
    first = clock(complaint, "complaint.progress")
    assert first.due_at == NOON + 10 * MINUTE + 2 * DAY
    actions.progress(complaint=complaint, text="材料在路上", by=cast.technician, at=NOON + DAY)
    assert clock(complaint, "complaint.progress").due_at == NOON + 3 * DAY
    sweep(NOON + 3 * DAY + MINUTE)
    assert clock(complaint, "complaint.progress").state == "missed"
    actions.progress(complaint=complaint, text="明天装", by=cast.technician, at=NOON + 3 * DAY + HOUR)
    assert clock(complaint, "complaint.progress").due_at == NOON + 5 * DAY + HOUR


@pytest.mark.req("CMP-13")
def test_what_takes_longer_is_explained_to_the_resident_and_reported_upward(cast: Cast) -> None:
    complaint = handled(cast)
    actions.explain_delay(complaint=complaint, text="需厂家配件", by=cast.technician, at=NOON + HOUR)
    event = Event.objects.get(case=complaint.case, kind="complaint.delay_explained")
    assert event.for_resident
    told = Message.objects.filter(template="complaint.delayed", channel="in_app")
    assert set(told.values_list("user__username", flat=True)) == {"head", "supervisor"}


@pytest.mark.req("CMP-7")
def test_several_are_responsible_and_the_root_cause_is_written_down(cast: Cast) -> None:
    complaint = handled(cast)
    company = Responsible(party="company", department=cast.departments["cleaning"], note="漏扫")
    given = {"cause": "排班漏了一栋", "apologised": True, "by": cast.technician, "at": NOON + HOUR}
    actions.establish(complaint=complaint, responsible=[company, Responsible(party="neighbour")], **given)  # type: ignore[arg-type]
    actions.establish(complaint=complaint, responsible=[company], **given)  # type: ignore[arg-type]
    now = complaint.responsibilities.filter(ended_at=None)
    assert [(row.party, row.department) for row in now] == [("company", cast.departments["cleaning"])]
    assert complaint.responsibilities.count() == 3, "who was thought responsible before stays on record"
    with pytest.raises(Invalid):
        actions.establish(complaint=complaint, responsible=[], **given)  # type: ignore[arg-type]


@pytest.mark.req("CMP-7")
def test_remedies_have_a_cost_and_the_residents_word(cast: Cast) -> None:
    complaint = handled(cast)
    remedy = actions.propose_remedy(
        complaint=complaint, text="免费深度保洁", cost=Decimal("120.005"), by=cast.technician, at=NOON + HOUR
    )
    assert remedy.cost == Decimal("120.01")
    actions.propose_remedy(complaint=complaint, text="口头道歉", by=cast.technician, at=NOON + HOUR)
    settled = actions.settle_remedy(remedy=remedy, agreed=True, by=cast.frontdesk, at=NOON + 2 * HOUR)
    assert (settled.state, settled.settled_at) == ("agreed", NOON + 2 * HOUR)
    with pytest.raises(NotNow):
        actions.settle_remedy(remedy=remedy, agreed=False, by=cast.frontdesk, at=NOON + 3 * HOUR)


@pytest.mark.req("CMP-7")
def test_the_heads_of_all_departments_concerned_are_called_to_the_place(cast: Cast) -> None:
    complaint = handled(cast)
    both = [cast.departments["maintenance"], cast.departments["security"]]
    actions.call_heads(complaint=complaint, departments=both, place="3 栋大堂", by=cast.frontdesk, at=NOON + HOUR)
    told = Message.objects.filter(template="complaint.come", channel="in_app")
    assert set(told.values_list("user__username", flat=True)) == {"head", "supervisor"}, "no head of security: next up"
    complaint.case.refresh_from_db()
    assert complaint.case.department == cast.departments["maintenance"]


@pytest.mark.req("CMP-11")
def test_somebody_upset_is_taken_aside_and_whom_they_ask_for_is_told_at_once(cast: Cast) -> None:
    complaint = taken(cast)
    for to, who in (("private_room", "supervisor"), ("manager", "gm")):
        actions.escalate(complaint=complaint, to=to, reason="情绪激动", by=cast.frontdesk, at=NOON + MINUTE)
        told = Message.objects.filter(template="complaint.escalated", channel="in_app").latest("pk")
        assert told.user is not None
        assert told.user.username == who
    assert list(complaint.escalations.values_list("to", flat=True)) == ["private_room", "manager"]


@pytest.mark.req("CMP-9", "CBK-4")
def test_the_result_is_told_the_same_day_and_the_residents_word_closes_it(cast: Cast) -> None:
    complaint = handled(cast)
    reached = NOON + 5 * HOUR
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", agreed=True, by=cast.technician, at=reached)
    inform = clock(complaint, "complaint.inform")
    assert inform.due_at == NOON.replace(hour=16), "midnight in Shanghai"
    with pytest.raises(NotNow):
        actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=reached)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=reached + HOUR)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=reached + 2 * HOUR)
    complaint.case.refresh_from_db()
    assert complaint.case.state == "closed"
    assert clock(complaint, "complaint.resolve.minor").met_at == reached
    callback = Callback.objects.get(case__parent=complaint.case)
    assert callback.case.due_at == reached + 2 * HOUR + 2 * DAY


@pytest.mark.req("CMP-9")
def test_who_was_told_the_result_and_never_asked_whether_it_is_solved_is_not_forgotten(cast: Cast) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.technician, at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + 2 * HOUR)
    owed = clock(complaint, "complaint.close")
    assert owed.due_at == NOON + 2 * HOUR + 3 * DAY
    sweep(owed.due_at - 12 * HOUR)
    sweep(owed.due_at + MINUTE)
    told = Message.objects.filter(case=complaint.case, data__key="complaint.close", channel="in_app")
    assert sorted(told.values_list("user__username", flat=True)) == ["frontdesk", "supervisor"]
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=owed.due_at + HOUR)
    assert clock(complaint, "complaint.close").met_at == owed.due_at + HOUR


@pytest.mark.req("CMP-9")
def test_without_the_residents_word_only_who_leads_closes_it_and_says_why(cast: Cast) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.technician, at=NOON + HOUR)
    with pytest.raises(NotAllowed):
        actions.close(complaint=complaint, confirmed=False, reason="联系不上", by=cast.frontdesk, at=NOON + HOUR)
    with pytest.raises(Invalid):
        actions.close(complaint=complaint, confirmed=False, reason=" ", by=cast.supervisor, at=NOON + HOUR)
    done = actions.close(complaint=complaint, confirmed=False, reason="联系不上", by=cast.supervisor, at=NOON + HOUR)
    assert (done.confirmed, done.close_reason) == (False, "联系不上")


@pytest.mark.req("CMP-10")
def test_an_unfounded_complaint_has_its_reason_and_is_still_answered(cast: Cast) -> None:
    complaint = handled(cast)
    with pytest.raises(Invalid):
        actions.resolve(complaint=complaint, outcome="unfounded", result="", by=cast.technician, at=NOON + HOUR)
    actions.resolve(complaint=complaint, outcome="unfounded", result="查无此事", by=cast.technician, at=NOON + HOUR)
    assert clock(complaint, "complaint.inform").state == "running", "the resident is owed the answer all the same"


@pytest.mark.req("CBK-4")
def test_who_is_not_content_at_the_callback_opens_it_again(cast: Cast) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.technician, at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + HOUR)
    callback = Callback.objects.get(case__parent=complaint.case)
    said = Outcome(result="dissatisfied", text="又堆满了")
    record(callback=callback, outcome=said, by=cast.frontdesk, at=NOON + DAY)
    complaint.case.refresh_from_db()
    complaint.refresh_from_db()
    assert (complaint.case.state, complaint.outcome) == ("reopened", "")
    again = clock(complaint, "complaint.resolve.minor")
    assert (again.cycle, again.due_at) == (2, NOON + 3 * DAY)
    first = complaint.case.clocks.get(key="complaint.resolve.minor", cycle=1)
    assert first.met_at == NOON + HOUR


@pytest.mark.req("CMP-9")
@pytest.mark.parametrize("minutes_to_midnight", [30, -30])
def test_the_day_of_the_result_is_the_local_one(cast: Cast, minutes_to_midnight: int) -> None:
    midnight = NOON.replace(hour=16)
    complaint = handled(cast)
    reached = midnight - timedelta(minutes=minutes_to_midnight)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.technician, at=reached)
    due = clock(complaint, "complaint.inform").due_at
    assert due == (midnight if minutes_to_midnight > 0 else midnight + DAY)


@pytest.mark.req("CMP-8")
def test_where_nobody_is_named_the_sentence_names_nobody(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    complaint = taken(cast)
    maintenance = cast.departments["maintenance"]
    actions.refer(complaint=complaint, department=maintenance, by=cast.supervisor, at=NOON + MINUTE)
    event = Event.objects.get(case=complaint.case, kind="complaint.referred")
    told = Message.objects.get(case=complaint.case, user=cast.frontdesk, key__startswith="told.", channel="in_app")
    with translation.override("zh-hans"):
        words, said = sentence(event.kind, event.data), render(told.template, told.data)
    assert words == f"转{maintenance.name_zh}。"
    assert said == f"{complaint.case.number} · {words}"
    page = signed_in(cast.supervisor).get(f"/complaints/{complaint.case.number}/").content.decode()
    assert words in page
    assert "直接责任人：—" not in page
    refer(cast, complaint, at=NOON + HOUR)
    event = Event.objects.get(case=complaint.case, kind="complaint.handed_on")
    with translation.override("zh-hans"):
        assert (event.data["person"], event.data["department"]["zh"]) == (str(cast.technician), maintenance.name_zh)
        assert str(cast.technician) in sentence(event.kind, event.data)
