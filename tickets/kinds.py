"""The kinds of case that tickets are: repairs, services, enquiries and suggestions."""

from datetime import datetime

from accounts.models import User
from billing.queries.free import register_free
from cases.models import Case
from cases.registry import CaseKind, register
from core.transitions import Transitions
from notifications.sentences import register_sentences
from tickets.actions import after_callback
from tickets.actions.billing import free_because
from tickets.models import Job
from tickets.permissions import require_print
from tickets.queries import category_names
from tickets.sentences import EVENTS, MESSAGES
from tickets.states import ANSWER_TRANSITIONS, PHASES, TRANSITIONS, Kind, state_labels
from visits.models import Callback
from visits.states import KIND as CALLBACK


def on_child(parent: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """A callback reached the resident of this ticket."""
    if child.kind == CALLBACK and event == "callback.reached" and by is not None:
        callback = Callback.objects.get(case=child)
        callback.case = child
        after_callback(case=parent, callback=callback, at=at, by=by)


def _require_print(user: User, case: Case) -> None:
    require_print(user, case, Job.objects.filter(ticket__case=case))


def _register(kind: Kind, prefix: str, transitions: Transitions) -> None:
    register(
        CaseKind(
            key=kind.value,
            label=kind.label,
            prefix=prefix,
            states=state_labels(kind),
            phases=PHASES,
            transitions=transitions,
            page="ticket",
            sentences=EVENTS,
            on_child=on_child,
            resident_sees=True,
            require_print=_require_print,
            parts=lambda: category_names(kind),
        )
    )


_register(Kind.REPAIR, "BX", TRANSITIONS)
_register(Kind.SERVICE, "FW", TRANSITIONS)
for one in (Kind.REPAIR, Kind.SERVICE):
    register_free(one.value, free_because)
_register(Kind.ENQUIRY, "ZX", ANSWER_TRANSITIONS)
_register(Kind.SUGGESTION, "JY", ANSWER_TRANSITIONS)
register_sentences(MESSAGES)
