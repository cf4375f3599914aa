"""The kind of case that complaints are."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from cases.registry import CaseKind, register
from complaints.actions import after_callback, work_moved
from complaints.models import Complaint
from complaints.permissions import require_harm_stopped, require_print
from complaints.sentences import EVENTS, MEASURE_EVENTS, MESSAGES
from complaints.states import (
    KIND,
    MEASURE,
    MEASURE_PHASES,
    MEASURE_TRANSITIONS,
    PHASES,
    TRANSITIONS,
    Grade,
    MeasureState,
    State,
)
from notifications.sentences import register_sentences, register_waited_for
from visits.models import Callback
from visits.states import KIND as CALLBACK


def on_child(parent: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """A callback reached the resident, or a repair opened for the complaint moved on."""
    if child.kind == CALLBACK and event == "callback.reached" and by is not None:
        callback = Callback.objects.get(case=child)
        callback.case = child
        after_callback(case=parent, callback=callback, at=at, by=by)
    elif event.startswith("ticket."):
        work_moved(case=parent, child=child, event=event, at=at, by=by)


def require_more_time(case: Case) -> None:
    """No promise is given more time while harm goes on: the action against it comes first. Source: CMP-6."""
    require_harm_stopped(Complaint.objects.get(case=case))


register(
    CaseKind(
        key=KIND,
        label=_("Complaint"),
        prefix="TS",
        states={state.value: state.label for state in State},
        phases=PHASES,
        transitions=TRANSITIONS,
        page="complaint",
        sentences=EVENTS,
        on_child=on_child,
        resident_sees=True,
        among_jobs=True,
        untold={State.RESOLVED: State.HANDLING},
        require_print=require_print,
        require_more_time=require_more_time,
        parts=lambda: dict(Grade.choices),
    )
)
register(
    CaseKind(
        key=MEASURE,
        label=_("Improvement measure"),
        prefix="GJ",
        states={state.value: state.label for state in MeasureState},
        phases=MEASURE_PHASES,
        transitions=MEASURE_TRANSITIONS,
        page="measure",
        among_jobs=True,
        sentences=MEASURE_EVENTS,
    )
)
register_sentences(MESSAGES)
# Who asks for the supervisor or the manager in person stands at the desk meanwhile.
register_waited_for(["complaint.escalated"])
