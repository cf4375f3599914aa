"""The vocabulary of callbacks."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.states import Phase
from core.transitions import Step

KIND = "callback"


class State(TextChoices):
    """Where a callback stands."""

    OWED = "owed", _("Owed")
    RETRY = "retry", _("To be tried again")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


PHASES: dict[str, str] = {
    State.OWED: Phase.OPEN,
    State.RETRY: Phase.OPEN,
    State.DONE: Phase.CLOSED,
    State.CANCELLED: Phase.CLOSED,
}


class Category(TextChoices):
    """What was mended or complained of; it decides how soon the callback is due."""

    SAFETY = "safety", _("Safety facility")
    LEAK = "leak", _("Leak")
    OTHER = "other", _("Other")
    COMPLAINT = "complaint", _("Complaint")


class Result(TextChoices):
    """How a callback went."""

    SATISFIED = "satisfied", _("Satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    UNREACHABLE = "unreachable", _("Not reached")


class How(TextChoices):
    """How somebody was called back. Source: 四(1) 回访可上门或电话回访."""

    PHONE = "phone", _("by phone")
    VISIT = "visit", _("in person")


_LIVE = frozenset({State.OWED, State.RETRY})

TRANSITIONS = {
    "attempt": Step(_LIVE, State.RETRY, "callback.attempted"),
    "reach": Step(_LIVE, State.DONE, "callback.reached"),
    "cancel": Step(_LIVE, State.CANCELLED, "callback.cancelled"),
}
