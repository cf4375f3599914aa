"""Taking back what was done just now: everything stands as before, the record keeps both, and the clocks are right."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from cases.models import Case, CaseAccess, Event
from core.errors import Invalid, NotAllowed, NotNow, Stale
from notifications.models import Message
from sla.actions import sweep_clocks
from sla.models import Clock, ClockEvent, PolicyVersion
from tests.cast import NOON, Cast
from tests.threads import at_once
from tests.tickets.flow import (
    HOUR,
    MINUTE,
    accepted,
    category,
    clock,
    dispatched,
    in_progress,
    kinds,
    opened,
    ticket_in,
)
from tickets import actions
from tickets.models import Ticket
from tickets.states import Charge, JobState, State

pytestmark = pytest.mark.django_db
AT = NOON + 2 * HOUR
Act = Callable[[Cast, Ticket, datetime], object]


def send(cast: Cast, ticket: Ticket, at: datetime = AT) -> Ticket:
    return actions.dispatch(
        ticket=ticket,
        technician=cast.technician2,
        window_from=at + HOUR,
        window_to=at + 2 * HOUR,
        by=cast.frontdesk,
        at=at,
    ).ticket


def hold(cast: Cast, ticket: Ticket, at: datetime = AT) -> Ticket:
    return actions.hold(ticket=ticket, reason="等配件", by=cast.frontdesk, at=at)


def sort(cast: Cast, ticket: Ticket, at: datetime = AT) -> Ticket:
    return actions.change_category(ticket=ticket, category=category("fire"), urgency="urgent", by=cast.frontdesk, at=at)


def undo(cast: Cast, ticket: Ticket, at: datetime = AT + MINUTE, by: User | None = None) -> Ticket:
    return actions.undo(ticket=ticket, reason="派错了" if by else "", by=by or cast.frontdesk, at=at)


def live(case: Case) -> list[tuple[object, ...]]:
    found = Clock.objects.filter(case=case, ended_at=None).order_by("key")
    return list(found.values_list("key", "state", "due_at", "next_at", "steps_done", "breached_at", "paused_at"))


def standing(ticket: Ticket) -> tuple[object, ...]:
    """Everything that an undo must bring back."""
    case = Case.objects.get(pk=ticket.case_id)
    fields = ("state", "phase", "handler", "department", "category", "urgency", "due_at", "closed_at")
    open_access = CaseAccess.objects.filter(case=case, ended_at=None)
    return (
        Case.objects.filter(pk=case.pk).values(*fields).get(),
        Ticket.objects.filter(pk=ticket.pk).values().get(),
        list(ticket.jobs.open().values("number", "technician", "state", "accepted_at", "ended_at", "ended_reason")),
        live(case),
        sorted(open_access.values_list("user", "department"), key=str),
    )


WAYS: dict[str, tuple[Act, str]] = {
    "dispatch": (send, "ticket.dispatch_undone"),
    "hold": (hold, "ticket.hold_undone"),
    "category": (sort, "ticket.category_undone"),
}
FITTING = [
    *(("dispatch", s) for s in (State.PENDING, State.REOPENED, State.DISPATCHED, State.ACCEPTED, State.IN_PROGRESS)),
    ("hold", State.ACCEPTED),
    ("hold", State.IN_PROGRESS),
    ("category", State.PENDING),
    ("category", State.IN_PROGRESS),
    ("category", State.ON_HOLD),
]


@pytest.mark.req("REP-3")
@pytest.mark.parametrize(("what", "state"), FITTING)
def test_everything_stands_as_before(cast: Cast, what: str, state: str) -> None:
    ticket = ticket_in(cast, state)
    act, event = WAYS[what]
    at = NOON + 5 * HOUR
    sweep_clocks(at=at)
    before, version = standing(ticket), ticket.case.version
    act(cast, ticket, at)
    assert standing(ticket) != before
    undo(cast, ticket, at)
    assert standing(ticket) == before
    assert kinds(ticket.case)[-1] == event
    assert Case.objects.get(pk=ticket.case_id).version == version + 2
    last = Event.objects.filter(case=ticket.case).latest("pk")
    assert (last.by, last.for_resident) == (cast.frontdesk, False)


@pytest.mark.req("REP-3", "SLA-2")
@pytest.mark.parametrize("minutes", [0, 7, 30])
def test_a_hold_undone_moves_the_due_time_by_exactly_the_time_paused(cast: Cast, minutes: int) -> None:
    ticket = in_progress(cast, opened(cast))
    due = clock(ticket.case, "ticket.complete").due_at
    hold(cast, ticket)
    sweep_clocks(at=AT + minutes * MINUTE)
    undo(cast, ticket, AT + minutes * MINUTE)
    now = clock(ticket.case, "ticket.complete")
    assert (now.state, now.due_at, now.paused_at) == ("running", due + minutes * MINUTE, None)
    assert list(now.events.order_by("pk").values_list("kind", flat=True))[-2:] == ["paused", "resumed"]


@pytest.mark.req("REP-3", "SLA-2")
def test_what_the_dispatch_did_to_the_promise_of_arrival_is_turned_round(cast: Cast) -> None:
    ticket = dispatched(cast, opened(cast), at=NOON + 2 * MINUTE)
    first = clock(ticket.case, "ticket.arrive")
    send(cast, ticket, NOON + 10 * MINUTE)
    assert [c.state for c in Clock.objects.filter(case=ticket.case, key="ticket.arrive")] == ["cancelled", "running"]
    undo(cast, ticket, NOON + 12 * MINUTE)
    again, second = clock(ticket.case, "ticket.arrive"), clock(ticket.case, "ticket.arrive", cycle=2)
    assert (again.state, again.due_at, again.next_at) == (first.state, first.due_at, first.next_at)
    assert second.state == "cancelled"
    record = ClockEvent.objects.filter(clock__in=[again, second]).order_by("pk")
    told = [(one.clock_id, one.kind) for one in record]
    assert told == [
        (again.pk, "started"), (again.pk, "cancelled"), (second.pk, "started"), (second.pk, "cancelled"),
        (again.pk, "restored"),
    ]  # fmt: skip
    respond = clock(ticket.case, "ticket.respond")
    assert (respond.ended_at, respond.due_at) == (None, NOON + 10 * MINUTE), "nobody has responded yet"


def test_a_clock_that_the_dispatch_had_met_runs_on_and_its_breach_is_found_at_the_true_time(cast: Cast) -> None:
    """An administrator's own promise: somebody is sent within the quarter of an hour."""
    respond = PolicyVersion.objects.get(policy__key="ticket.respond")
    PolicyVersion.objects.filter(pk=respond.pk).update(stops=["ticket.dispatched"], goal_seconds=900)
    ticket = opened(cast)
    send(cast, ticket, NOON + 10 * MINUTE)
    assert clock(ticket.case, "ticket.respond").state == "met"
    undo(cast, ticket, NOON + 20 * MINUTE)
    assert clock(ticket.case, "ticket.respond").state == "running"
    sweep_clocks(at=NOON + 21 * MINUTE)
    late = clock(ticket.case, "ticket.respond")
    assert (late.state, late.breached_at) == ("missed", NOON + 15 * MINUTE)
    assert (late.breach_found_at, late.ended_at) == (NOON + 21 * MINUTE, None)


