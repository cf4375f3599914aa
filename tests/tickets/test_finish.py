"""The end of the work: completed, leak test, callback owed; closed by it, or opened again."""

from datetime import timedelta

import pytest

from cases.models import Case
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.tickets.flow import (
    HOUR,
    MINUTE,
    accepted,
    called_back,
    clock,
    completed,
    dispatched,
    in_progress,
    kinds,
    opened,
    owed,
    ticket_in,
)
from tickets import actions
from tickets.models import Ticket
from tickets.states import JobState, State
from visits.models import Callback

DONE = NOON + 2 * HOUR
DAY = timedelta(days=1)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("case", "category").get(pk=ticket.pk)


# --- completed: a callback is owed ------------------------------------------------------------------------------------
@pytest.mark.req("CBK-1")
@pytest.mark.parametrize(("code", "kind"), [("lamp", "other"), ("gas_alarm", "safety"), ("lift", "safety")])
def test_a_finished_repair_owes_its_callback_in_two_days(cast: Cast, code: str, kind: str) -> None:
    ticket = completed(cast, opened(cast, code=code))
    callback = owed(ticket)
    assert (callback.case.category, callback.case.kind, callback.case.parent) == (kind, "callback", ticket.case)
    assert callback.case.number == "HF-20261123-0001"
    due = clock(callback.case, f"callback.{kind}")
    assert (due.started_at, due.due_at) == (DONE, DONE + 2 * DAY)
    assert (callback.case.contact_name, callback.case.contact_phone) == ("张小明", "13812341234")
    assert clock(ticket.case, "ticket.complete").state == "met"
    now = fresh(ticket)
    assert (now.case.state, now.case.phase, now.completed_at, now.report) == (
        State.COMPLETED,
        "waiting",
        DONE,
        "换了灯",
    )
    assert now.jobs.get().state == JobState.FINISHED


