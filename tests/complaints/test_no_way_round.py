"""No order of steps, no rank and no second round evades a deadline of a complaint, or the people who hear of it."""

from datetime import datetime
from typing import Any

import pytest

from cases.models import Case
from complaints import actions
from complaints.models import Complaint
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from sla.actions import extend
from sla.states import ClockState
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, clock, handled, refer, sweep, taken
from visits.actions import Outcome, record
from visits.models import Callback
from visits.permissions import can_list

FRIDAY = NOON + 4 * DAY


def over(cast: Cast, complaint: Complaint, *, at: datetime, by: str = "supervisor") -> Complaint:
    """Solved, told and closed."""
    who = cast.users[by]
    actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=who, at=at)
    actions.inform(complaint=complaint, how="phone", by=complaint.case.taker or who, at=at)
    return actions.close(complaint=complaint, confirmed=True, by=who, at=at)


def told(complaint: Complaint, template: str) -> set[str]:
    rows = Message.objects.filter(case=complaint.case, template=template)
    return set(rows.values_list("user__username", flat=True))


@pytest.mark.req("CMP-2")
def test_graded_anew_after_it_was_opened_again_everything_is_owed_anew(cast: Cast) -> None:
    complaint = over(cast, handled(cast), at=NOON + DAY)
    again = NOON + 5 * DAY
    actions.reopen(complaint=complaint, reason="又堆满了", by=cast.frontdesk, at=again)
    actions.regrade(complaint=complaint, grade="major", reason="多户反映", by=cast.supervisor, at=again + HOUR)
    for key, days in (("complaint.answer", 2), ("complaint.resolve.major", 10)):
        assert (clock(complaint, key).state, clock(complaint, key).due_at) == (ClockState.RUNNING, again + days * DAY)


@pytest.mark.req("CMP-5")
def test_a_time_wanted_for_the_first_round_says_nothing_about_the_second(cast: Cast) -> None:
    complaint = over(cast, handled(cast, wanted_by=FRIDAY), at=NOON + DAY)
    assert clock(complaint, "complaint.resolve.minor").due_at == FRIDAY
    again = FRIDAY + 3 * DAY
    actions.reopen(complaint=complaint, reason="又堆满了", by=cast.frontdesk, at=again)
    assert clock(complaint, "complaint.resolve.minor").due_at == again + 2 * DAY


@pytest.mark.req("CMP-15")
def test_the_callback_passes_by_the_same_people(cast: Cast) -> None:
    over(cast, taken(cast, by="supervisor", about_person=cast.frontdesk), at=NOON + HOUR)
    callback = Callback.objects.get()
    assert not Case.objects.visible_to(cast.frontdesk).filter(pk=callback.case_id).exists()
    assert Case.objects.visible_to(cast.supervisor).filter(pk=callback.case_id).exists()


@pytest.mark.req("CMP-15")
def test_of_one_about_the_manager_the_quality_department_calls_back(cast: Cast) -> None:
    assert not can_list(cast.quality, cast.project.pk)
    over(cast, taken(cast, by="resident", channel="online", about_person=cast.gm), at=NOON + HOUR, by="quality")
    callback = Callback.objects.get()
    assert can_list(cast.quality, cast.project.pk)
    with pytest.raises(NotAllowed):
        record(callback=callback, outcome=Outcome(result="satisfied", score=5), by=cast.gm, at=NOON + DAY)
    record(callback=callback, outcome=Outcome(result="satisfied", score=5), by=cast.quality, at=NOON + DAY)


@pytest.mark.req("CMP-3")
def test_the_quality_department_takes_note_for_the_manager_only_where_it_is_about_the_manager(cast: Cast) -> None:
    complaint = taken(cast, by="supervisor", about_person=cast.frontdesk, grade="major")
    with pytest.raises(NotAllowed):
        actions.acknowledge(complaint=complaint, by=cast.quality, at=NOON + HOUR)


