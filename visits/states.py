"""The vocabulary of callbacks and home visits."""

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


# --- home visits -----------------------------------------------------------------------------------------------------
HOME_VISIT = "home_visit"


class VisitState(TextChoices):
    """Where a home visit stands."""

    PLANNED = "planned", _("Planned")
    DONE = "done", _("Made")
    CANCELLED = "cancelled", _("Cancelled")


VISIT_PHASES: dict[str, str] = {
    VisitState.PLANNED: Phase.OPEN,
    VisitState.DONE: Phase.CLOSED,
    VisitState.CANCELLED: Phase.CLOSED,
}


class Half(TextChoices):
    """When on its day a visit is made."""

    MORNING = "morning", _("in the morning")
    AFTERNOON = "afternoon", _("in the afternoon")
    EVENING = "evening", _("in the evening")


# In both languages: events and messages are read in either.
HALF_WORDS: dict[str, dict[str, str]] = {
    Half.MORNING: {"zh": "上午", "en": "in the morning"},
    Half.AFTERNOON: {"zh": "下午", "en": "in the afternoon"},
    Half.EVENING: {"zh": "晚上", "en": "in the evening"},
}


class VisitOutcome(TextChoices):
    """What came of a home visit; nobody reports that it was not said, but old reports are so."""

    MET = "met", _("Somebody was met")
    NOBODY = "nobody", _("Nobody was in")
    REFUSED = "refused", _("They would not talk")
    UNSAID = "unsaid", _("Not written down")


REPORTED = [(one.value, one.label) for one in VisitOutcome if one != VisitOutcome.UNSAID]

_PLANNED = frozenset({VisitState.PLANNED})

VISIT_TRANSITIONS = {
    "move": Step(_PLANNED, VisitState.PLANNED, "home_visit.moved"),
    "report": Step(_PLANNED, VisitState.DONE, "home_visit.visited"),
    "cancel": Step(_PLANNED, VisitState.CANCELLED, "home_visit.cancelled"),
    # What it was planned for rests or has ended; where that goes on, so does the visit.
    "call_off": Step(_PLANNED, VisitState.CANCELLED, "home_visit.called_off"),
    "plan_again": Step(frozenset({VisitState.CANCELLED}), VisitState.PLANNED, "home_visit.planned"),
    # That goes on, and whoever was to go makes no such visits any more.
    "let_go": Step(frozenset({VisitState.CANCELLED}), VisitState.CANCELLED, "home_visit.let_go"),
}
