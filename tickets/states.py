"""The vocabulary of repairs, services, enquiries and suggestions, and what may be done in which state."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.states import Phase
from core.transitions import Step


class Kind(TextChoices):
    """What a ticket is about; also the key of its kind of case."""

    REPAIR = "repair", _("Repair")
    SERVICE = "service", _("Service")
    ENQUIRY = "enquiry", _("Enquiry")
    SUGGESTION = "suggestion", _("Suggestion")


# Work that somebody goes out for; it owes a callback. The others are answered.
WORK_KINDS = (Kind.REPAIR, Kind.SERVICE)
ANSWERED_KINDS = (Kind.ENQUIRY, Kind.SUGGESTION)


class State(TextChoices):
    """Where a ticket stands."""

    PENDING = "pending", _("Pending dispatch")
    DISPATCHED = "dispatched", _("Dispatched")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", _("Completed")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    CANCELLED = "cancelled", _("Cancelled")


# What an enquiry or suggestion is called where a repair's word would be of somebody sent out.
ANSWER_LABELS = {
    State.PENDING: _("To be answered"),
    State.DISPATCHED: _("Passed on"),
    State.ACCEPTED: _("Taken on"),
    State.COMPLETED: _("Answered"),
}


def state_labels(kind: str) -> dict[str, str | Promise]:
    """What the states of a kind of ticket are called: the one place that says so."""
    other = ANSWER_LABELS if kind in ANSWERED_KINDS else {}
    return {state.value: other.get(state, state.label) for state in State}


PHASES: dict[str, str] = {
    State.PENDING: Phase.OPEN,
    State.DISPATCHED: Phase.OPEN,
    State.ACCEPTED: Phase.OPEN,
    State.IN_PROGRESS: Phase.OPEN,
    State.ON_HOLD: Phase.WAITING,
    State.COMPLETED: Phase.WAITING,
    State.CLOSED: Phase.CLOSED,
    State.REOPENED: Phase.OPEN,
    State.CANCELLED: Phase.CLOSED,
}


class JobState(TextChoices):
    """Where one dispatched visit stands."""

    DISPATCHED = "dispatched", _("Dispatched")
    ACCEPTED = "accepted", _("Accepted")
    ARRIVED = "arrived", _("On site")
    FINISHED = "finished", _("Finished")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


# A question is with somebody; nobody is sent out for it.
ANSWER_JOB_LABELS = {
    JobState.DISPATCHED: _("Passed on"),
    JobState.ACCEPTED: _("Taken on"),
    JobState.FINISHED: _("Answered"),
}
OPEN_JOBS = (JobState.DISPATCHED, JobState.ACCEPTED, JobState.ARRIVED)


class Charge(TextChoices):
    """Who pays."""

    FREE = "free", _("Free service")
    PAID = "paid", _("Paid service")
    UNDECIDED = "undecided", _("Not decided yet")


class Charging(TextChoices):
    """How a category decides who pays."""

    WARRANTY = "warranty", _("By the warranty of its part of the building")
    FREE = "free", _("Always free")
    PAID = "paid", _("Always paid")


class Quote(TextChoices):
    """How the price of a paid job stands with the resident."""

    NONE = "none", _("No quote")
    OFFERED = "offered", _("Quoted")
    ACCEPTED = "accepted", _("Quote accepted")


class AcceptedBy(TextChoices):
    """How the resident agreed to a quote."""

    SIGNATURE = "signature", _("by signature")
    PHONE = "phone", _("by phone")
    IN_PERSON = "in_person", _("in person")


class Period(TextChoices):
    """How long a warranty lasts."""

    YEARS = "years", _("Years")
    DESIGN_LIFE = "design_life", _("Design life of the building")
    HEATING_SEASONS = "heating_seasons", _("Heating seasons")


class CountsFrom(TextChoices):
    """The date a warranty is counted from."""

    HANDOVER = "handover", _("Handover to the owner")
    ACCEPTANCE = "acceptance", _("Completion acceptance")


class ItemKind(TextChoices):
    """What a line of the price list is."""

    LABOUR = "labour", _("Labour")
    MATERIAL = "material", _("Material")


_WAITS_FOR_WORK = frozenset({State.PENDING, State.REOPENED})
_GIVEN_OUT = frozenset({State.DISPATCHED, State.ACCEPTED, State.IN_PROGRESS})
_NOT_DONE = _WAITS_FOR_WORK | _GIVEN_OUT | {State.ON_HOLD}
_NOT_OVER = _NOT_DONE | {State.COMPLETED}


def _undoing() -> dict[str, Step]:
    """Taking back what was done just now: to the state before, which the event has kept."""
    sent = {
        f"undo_dispatch_to_{state.value}": Step(frozenset({State.DISPATCHED}), state, "ticket.dispatch_undone")
        for state in State
        if state in _WAITS_FOR_WORK | _GIVEN_OUT
    }
    held = {
        f"undo_hold_to_{state.value}": Step(frozenset({State.ON_HOLD}), state, "ticket.hold_undone")
        for state in (State.ACCEPTED, State.IN_PROGRESS)
    }
    return sent | held | {"undo_category": Step(_NOT_DONE, "", "ticket.category_undone")}


def _steps(*, completes_from: frozenset[str]) -> dict[str, Step]:
    return {
        "dispatch": Step(_WAITS_FOR_WORK | _GIVEN_OUT, State.DISPATCHED, "ticket.dispatched"),
        "accept": Step(frozenset({State.DISPATCHED}), State.ACCEPTED, "ticket.accepted"),
        "arrive": Step(frozenset({State.ACCEPTED}), State.IN_PROGRESS, "ticket.arrived"),
        "hold": Step(frozenset({State.ACCEPTED, State.IN_PROGRESS}), State.ON_HOLD, "ticket.held"),
        "resume": Step(frozenset({State.ON_HOLD}), State.IN_PROGRESS, "ticket.resumed"),
        # Held before anybody arrived: the technician still has to.
        "resume_before_arrival": Step(frozenset({State.ON_HOLD}), State.ACCEPTED, "ticket.resumed"),
        "return_job": Step(_GIVEN_OUT, State.PENDING, "ticket.returned"),
        "complete": Step(completes_from, State.COMPLETED, "ticket.completed"),
        "close": Step(frozenset({State.COMPLETED}), State.CLOSED, "ticket.closed"),
        "reopen": Step(frozenset({State.COMPLETED, State.CLOSED}), State.REOPENED, "ticket.reopened"),
        # Called back about work that was cancelled, the resident is not content: it goes on after all.
        "take_up_again": Step(frozenset({State.CANCELLED}), State.REOPENED, "ticket.reopened"),
        "cancel": Step(_NOT_DONE, State.CANCELLED, "ticket.cancelled"),
        "join": Step(_WAITS_FOR_WORK | {State.DISPATCHED}, State.CANCELLED, "ticket.joined"),
        "join_caller": Step(_NOT_DONE, "", "ticket.joined"),
        "feedback": Step(_NOT_OVER, "", "ticket.feedback"),
        "quote": Step(_NOT_DONE, "", "ticket.quoted"),
        "accept_quote": Step(_NOT_DONE, "", "ticket.quote_accepted"),
        "add_parts": Step(frozenset({State.IN_PROGRESS}), "", "ticket.parts_added"),
        "sign": Step(frozenset({State.ACCEPTED, State.IN_PROGRESS, State.COMPLETED}), "", "ticket.signed"),
        "add_photo": Step(frozenset(State) - {State.CANCELLED}, "", "case.photo"),
        "change_category": Step(_NOT_DONE, "", "ticket.recategorised"),
        "amend_contact": Step(_NOT_OVER, "", "ticket.contact_amended"),
        "review_charge": Step(_NOT_DONE, "", "ticket.charge_reviewed"),
        "override_charge": Step(_NOT_OVER, "", "ticket.charge_overridden"),
        "begin_leak_test": Step(frozenset({State.COMPLETED}), "", "ticket.leak_test_begun"),
        "end_leak_test": Step(frozenset({State.COMPLETED}), "", "ticket.leak_test_ended"),
        **_undoing(),
    }


# Repairs and services: somebody goes there, so that completing comes after arriving.
TRANSITIONS = _steps(completes_from=frozenset({State.IN_PROGRESS}))
# Enquiries and suggestions: whoever has it answers it.
ANSWER_TRANSITIONS = _steps(completes_from=_WAITS_FOR_WORK | _GIVEN_OUT)
