"""The vocabulary of complaints, and what may be done in which state."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.states import Phase
from core.transitions import Step

KIND = "complaint"


class State(TextChoices):
    """Where a complaint stands."""

    RECEIVED = "received", _("Received")
    REFERRED = "referred", _("Referred to the department")
    HANDLING = "handling", _("Being handled")
    RESOLVED = "resolved", _("Result reached")
    INFORMED = "informed", _("Resident told")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")


PHASES: dict[str, str] = {
    State.RECEIVED: Phase.OPEN,
    State.REFERRED: Phase.OPEN,
    State.HANDLING: Phase.OPEN,
    State.RESOLVED: Phase.OPEN,
    State.INFORMED: Phase.WAITING,
    State.CLOSED: Phase.CLOSED,
    State.REOPENED: Phase.OPEN,
}


class Grade(TextChoices):
    """How grave a complaint is. Source: 三(6)⑤."""

    MAJOR = "major", _("Major")
    IMPORTANT = "important", _("Important")
    MINOR = "minor", _("Minor")


class Party(TextChoices):
    """Who is responsible. Source: 三(6)②."""

    COMPANY = "company", _("The property company")
    RESIDENT = "resident", _("The resident")
    NEIGHBOUR = "neighbour", _("A neighbour")
    OTHER = "other", pgettext_lazy("party", "Somebody else")


class Outcome(TextChoices):
    """What the complaint came to. Source: 三(6)⑥④ (无效投诉)."""

    SOLVED = "solved", _("Solved")
    EXPLAINED = "explained", _("Explained; cannot be solved by us")
    UNFOUNDED = "unfounded", _("Unfounded")


class Told(TextChoices):
    """How the resident was told the result. Source: 三(6)⑥② (电话或上门当面告知)."""

    PHONE = "phone", _("by phone")
    IN_PERSON = "in_person", _("in person")


class Rung(TextChoices):
    """Where somebody who is upset was taken, or whom they asked for. Source: 三(6)③; 服务标准 (要求直接面见经理)."""

    PRIVATE_ROOM = "private_room", _("Private room")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")


# Why, where one tap says where to: as the standard describes whom one takes aside, calls or passes on.
WHY: dict[str, Promise] = {
    Rung.PRIVATE_ROOM: _("Upset; asked to the private room to talk in peace."),
    Rung.SUPERVISOR: _("Not to be calmed; the supervisor is called."),
    Rung.MANAGER: _("Asks to speak with the manager in person."),
}


class Spoken(TextChoices):
    """When words at hand are said: the step of the page that writes them down."""

    CONTACT = "contact-resident", _("Spoke with the resident")
    PROGRESS = "progress", _("Tell how it stands")
    ANSWER = "answer", _("Clear answer")
    DELAY = "explain-delay", _("Takes longer")
    INFORM = "inform", _("Tell the result")
    ESCALATE = "escalate", _("Private room, supervisor or manager")


class RemedyState(TextChoices):
    """How a remedy stands with the resident."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")


_TO_DO = frozenset({State.RECEIVED, State.REFERRED, State.HANDLING, State.REOPENED})
_TO_TELL = frozenset({State.RESOLVED, State.INFORMED})
_NOT_OVER = _TO_DO | _TO_TELL
# What may be done before it is written down how the harm was stopped; what a repair opened for it does is news of it,
# often of the very thing that stops the harm, and nobody's decision about the complaint.
WHILE_HARM_GOES_ON = frozenset({"stop_harm", "amend", "note_work"})

TRANSITIONS = {
    "stop_harm": Step(_TO_DO, "", "complaint.harm_stopped"),
    "amend": Step(_NOT_OVER, "", "complaint.amended"),
    "acknowledge": Step(_NOT_OVER, "", "complaint.acknowledged"),
    "regrade": Step(_TO_DO, "", "complaint.regraded"),
    "refer": Step(_TO_DO, State.REFERRED, "complaint.referred"),
    # To somebody else of the department that has it: nothing begins anew.
    "hand_on": Step(_TO_DO, State.REFERRED, "complaint.handed_on"),
    "accept": Step(frozenset({State.REFERRED}), State.HANDLING, "complaint.accepted"),
    "contact_resident": Step(_TO_DO, State.HANDLING, "complaint.contacted"),
    "progress": Step(_TO_DO, "", "complaint.progressed"),
    "explain_delay": Step(_TO_DO, "", "complaint.delay_explained"),
    "call_heads": Step(_TO_DO, "", "complaint.heads_called"),
    "escalate": Step(_NOT_OVER, "", "complaint.escalated"),
    "establish": Step(_NOT_OVER, "", "complaint.established"),
    "propose_remedy": Step(_TO_DO, "", "complaint.remedy_proposed"),
    "settle_remedy": Step(_TO_DO, "", "complaint.remedy_settled"),
    "answer": Step(_TO_DO, "", "complaint.answered"),
    "resolve": Step(_TO_DO, State.RESOLVED, "complaint.resolved"),
    "inform": Step(frozenset({State.RESOLVED}), State.INFORMED, "complaint.informed"),
    "close": Step(frozenset({State.INFORMED}), State.CLOSED, "complaint.closed"),
    # Nobody could tell them what it came to: with a reason, by who leads.
    "close_untold": Step(_TO_TELL, State.CLOSED, "complaint.closed"),
    "reopen": Step(frozenset({State.INFORMED, State.CLOSED}), State.REOPENED, "complaint.reopened"),
    # What nobody told the resident yet never was a result, nor the end that it came to: its deadlines go on.
    "take_back": Step(frozenset({State.RESOLVED}), State.HANDLING, "complaint.taken_back"),
    "take_back_closing": Step(frozenset({State.CLOSED}), State.RESOLVED, "complaint.closing_taken_back"),
    "note_work": Step(_NOT_OVER | {State.CLOSED}, "", "complaint.work_moved"),
    "await_work": Step(_NOT_OVER, "", "complaint.work_moved"),
    "add_photo": Step(_NOT_OVER, "", "case.photo"),
}


# --- improvement measures --------------------------------------------------------------------------------------------
MEASURE = "measure"


class MeasureState(TextChoices):
    """Where a measure stands."""

    PLANNED = "planned", _("To be done")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


MEASURE_PHASES: dict[str, str] = {
    MeasureState.PLANNED: Phase.OPEN,
    MeasureState.DONE: Phase.CLOSED,
    MeasureState.DROPPED: Phase.CLOSED,
}
_TO_BE_DONE = frozenset({MeasureState.PLANNED})
MEASURE_TRANSITIONS = {
    "finish": Step(_TO_BE_DONE, MeasureState.DONE, "measure.done"),
    "postpone": Step(_TO_BE_DONE, "", "measure.postponed"),
    "drop": Step(_TO_BE_DONE, MeasureState.DROPPED, "measure.dropped"),
    "resume": Step(frozenset({MeasureState.DONE, MeasureState.DROPPED}), MeasureState.PLANNED, "measure.resumed"),
}