@pytest.mark.parametrize("what", WAYS)
def test_a_sweep_in_between_is_nobodys_doing(cast: Cast, what: str) -> None:
    ticket = opened(cast) if what == "dispatch" else accepted(cast, opened(cast))
    act, event = WAYS[what]
    at = NOON + 9 * MINUTE
    act(cast, ticket, at)
    sweep_clocks(at=NOON + 25 * MINUTE)
    undo(cast, ticket, NOON + 26 * MINUTE)
    assert kinds(ticket.case)[-1] == event
    if what == "dispatch":
        assert "clock.breached" in kinds(ticket.case), "ten minutes for the response went by, and that stays"
        assert clock(ticket.case, "ticket.respond").breached_at == NOON + 10 * MINUTE


def test_the_technician_hears_that_it_was_taken_back_and_no_longer_sees_it(cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    undo(cast, ticket)
    assert not Ticket.objects.visible_to(cast.technician2).exists()
    told = Message.objects.filter(user=cast.technician2, channel="in_app").order_by("pk")
    assert [message.template for message in told] == ["case.assigned", "ticket.taken_back"]
    job = ticket.jobs.get()
    assert (job.state, job.ended_at) == (JobState.CANCELLED, AT + MINUTE), "the visit stays on record"


def test_who_had_the_job_before_has_it_again_and_hears_of_it(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    send(cast, ticket)
    assert not Ticket.objects.visible_to(cast.technician).exists()
    undo(cast, ticket)
    assert Ticket.objects.visible_to(cast.technician).exists()
    (job,) = ticket.jobs.open()
    assert (job.technician, job.state) == (cast.technician, JobState.ACCEPTED)
    last = Message.objects.filter(user=cast.technician, channel="in_app").latest("pk")
    assert last.template == "ticket.given_back"
    actions.arrive(ticket=ticket, by=cast.technician, at=AT + HOUR)


def test_it_can_be_sent_anew_afterwards(cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    undo(cast, ticket)
    send(cast, ticket, AT + 5 * MINUTE)
    assert [job.state for job in ticket.jobs.order_by("number")] == [JobState.CANCELLED, JobState.DISPATCHED]
    told = Message.objects.filter(user=cast.technician2, channel="in_app", template="case.assigned")
    assert told.count() == 2, "each time they are sent they hear of it"


def test_who_pays_is_as_before_also_where_a_supervisor_decided(cast: Cast) -> None:
    ticket = opened(cast)
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON + MINUTE)
    before = standing(ticket)
    sort(cast, ticket)
    undo(cast, ticket)
    assert standing(ticket) == before
    assert Ticket.objects.get(pk=ticket.pk).charge == Charge.PAID


# --- not any more ----------------------------------------------------------------------------------------------------
MEANWHILE: dict[str, Act] = {
    "accepted": lambda c, t, at: actions.accept(ticket=t, by=c.technician2, at=at),
    "told": lambda c, t, at: actions.feedback(ticket=t, text="师傅会来", by=c.supervisor, at=at),
    "sorted": sort,
    "undone": undo,
    "sent again": send,
}


@pytest.mark.parametrize("meanwhile", sorted(MEANWHILE))
def test_once_anybody_went_on_it_is_refused_with_what_happened(cast: Cast, meanwhile: str) -> None:
    ticket = send(cast, opened(cast))
    event = Event.objects.get(case=ticket.case, kind="ticket.dispatched")
    MEANWHILE[meanwhile](cast, ticket, AT + MINUTE)
    before = (standing(ticket), kinds(ticket.case))
    with pytest.raises(NotNow) as refused:
        actions.undo(ticket=ticket, event=event, by=cast.frontdesk, at=AT + 2 * MINUTE)
    assert ticket.case.number in str(refused.value)
    assert (standing(ticket), kinds(ticket.case)) == before


def test_the_sentence_says_who_did_what_since(cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    event = Event.objects.get(case=ticket.case, kind="ticket.dispatched")
    actions.feedback(ticket=ticket, text="师傅会来", by=cast.supervisor, at=AT + MINUTE)
    with pytest.raises(NotNow, match=f"{cast.supervisor}.*反馈"):
        actions.undo(ticket=ticket, event=event, by=cast.frontdesk, at=AT + 2 * MINUTE)


@pytest.mark.parametrize(("after", "done"), [(30 * MINUTE, True), (30 * MINUTE + timedelta(seconds=1), False)])
def test_half_an_hour_is_the_end_of_it(cast: Cast, after: timedelta, done: bool) -> None:
    ticket = send(cast, opened(cast))
    if done:
        undo(cast, ticket, AT + after)
    else:
        with pytest.raises(NotNow, match="30"):
            undo(cast, ticket, AT + after)
    assert (kinds(ticket.case)[-1] == "ticket.dispatch_undone") is done


def test_midnight_is_no_end_of_it(cast: Cast) -> None:
    late = NOON + timedelta(hours=11, minutes=50)
    ticket = send(cast, opened(cast), late)
    undo(cast, ticket, late + 20 * MINUTE)
    assert kinds(ticket.case)[-1] == "ticket.dispatch_undone"


def test_what_is_no_such_thing_is_not_undone(cast: Cast) -> None:
    ticket = accepted(cast, opened(cast))
    with pytest.raises(NotNow):
        actions.undo(ticket=ticket, by=cast.supervisor, at=AT)
    other = send(cast, opened(cast))
    event = Event.objects.get(case=other.case, kind="ticket.dispatched")
    with pytest.raises(Invalid):
        actions.undo(ticket=ticket, event=event, by=cast.supervisor, at=AT)


def test_what_was_done_before_this_version_of_the_desk_is_left_alone(cast: Cast) -> None:
    """An event that kept nothing of what stood before cannot be turned round."""
    ticket = send(cast, opened(cast))
    event = Event.objects.get(case=ticket.case, kind="ticket.dispatched")
    event.data = {name: value for name, value in event.data.items() if name != "undo"}
    with pytest.raises(NotNow):
        actions.undo(ticket=ticket, event=event, by=cast.frontdesk, at=AT + MINUTE)


# --- who -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("frontdesk", True),
        ("supervisor", True),
        ("head", False),
        ("gm", False),
        ("technician2", False),
        ("quality", False),
    ],
)
def test_whoever_did_it_and_supervisors(cast: Cast, who: str, may: bool) -> None:
    ticket = send(cast, opened(cast))
    if may:
        undo(cast, ticket, by=cast.users[who])
    else:
        with pytest.raises(NotAllowed):
            undo(cast, ticket, by=cast.users[who])
    assert (kinds(ticket.case)[-1] == "ticket.dispatch_undone") is may


def test_a_colleagues_deed_is_taken_back_with_a_reason(cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    with pytest.raises(Invalid) as refusal:
        actions.undo(ticket=ticket, reason="  ", by=cast.supervisor, at=AT + MINUTE)
    assert "reason" in refusal.value.fields
    actions.undo(ticket=ticket, reason="业主要换人", by=cast.supervisor, at=AT + MINUTE)
    undone = Event.objects.get(case=ticket.case, kind="ticket.dispatch_undone")
    assert (undone.text, undone.by, undone.for_resident) == ("业主要换人", cast.supervisor, False)


def test_a_technician_takes_back_the_own_hold_and_nobody_elses(cast: Cast) -> None:
    ticket = in_progress(cast, opened(cast))
    actions.hold(ticket=ticket, reason="等配件", by=cast.technician, at=AT)
    with pytest.raises(NotAllowed):
        undo(cast, ticket, by=cast.frontdesk)
    undo(cast, ticket, by=cast.technician)
    assert Case.objects.get(pk=ticket.case_id).state == State.IN_PROGRESS


def test_who_no_longer_works_there_undoes_nothing(cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    cast.frontdesk.memberships.update(ended_at=AT)
    with pytest.raises(NotAllowed):
        undo(cast, ticket, by=User.objects.get(pk=cast.frontdesk.pk))


def test_a_version_that_is_not_the_last_is_stale(cast: Cast) -> None:
    ticket = opened(cast)
    seen = ticket.case.version
    send(cast, ticket)
    with pytest.raises(Stale):
        actions.undo(ticket=ticket, by=cast.frontdesk, at=AT, expected=seen)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_eight_clicks_at_once_undo_once(real_transactions: None, cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    event = Event.objects.get(case=ticket.case, kind="ticket.dispatched")
    fresh = Ticket.objects.select_related("case")
    answers = at_once(
        8,
        lambda _: actions.undo(ticket=fresh.get(pk=ticket.pk), event=event, by=cast.frontdesk, at=AT + MINUTE),
    )
    assert len([answer for answer in answers if isinstance(answer, Ticket)]) == 1
    assert len([answer for answer in answers if isinstance(answer, NotNow)]) == 7
    assert kinds(ticket.case).count("ticket.dispatch_undone") == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_an_undo_and_an_acceptance_at_once_end_in_one_of_the_two(real_transactions: None, cast: Cast) -> None:
    ticket = send(cast, opened(cast))
    fresh = Ticket.objects.select_related("case")

    def act(n: int) -> Ticket:
        mine = fresh.get(pk=ticket.pk)
        if n % 2:
            return actions.accept(ticket=mine, by=cast.technician2, at=AT + MINUTE)
        return undo(cast, mine)

    answers = at_once(2, act)
    assert len([answer for answer in answers if isinstance(answer, Ticket)]) == 1, answers
    state = Case.objects.get(pk=ticket.case_id).state
    assert state == (State.ACCEPTED if isinstance(answers[1], Ticket) else State.PENDING)