@pytest.mark.req("CBK-1")
def test_a_callback_reached_at_its_very_due_moment_is_in_time(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    case = owed(ticket).case
    called_back(cast, ticket, at=DONE + 2 * DAY)
    assert clock(case, "callback.other").state == "met"


@pytest.mark.req("CBK-1")
def test_a_second_later_it_is_missed(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    case = owed(ticket).case
    called_back(cast, ticket, at=DONE + 2 * DAY + timedelta(seconds=1))
    late = clock(case, "callback.other")
    assert (late.state, late.breached_at) == ("missed", DONE + 2 * DAY)


@pytest.mark.req("SVC-3")
def test_a_service_is_followed_up_like_a_repair(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast, code="unclog"))
    actions.override_charge(ticket=ticket, charge="free", reason="优惠", by=cast.supervisor, at=NOON + HOUR)
    actions.complete(ticket=ticket, report="通了", by=cast.technician, at=DONE)
    assert owed(ticket).case.category == "other"


def test_an_enquiry_is_answered_by_the_desk_and_owes_none(cast: Cast) -> None:
    ticket = opened(cast, code="enquiry", description="几点开门")
    actions.complete(ticket=ticket, report="早八点到晚六点", by=cast.frontdesk, at=NOON + MINUTE)
    assert clock(ticket.case, "contact.answer").state == "met"
    technical = opened(cast, code="technical", description="地暖分水器怎么调")
    actions.complete(ticket=technical, report="逆时针调小", by=cast.frontdesk, at=NOON + MINUTE)
    assert clock(technical.case, "ticket.respond").state == "met", "answered at once is a response"
    assert not Callback.objects.exists()
    actions.close(ticket=ticket, by=cast.frontdesk, at=NOON + 2 * MINUTE)
    assert fresh(ticket).case.state == State.CLOSED


def test_the_desk_does_not_finish_a_repair(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.complete(ticket=in_progress(cast, opened(cast)), report="好了", by=cast.frontdesk, at=DONE)


def test_a_repair_is_not_finished_before_anybody_arrived(cast: Cast) -> None:
    with pytest.raises(NotNow):
        actions.complete(ticket=accepted(cast, opened(cast)), report="好了", by=cast.technician, at=DONE)


@pytest.mark.parametrize("report", ["", " \n"])
def test_finishing_needs_a_report(cast: Cast, report: str) -> None:
    ticket = in_progress(cast, opened(cast))
    with pytest.raises(Invalid) as refused:
        actions.complete(ticket=ticket, report=report, by=cast.technician, at=DONE)
    assert "report" in refused.value.fields
    assert not Callback.objects.exists()


@pytest.mark.req("CBK-1")
def test_what_was_taken_over_owes_nothing_and_tells_nobody(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, is_history=True, promised_at=NOON + HOUR))
    assert not Callback.objects.exists()
    assert not Message.objects.exists()
    assert clock(ticket.case, "ticket.complete").state == "missed"
    actions.close(ticket=ticket, by=cast.frontdesk, at=DONE + HOUR)
    assert fresh(ticket).case.state == State.CLOSED


# --- closing ----------------------------------------------------------------------------------------------------------
@pytest.mark.req("CBK-1")
def test_nobody_closes_what_still_owes_a_callback(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    for who in (cast.frontdesk, cast.supervisor, cast.gm):
        with pytest.raises(NotNow) as refused:
            actions.close(ticket=ticket, by=who, at=DONE + HOUR)
        assert refused.value.code == "callback_owed"


@pytest.mark.req("CBK-2")
def test_a_content_callback_closes_the_ticket(cast: Cast) -> None:
    ticket = called_back(cast, completed(cast, opened(cast)), at=DONE + HOUR)
    assert (ticket.case.state, ticket.case.closed_at) == (State.CLOSED, DONE + HOUR)
    assert not Clock.objects.live().exists()


# --- the leak test ----------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-6", "CBK-1")
def test_three_days_after_the_leak_test_not_after_the_repair(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, code="wet_room_leak", description="卫生间漏水"))
    assert kinds(ticket.case)[-2:] == ["ticket.completed", "ticket.leak_test_begun"]
    assert not Callback.objects.exists(), "not before the test ended"
    test = clock(ticket.case, "ticket.leak_test")
    assert (test.started_at, test.due_at) == (DONE, DONE + 7 * DAY)
    with pytest.raises(NotNow) as refused:
        actions.close(ticket=ticket, by=cast.frontdesk, at=DONE + HOUR)
    assert refused.value.code == "leak_test_runs"
    ended = DONE + DAY + 3 * HOUR
    actions.end_leak_test(ticket=ticket, result="24小时闭水无渗漏", by=cast.technician, at=ended)
    assert clock(ticket.case, "ticket.leak_test").state == "met"
    callback = owed(ticket)
    due = clock(callback.case, "callback.leak")
    assert (callback.case.category, due.started_at, due.due_at) == ("leak", ended, ended + 3 * DAY)
    now = fresh(ticket)
    assert (now.leak_test_begun_at, now.leak_test_ended_at) == (DONE, ended)


@pytest.mark.req("REP-6")
def test_a_leak_test_ends_once_and_by_who_did_the_work(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, code="roof_leak"))
    for who in (cast.technician2, cast.frontdesk, cast.quality):
        with pytest.raises(NotAllowed):
            actions.end_leak_test(ticket=ticket, result="不漏", by=who, at=DONE + DAY)
    with pytest.raises(Invalid):
        actions.end_leak_test(ticket=ticket, result="字" * 501, by=cast.technician, at=DONE + DAY)
    actions.end_leak_test(ticket=ticket, by=cast.head, at=DONE + DAY)
    with pytest.raises(NotNow):
        actions.end_leak_test(ticket=ticket, result="不漏", by=cast.technician, at=DONE + DAY)
    assert Callback.objects.count() == 1


@pytest.mark.req("REP-6")
def test_no_leak_test_runs_on_other_repairs(cast: Cast) -> None:
    with pytest.raises(NotNow):
        actions.end_leak_test(ticket=completed(cast, opened(cast)), result="不漏", by=cast.technician, at=DONE + DAY)


@pytest.mark.req("REP-6", "REP-7")
def test_it_still_leaks_opens_it_again_and_the_test_is_run_anew(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, code="facade_leak"))
    actions.reopen(ticket=ticket, reason="试漏不合格", by=cast.head, at=DONE + DAY)
    assert clock(ticket.case, "ticket.leak_test", 1).state == "cancelled"
    now = fresh(ticket)
    assert (now.leak_test_begun_at, now.completed_at) == (None, None)
    dispatched(cast, ticket, at=DONE + DAY + HOUR)
    actions.accept(ticket=ticket, by=cast.technician, at=DONE + DAY + HOUR + MINUTE)
    actions.arrive(ticket=ticket, by=cast.technician, at=DONE + DAY + 2 * HOUR)
    actions.complete(ticket=ticket, report="重做防水", by=cast.technician, at=DONE + 2 * DAY)
    assert clock(ticket.case, "ticket.leak_test", 2).due_at == DONE + 9 * DAY
    actions.end_leak_test(ticket=ticket, result="不漏了", by=cast.technician, at=DONE + 3 * DAY)
    assert clock(owed(ticket).case, "callback.leak").due_at == DONE + 6 * DAY