@pytest.mark.req("CMP-15")
def test_one_about_the_quality_department_is_read_by_the_manager_alone(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online", about_person=cast.quality, grade="major")
    seen = {name for name in cast.users if Complaint.objects.visible_to(cast.users[name]).exists()}
    assert seen == {"gm", "resident"}
    sweep(NOON + 20 * DAY)
    heard = set(Message.objects.filter(case=complaint.case).values_list("user__username", flat=True))
    assert heard == {"gm"}


@pytest.mark.req("CMP-9")
def test_no_department_closes_a_complaint_about_itself_without_the_resident(cast: Cast) -> None:
    complaint = handled(cast)
    with pytest.raises(NotAllowed):
        actions.close(complaint=complaint, confirmed=False, reason="不合理", by=cast.head, at=NOON + HOUR)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", by=cast.head, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=False, reason="联系不上", by=cast.supervisor, at=NOON + HOUR)
    assert {"gm", "frontdesk"} <= told(complaint, "told.complaint.closed")


@pytest.mark.req("CMP-3")
def test_a_major_one_is_not_closed_before_the_manager_knows(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    given: dict[str, Any] = {"complaint": complaint, "by": cast.supervisor, "at": NOON + HOUR}
    actions.resolve(outcome="solved", result="已抽干", **given)
    actions.inform(how="phone", **{**given, "by": cast.frontdesk})
    for confirmed in (True, False):
        with pytest.raises(NotNow):
            actions.close(confirmed=confirmed, reason="联系不上", **given)
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    actions.close(confirmed=True, **given)


@pytest.mark.req("CMP-3")
def test_the_manager_hears_that_what_they_have_not_seen_was_made_smaller(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    actions.regrade(complaint=complaint, grade="minor", reason="核实为误报", by=cast.supervisor, at=NOON + HOUR)
    assert "gm" in told(complaint, "told.complaint.regraded")


@pytest.mark.req("CMP-9", "CMP-10")
def test_nothing_is_closed_that_came_to_nothing_or_waits_for_an_answer(cast: Cast) -> None:
    complaint = handled(cast, contact_phone="13812345678")
    given: dict[str, Any] = {"complaint": complaint, "by": cast.supervisor, "at": NOON + HOUR}
    with pytest.raises(NotNow):
        actions.close(confirmed=False, reason="不处理", **given)
    actions.resolve(outcome="unfounded", result="查无此事", **given)
    with pytest.raises(NotNow):
        actions.close(confirmed=False, reason="不必答复", **given)
    actions.inform(how="phone", **{**given, "by": cast.frontdesk})
    actions.reopen(reason="再议", **given)
    actions.resolve(outcome="solved", result="已换", agreed=False, **given)
    actions.inform(how="phone", **{**given, "by": cast.frontdesk})
    with pytest.raises(Invalid):
        actions.close(**given)
    actions.close(confirmed=True, **given)


@pytest.mark.req("CMP-4")
def test_the_head_hears_of_one_that_was_solved_before_it_was_handed_on(cast: Cast) -> None:
    complaint = taken(cast, grade="important", about_department=cast.departments["maintenance"])
    actions.resolve(complaint=complaint, outcome="solved", result="已修", by=cast.supervisor, at=NOON + HOUR / 2)
    assert "head" in told(complaint, "told.complaint.resolved")


@pytest.mark.req("CMP-15")
@pytest.mark.parametrize(
    ("words", "about", "seen"),
    [
        ("前台 Frontdesk 那位", "frontdesk", {"supervisor", "gm", "quality"}),
        ("frontdesk", "frontdesk", {"supervisor", "gm", "quality"}),
        ("你们总经理", "gm", {"quality"}),
        ("Gm 先生和 Frontdesk", "gm", {"quality"}),
        ("一位不认识的师傅", None, None),
    ],
)
def test_a_name_that_a_resident_writes_passes_the_colleague_by(
    cast: Cast, words: str, about: str | None, seen: set[str] | None
) -> None:
    complaint = taken(cast, by="resident", channel="online", about_words=words)
    assert (complaint.about_person and complaint.about_person.username) == about
    if seen is None or about is None:
        return
    readers = {name for name, user in cast.users.items() if Complaint.objects.visible_to(user).exists()}
    assert readers - {"resident"} == seen
    assert not Message.objects.filter(case=complaint.case, user=cast.users[about]).exists()


@pytest.mark.req("SLA-4", "CMP-3")
def test_a_supervisor_gives_the_manager_no_more_time(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    mine = clock(complaint, "complaint.notify_gm")
    with pytest.raises(NotAllowed):
        extend(clock=mine, by_hours=24, reason="忙", by=cast.supervisor, at=NOON + HOUR)
    extend(clock=mine, by_hours=24, reason="出差", by=cast.gm, at=NOON + HOUR)
    other = clock(complaint, "complaint.resolve.major")
    extend(clock=other, by_hours=24, reason="等配件", by=cast.supervisor, at=NOON + HOUR)


@pytest.mark.req("SLA-4")
def test_no_department_gives_itself_more_time_and_who_would_hear_of_the_breach_hears_of_it(cast: Cast) -> None:
    complaint = handled(cast)
    running = clock(complaint, "complaint.resolve.minor")
    with pytest.raises(NotAllowed):
        extend(clock=running, by_hours=5, reason="忙", by=cast.head, at=NOON + HOUR)
    extend(clock=running, by_hours=5, reason="等配件", by=cast.gm, at=NOON + HOUR)
    assert told(complaint, "clock.extended") == {"supervisor"}


@pytest.mark.req("CMP-8")
def test_who_took_it_and_is_handed_it_hears_both(cast: Cast) -> None:
    complaint = taken(cast)
    actions.refer(
        complaint=complaint,
        department=cast.departments["service"],
        person=cast.frontdesk,
        by=cast.supervisor,
        at=NOON + MINUTE,
    )
    assert "frontdesk" in told(complaint, "told.complaint.referred")
    assert "frontdesk" in told(complaint, "complaint.referred_to_you")


@pytest.mark.req("CMP-9")
def test_the_result_of_one_that_a_resident_wrote_reaches_the_desk(cast: Cast) -> None:
    complaint = taken(cast, by="resident", channel="online")
    refer(cast, complaint, at=NOON + MINUTE)
    actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.technician, at=NOON + HOUR)
    assert "frontdesk" in told(complaint, "told.complaint.resolved")


@pytest.mark.req("CMP-4")
def test_what_is_solved_within_the_hour_is_not_handed_on_any_more(cast: Cast) -> None:
    complaint = taken(cast, grade="important")
    actions.resolve(complaint=complaint, outcome="solved", result="已道歉", by=cast.supervisor, at=NOON + 10 * MINUTE)
    assert clock(complaint, "complaint.refer").state == ClockState.CANCELLED


@pytest.mark.req("CMP-14")
def test_the_talk_with_the_resident_is_put_off_neither_by_handing_over_again_nor_by_a_result(cast: Cast) -> None:
    complaint = taken(cast)
    refer(cast, complaint, at=NOON)
    with pytest.raises(NotNow):
        refer(cast, complaint, at=NOON + 3 * HOUR)
    actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.technician, at=NOON + 3 * HOUR)
    assert clock(complaint, "complaint.contact").state == ClockState.RUNNING
    sweep(NOON + 5 * HOUR)
    assert clock(complaint, "complaint.contact").breached_at == NOON + 4 * HOUR


@pytest.mark.req("CMP-13")
def test_what_the_only_supervisor_explains_is_reported_to_the_manager(cast: Cast) -> None:
    complaint = taken(cast)
    actions.explain_delay(complaint=complaint, text="等厂家", by=cast.supervisor, at=NOON + HOUR)
    assert told(complaint, "complaint.delayed") == {"gm"}
