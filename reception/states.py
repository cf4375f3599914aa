"""The vocabulary of the desk and the ways of a contact."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.states import Phase
from core.transitions import Step


class State(TextChoices):
    """Where a contact stands."""

    QUEUED = "queued", _("Waiting in line")
    SERVING = "serving", _("Being served")
    ON_HOLD = "on_hold", _("Caller on hold")
    PROMISED = "promised", _("Reply promised")
    CLOSED = "closed", _("Ended")


PHASES: dict[str, str] = {
    State.QUEUED: Phase.OPEN,
    State.SERVING: Phase.OPEN,
    State.ON_HOLD: Phase.OPEN,
    State.PROMISED: Phase.OPEN,
    State.CLOSED: Phase.CLOSED,
}


class Purpose(TextChoices):
    """Why somebody comes to the desk."""

    ENQUIRY = "enquiry", _("Enquiry")
    SUGGESTION = "suggestion", _("Suggestion")
    REPAIR = "repair", _("Repair")
    COMPLAINT = "complaint", _("Complaint")
    PAYMENT = "payment", _("Payment")
    OFFICIAL = "official", _("Official business")
    OTHER = "other", _("Other")


class Outcome(TextChoices):
    """How a contact ended."""

    ANSWERED = "answered", _("Answered at once")
    TICKET = "ticket", _("Became a ticket")
    ASKED = "asked", _("Passed on for an answer")
    COMPLAINT = "complaint", _("Became a complaint")
    PROMISED = "promised", _("Reply promised")
    HANDED = "handed", _("Handed to a colleague")
    LEFT = "left", _("Left before being served")


class AskedFor(TextChoices):
    """Whom a visitor insists on."""

    NOBODY = "", _("Whoever is free")
    COLLEAGUE = "colleague", _("Somebody else")
    SUPERVISOR = "supervisor", _("The supervisor")


_AT_THE_DESK = frozenset({State.QUEUED, State.SERVING, State.ON_HOLD})
# A verb without a source begins the contact. Answering, promising and handing over from the line serve first.
TRANSITIONS = {
    "queue": Step(frozenset(), State.QUEUED, "contact.queued"),
    "receive": Step(frozenset(), State.SERVING, "contact.served"),
    "serve": Step(frozenset({State.QUEUED, State.SERVING}), State.SERVING, "contact.served"),
    "pass_on": Step(frozenset({State.QUEUED, State.SERVING, State.ON_HOLD}), "", "contact.routed"),
    "hold": Step(frozenset({State.SERVING}), State.ON_HOLD, "contact.held"),
    "pick_up": Step(frozenset({State.ON_HOLD}), State.SERVING, "contact.picked_up"),
    "promise": Step(_AT_THE_DESK | {State.PROMISED}, State.PROMISED, "contact.promised"),
    "reply": Step(frozenset({State.PROMISED}), State.CLOSED, "contact.replied"),
    "answer": Step(_AT_THE_DESK, State.CLOSED, "contact.answered"),
    "hand_over": Step(_AT_THE_DESK, State.CLOSED, "contact.routed"),
    "close": Step(_AT_THE_DESK, State.CLOSED, "contact.closed"),
    "correct": Step(frozenset({State.CLOSED}), "", "contact.corrected"),
    "write_down": Step(frozenset(set(State) - {State.CLOSED}), "", "case.noted"),
}
