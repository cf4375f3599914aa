"""Deadlines by grade: which clocks run, from when, who is told, and what grading anew makes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cases.models import Case, Event
from complaints import actions
from complaints.models import Complaint
from core.errors import Invalid, NotAllowed
from notifications.models import Message
from notifications.sentences import render
from reception import actions as desk
from reception.actions import NewContact
from sla.explaining import explain
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, clock, refer, sweep, taken

END_OF_DAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def promised(cast: Cast, grade: str) -> dict[str, datetime]:
    complaint = taken(cast, grade=grade)
    return dict(Clock.objects.filter(case=complaint.case).values_list("key", "due_at"))


@pytest.mark.req("CMP-3")
def test_a_major_complaint_owes_notice_the_same_day_an_answer_in_two_days_and_a_solution_in_ten(cast: Cast) -> None:
    assert promised(cast, "major") == {
        "complaint.notify_gm": END_OF_DAY,
        "complaint.answer": NOON + 2 * DAY,
        "complaint.resolve.major": NOON + 10 * DAY,
        "complaint.progress": NOON + 2 * DAY,
        "ticket.feedback": NOON + DAY,
    }


@pytest.mark.req("CMP-4")
def test_an_important_complaint_goes_to_the_head_within_the_hour_and_is_done_in_three_days(cast: Cast) -> None:
    assert promised(cast, "important") == {
        "complaint.refer": NOON + HOUR,
        "complaint.resolve.important": NOON + 3 * DAY,
        "complaint.progress": NOON + 2 * DAY,
        "ticket.feedback": NOON + DAY,
    }


@pytest.mark.req("CMP-5")
@pytest.mark.parametrize("wanted", [None, NOON + 5 * HOUR, NOON + 5 * DAY])
def test_a_minor_complaint_is_solved_in_two_days_or_by_the_time_asked_for(cast: Cast, wanted: Any) -> None:
    complaint = taken(cast, grade="minor", wanted_by=wanted)
    assert clock(complaint, "complaint.resolve.minor").due_at == (wanted or NOON + 2 * DAY)


@pytest.mark.req("CMP-3", "CMP-4")
def test_deadlines_count_from_the_contact_it_came_from(cast: Cast) -> None:
    contact = desk.log_contact(new=NewContact(project=cast.project, said="投诉"), by=cast.frontdesk, at=NOON)
    complaint = taken(cast, grade="important", contact=contact.case, at=NOON + 50 * MINUTE)
    assert complaint.received_at == NOON
    assert clock(complaint, "complaint.refer").started_at == NOON
    assert clock(complaint, "complaint.refer").due_at == NOON + HOUR


@pytest.mark.req("CMP-4")
def test_a_contact_passed_on_too_late_is_overdue_from_its_true_moment(cast: Cast) -> None:
    contact = desk.log_contact(new=NewContact(project=cast.project, said="投诉"), by=cast.frontdesk, at=NOON)
    complaint = taken(cast, grade="important", contact=contact.case, at=NOON + 2 * HOUR)
    sweep(NOON + 2 * HOUR + MINUTE)
    late = clock(complaint, "complaint.refer")
    assert (late.state, late.breached_at) == ("missed", NOON + HOUR)
    assert late.breach_found_at == NOON + 2 * HOUR + MINUTE
    assert Message.objects.filter(user=cast.supervisor, template="clock.breach", data__key="complaint.refer").exists()


@pytest.mark.req("CMP-3")
def test_the_general_manager_is_told_at_once_and_the_quality_department_when_the_day_is_over(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    about = Message.objects.filter(case=complaint.case, channel="in_app", data__key="complaint.notify_gm")
    sweep(NOON + timedelta(seconds=5))
    assert list(about.values_list("user__username", flat=True)) == ["gm"]
    sweep(END_OF_DAY + MINUTE)
    assert "quality" in set(about.values_list("user__username", flat=True))


@pytest.mark.req("CMP-3", "SLA-3")
def test_asleep_over_midnight_the_general_manager_hears_of_it_all_the_same(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    woke = END_OF_DAY + 8 * HOUR
    for _ in range(2):
        sweep(woke)
    late = clock(complaint, "complaint.notify_gm")
    assert dict(late.fired.values_list("step", "skipped")) == {0: True, 1: True, 2: False}, "the facts stay the facts"
    about = Message.objects.filter(case=complaint.case, channel="in_app", data__key="complaint.notify_gm")
    assert sorted(about.values_list("user__username", "template", "level")) == [
        ("gm", "clock.breach_unheard", "escalation"),
        ("quality", "clock.breach", "escalation"),
    ]
    gm = about.get(user=cast.gm)
    assert gm.data["meant"] == {"at": NOON.isoformat()}
    with translation.override("en"):
        assert "You were to hear of it" in render(gm.template, gm.data)
    told = [e.data["names"] for e in complaint.case.events.filter(kind="clock.told", data__key="complaint.notify_gm")]
    assert told == [["Quality", "Gm"]], "the matter's own record names both"
    events = list(late.events.values_list("kind", "data__told").order_by("pk"))
    assert ("skipped", [cast.gm.pk]) in events
    assert ("skipped", None) in events, "the reminder half-way was for the same person"


@pytest.mark.req("CMP-3")
def test_a_short_outage_tells_the_general_manager_once(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    sweep(NOON + 7 * HOUR)  # half-way has gone by: the reminder tells them, and nobody is told of the same twice
    about = Message.objects.filter(case=complaint.case, channel="in_app", data__key="complaint.notify_gm")
    assert list(about.values_list("user__username", "template")) == [("gm", "clock.news")]


@pytest.mark.req("CMP-3")
def test_the_general_manager_takes_note_and_nobody_else_can(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    with pytest.raises(NotAllowed):
        actions.acknowledge(complaint=complaint, by=cast.supervisor, at=NOON)
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    assert clock(complaint, "complaint.notify_gm").met_at == NOON + HOUR
    again = actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + 2 * HOUR)
    assert again.acknowledged_at == NOON + HOUR
    assert Event.objects.filter(case=complaint.case, kind="complaint.acknowledged").count() == 1


# --- grading anew ----------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-2")
def test_grading_anew_counts_from_reception_and_keeps_the_old_clocks(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=NOON + DAY)
    old = clock(complaint, "complaint.resolve.minor")
    assert (old.state, old.ended_at) == ("cancelled", NOON + DAY)
    assert clock(complaint, "complaint.answer").due_at == NOON + 2 * DAY
    assert clock(complaint, "complaint.resolve.major").started_at == NOON
    event = Event.objects.get(case=complaint.case, kind="complaint.regraded")
    assert (event.text, event.data["before"]["zh"], event.data["after"]["zh"]) == ("有人受伤", "轻微", "重大")


@pytest.mark.req("CMP-2", "SLA-2")
def test_nothing_is_found_late_for_a_time_before_it_was_graded(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=NOON + 5 * HOUR)
    sweep(NOON + 5 * HOUR + timedelta(seconds=3))
    with translation.override("en"), timezone.override(cast.project.tz):
        words = lines_of(complaint, "complaint.notify_gm", NOON + 6 * HOUR)
    assert words[1:] == ["Told (when it begins: general manager)."]


@pytest.mark.req("CMP-2", "SLA-2", "SLA-3")
def test_graded_days_later_it_is_overdue_by_reception_and_says_when_it_came_into_being(cast: Cast) -> None:
    complaint, graded = taken(cast, grade="minor"), NOON + 2 * DAY
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=graded)
    sweep(graded + timedelta(seconds=3))
    with translation.override("en"), timezone.override(cast.project.tz):
        words = lines_of(complaint, "complaint.notify_gm", graded + HOUR)
    assert "Overdue since 2026-11-24 00:00:00. It came into being after that, at 2026-11-25 12:00:00." in words
    assert not any("Found at" in line for line in words)
    about = Message.objects.filter(case=complaint.case, user=cast.gm, data__key="complaint.notify_gm")
    assert set(about.values_list("template", flat=True)) == {"clock.breach"}, "nobody was to hear of it before"
    late = graded + 2 * HOUR
    asleep = taken(cast, grade="minor")
    actions.regrade(complaint=asleep, grade="major", reason="有人受伤", by=cast.supervisor, at=graded)
    sweep(late)
    with translation.override("en"), timezone.override(cast.project.tz):
        words = lines_of(asleep, "complaint.notify_gm", late)
    assert words[1].endswith("Found at 2026-11-25 14:00:00, 2 hours later."), "what the sweep slept over is still said"


def lines_of(complaint: Complaint, key: str, at: datetime) -> list[str]:
    """How a clock is explained, line by line."""
    case = Case.objects.select_related("project").get(pk=complaint.case.pk)
    (found,) = [one for one in explain(case, [case], at) if one.clock.key == key]
    return [line.words for line in found.lines]


@pytest.mark.req("CMP-2")
def test_a_breach_stays_a_breach_when_the_grade_changes(cast: Cast) -> None:
    complaint = taken(cast, grade="important")
    sweep(NOON + 2 * HOUR)
    actions.regrade(complaint=complaint, grade="minor", reason="核实后为偶发", by=cast.supervisor, at=NOON + 3 * HOUR)
    kept = clock(complaint, "complaint.refer")
    assert (kept.state, kept.breached_at) == ("missed", NOON + HOUR)


@pytest.mark.req("CMP-2")
def test_what_was_kept_before_counts_for_the_new_grade(cast: Cast) -> None:
    """Handed over within the hour as a minor one: nobody has missed anything when it turns out to be important."""
    complaint = taken(cast, grade="minor")
    refer(cast, complaint, at=NOON + 30 * MINUTE)
    actions.regrade(complaint=complaint, grade="important", reason="管理失误", by=cast.supervisor, at=NOON + DAY)
    sweep(NOON + DAY + MINUTE)
    kept = clock(complaint, "complaint.refer")
    assert (kept.state, kept.met_at) == ("met", NOON + 30 * MINUTE)


@pytest.mark.req("CMP-2")
def test_what_was_late_before_is_late_for_the_new_grade(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    refer(cast, complaint, at=NOON + 3 * HOUR)
    actions.regrade(complaint=complaint, grade="important", reason="管理失误", by=cast.supervisor, at=NOON + DAY)
    late = clock(complaint, "complaint.refer")
    assert (late.state, late.breached_at, late.met_at) == ("missed", NOON + HOUR, NOON + 3 * HOUR)


@pytest.mark.req("CMP-2", "CMP-3")
def test_opened_again_and_graded_major_the_general_manager_takes_note_once_more(cast: Cast) -> None:
    """What was noted the first time is over: the promise made now can be kept, and it closes after that only."""
    complaint = taken(cast, grade="major")
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    for verb in ("resolve", "inform", "close"):
        given = {"resolve": {"outcome": "solved", "result": "已解决"}, "inform": {"how": "phone"}, "close": {}}[verb]
        who = cast.frontdesk if verb == "inform" else cast.supervisor
        getattr(actions, verb)(complaint=complaint, by=who, at=NOON + 2 * HOUR, **given)
    actions.reopen(complaint=complaint, reason="又发生了", by=cast.supervisor, at=NOON + DAY)
    actions.regrade(complaint=complaint, grade="minor", reason="偶发", by=cast.supervisor, at=NOON + DAY + HOUR)
    again = NOON + DAY + 2 * HOUR
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=again)
    assert clock(complaint, "complaint.notify_gm").state == "running"
    actions.acknowledge(complaint=complaint, by=cast.gm, at=again + HOUR)
    kept = clock(complaint, "complaint.notify_gm")
    assert (kept.cycle, kept.state, kept.met_at) == (3, "met", again + HOUR), "owed since it was opened again"


@pytest.mark.req("CMP-2", "CMP-3")
def test_noted_once_it_stays_noted_whatever_the_grade_was_in_between(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    for hours, grade in ((2, "minor"), (3, "major")):
        at = NOON + hours * HOUR
        complaint = actions.regrade(complaint=complaint, grade=grade, reason="核实", by=cast.supervisor, at=at)
    assert complaint.acknowledged_at == NOON + HOUR
    assert clock(complaint, "complaint.notify_gm").met_at == NOON + HOUR


@pytest.mark.req("CMP-2")
def test_only_supervisors_grade_anew_with_a_reason_and_to_another_grade(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    with pytest.raises(NotAllowed):
        actions.regrade(complaint=complaint, grade="major", reason="x", by=cast.frontdesk, at=NOON)
    for grade, reason in (("minor", "x"), ("major", " "), ("huge", "x")):
        with pytest.raises(Invalid):
            actions.regrade(complaint=complaint, grade=grade, reason=reason, by=cast.supervisor, at=NOON)


@pytest.mark.req("CMP-3")
def test_a_major_complaint_is_taken_in_fourteen_statements(cast: Cast) -> None:
    """With its grade from the words, its clocks, its event, who sees it, who is told; without marks of transactions."""
    home = cast.units["3-2-1501"]
    new = actions.NewComplaint(project=cast.project, unit=home, description="电梯困人四十分钟，老人受伤")
    actions.register(new=new, by=cast.frontdesk, at=NOON)
    with CaptureQueriesContext(connection) as asked:
        complaint = actions.register(new=new, by=cast.frontdesk, at=NOON)
    assert complaint.case.grade == "major"
    assert len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]) <= 14
