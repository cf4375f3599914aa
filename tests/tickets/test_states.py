"""Every verb in every state: done where the table says so, refused with a sentence and without a trace where not."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from cases.models import Case, Event
from cases.registry import kind_of
from cases.states import Phase
from core.errors import NotAllowed, NotNow
from core.transitions import allowed
from sla.models import Clock
from tests.cast import NOON, Cast
from tests.tickets.flow import category, lines, opened, ticket_in
from tests.tickets.test_dispatch import png
from tickets import actions
from tickets.actions import Caller, Contact
from tickets.models import Ticket
from tickets.states import ANSWER_TRANSITIONS, PHASES, TRANSITIONS, Charge, State

AT = NOON + timedelta(days=1)
Act = Callable[[Cast, Ticket], object]

# The public verbs, each as a supervisor (who may do all of them) does it.
VERBS: dict[str, Act] = {
    "dispatch": lambda c, t: actions.dispatch(ticket=t, technician=c.technician, by=c.supervisor, at=AT),
    "accept": lambda c, t: actions.accept(ticket=t, by=c.supervisor, at=AT),
    "arrive": lambda c, t: actions.arrive(ticket=t, by=c.supervisor, at=AT),
    "hold": lambda c, t: actions.hold(ticket=t, reason="等", by=c.supervisor, at=AT),
    "resume": lambda c, t: actions.resume(ticket=t, by=c.supervisor, at=AT),
    "return_job": lambda c, t: actions.return_job(ticket=t, reason="退", by=c.supervisor, at=AT),
    "complete": lambda c, t: actions.complete(ticket=t, report="好", by=c.supervisor, at=AT),
    "reopen": lambda c, t: actions.reopen(ticket=t, reason="坏", by=c.supervisor, at=AT),
    "cancel": lambda c, t: actions.cancel(ticket=t, reason="算", by=c.supervisor, at=AT),
    "join": lambda c, t: actions.join(duplicate=t, original=opened(c), by=c.supervisor, at=AT),
    "join_caller": lambda c, t: actions.join_caller(ticket=t, caller=Caller(name="某"), by=c.supervisor, at=AT),
    "feedback": lambda c, t: actions.feedback(ticket=t, text="说", by=c.supervisor, at=AT),
    "add_parts": lambda c, t: actions.add_parts(ticket=t, lines=lines("hose"), by=c.supervisor, at=AT),
    "add_photo": lambda c, t: actions.add_photo(ticket=t, upload=png(), label="after", by=c.supervisor, at=AT),
    "sign": lambda c, t: actions.sign(ticket=t, upload=png(), by=c.supervisor, at=AT),
    "change_category": lambda c, t: actions.change_category(
        ticket=t, category=category("pipe"), by=c.supervisor, at=AT
    ),
    "amend_contact": lambda c, t: actions.amend_contact(
        ticket=t, contact=Contact(name="李", phone="13700000000"), by=c.supervisor, at=AT
    ),
    "review_charge": lambda c, t: actions.review_charge(ticket=t, by=c.supervisor, at=AT),
    "override_charge": lambda c, t: actions.override_charge(
        ticket=t, charge="free", reason="因", by=c.supervisor, at=AT
    ),
}


def snapshot(ticket: Ticket) -> tuple[object, ...]:
    case = Case.objects.get(pk=ticket.case_id)
    return (
        case.state,
        case.version,
        Event.objects.filter(case=case).count(),
        list(Clock.objects.filter(case=case).order_by("pk").values_list("state", "due_at", "ended_at")),
        list(ticket.jobs.values_list("state", flat=True)),
        Ticket.objects.filter(pk=ticket.pk).values().get(),
    )


@pytest.mark.req("REP-3", "REP-7")
@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_does_what_the_table_says_or_nothing(cast: Cast, verb: str, state: str) -> None:
    ticket = ticket_in(cast, state)
    if verb == "review_charge":
        Ticket.objects.filter(pk=ticket.pk).update(charge=Charge.UNDECIDED)
    before = snapshot(ticket)
    if allowed(TRANSITIONS, verb, state):
        VERBS[verb](cast, ticket)
        case = Case.objects.get(pk=ticket.case_id)
        step = TRANSITIONS[verb]
        assert case.state == (step.target or state)
        assert Event.objects.filter(case=case, kind=step.event, at=AT, by=cast.supervisor).exists()
        assert case.phase == PHASES[State(case.state)]
        return
    with pytest.raises(NotNow) as refused:
        VERBS[verb](cast, ticket)
    assert str(kind_of("repair").states[state]) in str(refused.value), "the sentence names the state"
    assert snapshot(ticket) == before


@pytest.mark.req("REP-5")
@pytest.mark.parametrize("state", [State.PENDING, State.CLOSED, State.CANCELLED, State.COMPLETED])
def test_quotes_follow_the_table_too(cast: Cast, state: str) -> None:
    ticket = ticket_in(cast, state)
    Ticket.objects.filter(pk=ticket.pk).update(charge="paid")

    def quote() -> object:
        return actions.quote(ticket=ticket, lines=lines("hose"), hours=Decimal(1), by=cast.supervisor, at=AT)

    if allowed(TRANSITIONS, "quote", state):
        quote()
    else:
        with pytest.raises(NotNow):
            quote()


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"dispatch", "feedback", "join_caller", "add_photo", "join"}))
def test_a_bystander_does_nothing(cast: Cast, verb: str) -> None:
    """Quality sees every case and may do nothing with it: who may is asked before whether it is time."""
    acts = {**VERBS}
    state = next(s for s in State.values if allowed(TRANSITIONS, verb, s))
    ticket = ticket_in(cast, state)
    before = snapshot(ticket)
    cast.users["supervisor"] = cast.quality
    with pytest.raises(NotAllowed):
        acts[verb](cast, ticket)
    assert snapshot(ticket) == before


def test_every_public_verb_is_in_the_walk() -> None:
    """A verb added to the table is walked, or its own tests are named here."""
    elsewhere = {"quote", "accept_quote", "close", "begin_leak_test", "end_leak_test", "resume_before_arrival"}
    elsewhere |= {"take_up_again"}  # tests/tickets/test_finish.py
    known = {verb for verb in TRANSITIONS if not verb.startswith("undo_")}  # tests/tickets/test_undo.py
    assert set(TRANSITIONS) == set(ANSWER_TRANSITIONS)
    assert known == set(VERBS) | elsewhere


def test_every_state_has_a_phase_and_only_the_ends_are_closed() -> None:
    assert set(PHASES) == set(State)
    assert {state for state, phase in PHASES.items() if phase == Phase.CLOSED} == {State.CLOSED, State.CANCELLED}