# --- opened again -----------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-7", "CBK-3")
def test_a_dissatisfied_resident_opens_it_again_with_a_new_job_and_once_mended_a_new_callback(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    first = owed(ticket)
    bad = DONE + DAY
    ticket = called_back(cast, ticket, "dissatisfied", text="灯还在闪", at=bad)
    assert (ticket.case.state, ticket.case.handler, ticket.case.closed_at) == (State.REOPENED, None, None)
    event = ticket.case.events.get(kind="ticket.reopened")
    assert (event.text, event.data["callback"]) == ("灯还在闪", first.case.number)
    assert clock(ticket.case, "ticket.respond", 1).state == "met"
    assert clock(ticket.case, "ticket.respond", 2).due_at == bad + 10 * MINUTE
    told = Message.objects.filter(template="ticket.reopened", channel="in_app").values_list("user__username", flat=True)
    assert list(told) == ["head"]

    dispatched(cast, ticket, at=bad + HOUR, who=cast.technician2)
    actions.accept(ticket=ticket, by=cast.technician2, at=bad + HOUR + MINUTE)
    actions.arrive(ticket=ticket, by=cast.technician2, at=bad + 2 * HOUR)
    mended = bad + 3 * HOUR
    actions.complete(ticket=ticket, report="换了驱动", by=cast.technician2, at=mended)
    second = owed(ticket)
    assert second.pk != first.pk
    assert clock(second.case, "callback.other").due_at == mended + 2 * DAY
    first_clock = clock(first.case, "callback.other")
    assert (first_clock.state, first_clock.met_at) == ("met", bad), "the first callback stays as it was"
    assert clock(ticket.case, "ticket.complete", 1).met_at == DONE
    assert clock(ticket.case, "ticket.complete", 2).met_at == mended
    assert [job.state for job in ticket.jobs.all()] == [JobState.FINISHED, JobState.FINISHED]
    assert kinds(ticket.case).count("ticket.completed") == 2
    closed = called_back(cast, ticket, at=mended + DAY)
    assert closed.case.state == State.CLOSED


@pytest.mark.req("REP-7")
def test_opening_it_again_before_the_callback_cancels_that_one(cast: Cast) -> None:
    ticket = completed(cast, opened(cast))
    case = owed(ticket).case
    actions.reopen(ticket=ticket, reason="业主来电说又坏了", by=cast.frontdesk, at=DONE + HOUR)
    case.refresh_from_db()
    assert (case.state, case.phase) == ("cancelled", "closed")
    assert clock(case, "callback.other").state == "cancelled"
    assert kinds(case) == ["callback.owed", "callback.cancelled"]


@pytest.mark.req("REP-7")
def test_a_closed_one_is_opened_again_with_its_history(cast: Cast) -> None:
    ticket = called_back(cast, completed(cast, opened(cast)))
    before = kinds(ticket.case)
    actions.reopen(ticket=ticket, reason="一周后又坏了", by=cast.supervisor, at=DONE + 7 * DAY)
    now = fresh(ticket)
    assert (now.case.state, now.case.closed_at) == (State.REOPENED, None)
    assert kinds(now.case) == [*before, "ticket.reopened"]
    dispatched(cast, ticket, at=DONE + 7 * DAY + HOUR)
    assert ticket.jobs.count() == 2


@pytest.mark.parametrize("who", ["technician", "guard", "quality", "resident"])
def test_others_do_not_open_or_close_or_cancel(cast: Cast, who: str) -> None:
    person, ticket = getattr(cast, who), completed(cast, opened(cast))
    with pytest.raises(NotAllowed):
        actions.reopen(ticket=ticket, reason="又坏了", by=person, at=DONE + HOUR)
    with pytest.raises(NotAllowed):
        actions.close(ticket=ticket, by=person, at=DONE + HOUR)
    with pytest.raises(NotAllowed):
        actions.cancel(ticket=opened(cast), reason="不用了", by=person, at=DONE + HOUR)


# --- cancelled --------------------------------------------------------------------------------------------------------
def test_cancelling_ends_every_promise_and_tells_the_technician(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    actions.cancel(ticket=ticket, reason="业主自己修好了", by=cast.frontdesk, at=NOON + 30 * MINUTE)
    now = fresh(ticket)
    assert (now.case.state, now.case.due_at) == (State.CANCELLED, None)
    assert not Clock.objects.live().exists()
    assert ticket.jobs.get().state == JobState.CANCELLED
    told = Message.objects.filter(template="ticket.cancelled", channel="in_app")
    assert [message.user for message in told] == [cast.technician]


@pytest.mark.req("CBK-1")
def test_work_that_was_done_is_not_cancelled_past_its_callback(cast: Cast) -> None:
    ticket = ticket_in(cast, State.REOPENED)
    for who in (cast.frontdesk, cast.head):
        with pytest.raises(NotAllowed):
            actions.cancel(ticket=ticket, reason="算了", by=who, at=DONE + 2 * HOUR)
    actions.cancel(ticket=ticket, reason="业主确认不用再修", by=cast.supervisor, at=DONE + 2 * HOUR)
    assert fresh(ticket).case.state == State.CANCELLED
    callback = owed(ticket)
    assert (callback.case.category, callback.case.opened_at) == ("other", DONE + 2 * HOUR)
    assert clock(callback.case, "callback.other").due_at == DONE + 2 * HOUR + 2 * DAY


@pytest.mark.req("CBK-1")
def test_work_in_progress_is_cancelled_by_a_supervisor_and_owes_its_callback(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    with pytest.raises(NotAllowed):
        actions.cancel(ticket=ticket, reason="算了", by=cast.frontdesk, at=DONE)
    actions.cancel(ticket=ticket, reason="业主不修了", by=cast.supervisor, at=DONE)
    assert owed(ticket).case.opened_at == DONE


@pytest.mark.req("CBK-1")
def test_what_nobody_went_out_for_is_cancelled_without_a_callback(cast: Cast) -> None:
    actions.cancel(ticket=accepted(cast, opened(cast)), reason="不用了", by=cast.frontdesk, at=DONE)
    assert not Callback.objects.exists()


@pytest.mark.req("CBK-1", "REP-7")
@pytest.mark.parametrize(("result", "state"), [("satisfied", State.CANCELLED), ("dissatisfied", State.REOPENED)])
def test_a_callback_about_cancelled_work_is_taken(cast: Cast, result: str, state: str) -> None:
    ticket = ticket_in(cast, State.IN_PROGRESS)
    actions.cancel(ticket=ticket, reason="业主不修了", by=cast.supervisor, at=DONE)
    called_back(cast, ticket, result, text="还是漏", at=DONE + HOUR)
    assert fresh(ticket).case.state == state
    assert Callback.objects.get().case.phase == "closed"


# --- feedback ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-4")
def test_the_first_word_back_keeps_its_promise(cast: Cast) -> None:
    ticket = opened(cast)
    actions.feedback(ticket=ticket, text="师傅下午到", by=cast.frontdesk, at=NOON + 24 * HOUR)
    assert clock(ticket.case, "ticket.feedback").state == "met"
    event = ticket.case.events.get(kind="ticket.feedback")
    assert (event.text, event.for_resident) == ("师傅下午到", True)
    with pytest.raises(Invalid):
        actions.feedback(ticket=ticket, text=" ", by=cast.frontdesk, at=NOON + 25 * HOUR)


# --- the case it was opened for hears of it ---------------------------------------------------------------------------
def test_a_ticket_opened_for_another_one_leaves_that_one_alone(cast: Cast) -> None:
    first = completed(cast, opened(cast))
    second = completed(cast, opened(cast, parent=first.case))
    called_back(cast, second)
    assert Case.objects.get(pk=first.case_id).state == State.COMPLETED


@pytest.mark.req("REP-6", "REP-7")
def test_a_test_that_still_leaks_opens_the_ticket_again_and_owes_no_callback_yet(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, code="wet_room_leak", description="卫生间漏水"))
    again = fresh(ticket)
    actions.end_leak_test(ticket=ticket, result="楼下还在滴水", leaks=True, by=cast.technician, at=DONE + DAY)
    assert fresh(again).case.state == State.REOPENED
    assert not Callback.objects.filter(case__parent=again.case).exists()


def test_a_test_that_still_leaks_wants_to_know_what_was_seen(cast: Cast) -> None:
    ticket = completed(cast, opened(cast, code="wet_room_leak", description="卫生间漏水"))
    with pytest.raises(Invalid):
        actions.end_leak_test(ticket=ticket, leaks=True, by=cast.technician, at=DONE + DAY)
