"""The steps that a complaint's page offers: the same questions as the actions ask, and the actions they call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.meanwhile import phone_beside
from complaints import actions, permissions
from complaints.actions import About, Mended
from complaints.forms import (
    AmendForm,
    CloseForm,
    EscalateForm,
    EstablishForm,
    HarmForm,
    HeadsForm,
    InformForm,
    PeopleForm,
    ReferForm,
    RegradeForm,
    RemedyForm,
    ResolveForm,
    SettleForm,
)
from complaints.models import Complaint, Topic
from complaints.queries import ComplaintPage, departments_of, people_of, staff_of
from complaints.states import TRANSITIONS, WHILE_HARM_GOES_ON, Grade, RemedyState, State
from core.transitions import allowed
from tickets.forms import ReasonForm, StepForm, TextForm

Act = Callable[..., object]


@dataclass(frozen=True)
class Step:
    """A verb on the page: its words, who may, when it fits, its form, its action, and what is said afterwards."""

    verb: str
    label: str | Promise
    icon: str
    transition: str
    may: Callable[[User, Complaint], bool]
    act: Act
    done: str | Promise
    form: type[StepForm] | None = None
    fits: Callable[[ComplaintPage], bool] = lambda page: True

    def offered(self, user: User, page: ComplaintPage) -> bool:
        """Say whether the person may do it to this complaint now."""
        if page.complaint.harm_goes_on and self.transition not in WHILE_HARM_GOES_ON:
            return False
        ready = allowed(TRANSITIONS, self.transition, page.case.state) and self.fits(page)
        return ready and self.may(user, page.complaint)


def _told(page: ComplaintPage) -> bool:
    return page.case.state == State.INFORMED


def _settles(page: ComplaintPage) -> bool:
    return any(remedy.state == RemedyState.PROPOSED for remedy in page.remedies)


def _amend(complaint: Complaint, *, phone: str, topic: Topic | None, about: About | None, **given: Any) -> Complaint:
    """An empty number keeps the one on record, which the form does not show."""
    known = {name: given.pop(name) for name in ("name", "place", "reachable")}
    mended = Mended(phone=phone or None, topic=topic, about=about, **known)
    return actions.amend(complaint=complaint, mended=mended, **given)


STEPS: tuple[Step, ...] = (
    Step("stop-harm", _("Stop the harm"), "siren", "stop_harm", permissions.can_tell, actions.stop_harm,
         _("Written down; the other steps are open now."), HarmForm, lambda page: page.complaint.harm_goes_on),
    Step("acknowledge", _("Take note"), "eye", "acknowledge", permissions.can_acknowledge, actions.acknowledge,
         _("Noted."), None, lambda page: page.case.grade == Grade.MAJOR and page.complaint.acknowledged_at is None),
    Step("refer", _("Refer to a department"), "send", "refer", permissions.can_refer, actions.refer,
         _("Referred; the head and the person named know."), ReferForm),
    Step("accept", _("Take it on"), "hand", "accept", permissions.can_handle, actions.accept, _("Taken on.")),
    Step("contact-resident", _("Spoke with the resident"), "phone", "contact_resident", permissions.can_handle,
         actions.contact_resident, _("Written down."), TextForm),
    Step("progress", _("Tell how it stands"), "message-square", "progress", permissions.can_tell, actions.progress,
         _("Written down."), TextForm),
    Step("answer", _("Clear answer"), "message-circle-reply", "answer", permissions.can_tell, actions.answer,
         _("Written down."), TextForm),
    Step("explain-delay", _("Takes longer"), "hourglass", "explain_delay", permissions.can_tell,
         actions.explain_delay, _("Written down and reported upward."), TextForm),
    Step("establish", _("Responsibility and cause"), "scale", "establish", permissions.can_handle, actions.establish,
         _("Written down."), EstablishForm),
    Step("remedy", _("Propose a remedy"), "hand-heart", "propose_remedy", permissions.can_handle,
         actions.propose_remedy, _("Proposed."), RemedyForm),
    Step("settle-remedy", _("The resident's word on a remedy"), "handshake", "settle_remedy", permissions.can_tell,
         lambda complaint, **given: actions.settle_remedy(**given), _("Written down."), SettleForm, _settles),
    Step("resolve", _("Result reached"), "circle-check", "resolve", permissions.can_handle, actions.resolve,
         _("Written down; the resident is told today."), ResolveForm),
    Step("inform", _("Tell the result"), "phone-outgoing", "inform", permissions.can_inform, actions.inform,
         _("Told."), InformForm),
    Step("close", _("Close"), "circle-check-big", "close_untold", permissions.can_close, actions.close,
         _("Closed; a callback is owed."), CloseForm, _told),
    Step("close-untold", _("Close without the resident"), "circle-x", "close_untold",
         permissions.can_close_unconfirmed, lambda complaint, **given: actions.close(
             complaint=complaint, confirmed=False, **given), _("Closed; a callback is owed."), ReasonForm,
         lambda page: not _told(page)),
    Step("call-heads", _("Call the heads to the place"), "users", "call_heads", permissions.can_tell,
         actions.call_heads, _("Called."), HeadsForm),
    Step("escalate", _("Private room, supervisor or manager"), "arrow-up-right", "escalate", permissions.can_tell,
         actions.escalate, _("Passed on."), EscalateForm),
    Step("amend", _("Contact, topic, whom it is about"), "user-pen", "amend", permissions.can_tell, _amend,
         _("Put right."), AmendForm),
    Step("regrade", _("Grade anew"), "tag", "regrade", permissions.can_regrade, actions.regrade,
         _("Graded anew; its deadlines count from reception."), RegradeForm),
    Step("reopen", _("Open again"), "rotate-ccw", "reopen", permissions.can_reopen, actions.reopen, _("Open again."),
         ReasonForm),
    Step("take-back", _("Take the result back"), "rotate-ccw", "take_back", permissions.can_reopen, actions.reopen,
         _("Taken back; its deadlines go on."), ReasonForm),
)  # fmt: skip
BY_VERB = {step.verb: step for step in STEPS}
# What is the one obvious next thing, for whoever may.
NEXT = ("stop-harm", "acknowledge", "refer", "contact-resident", "resolve", "inform", "close")


def next_of(steps: Sequence[Step], page: ComplaintPage) -> Step | None:
    """The one obvious next step among those offered; who has been referred to is not referred again."""
    found = {step.verb: step for step in steps}
    if page.case.state != State.RECEIVED:
        found.pop("refer", None)
    if page.complaint.contacted_at is not None:
        found.pop("contact-resident", None)
    return next((found[verb] for verb in NEXT if verb in found), None)


def form_of(step: Step, page: ComplaintPage, user: User, data: Any = None) -> StepForm | None:
    """The step's form as the person may fill it in, filled where something was typed."""
    if step.form is None:
        return None
    ids = f"{step.verb}-%s"
    if issubclass(step.form, PeopleForm):
        project = page.case.project
        now = {"department": page.case.department_id, "person": page.case.handler_id}
        departments, people = departments_of(project), people_of(project)
        return step.form(data, auto_id=ids, initial=now, departments=departments, people=people)
    if issubclass(step.form, SettleForm):
        waiting = [remedy for remedy in page.remedies if remedy.state == RemedyState.PROPOSED]
        return step.form(data, auto_id=ids, remedies=waiting)
    if issubclass(step.form, AmendForm):
        case, unnamed = page.case, _is_unnamed(page)
        staff = staff_of(case.project)
        if page.complaint.about_person is not None and page.complaint.about_person not in staff:
            staff = [page.complaint.about_person, *staff]  # has left since
        offered: dict[str, Any] = {"departments": departments_of(case.project), "staff": staff, "unnamed": unnamed}
        return step.form(data, auto_id=ids, initial=_taken_down(page), **offered)
    if issubclass(step.form, CloseForm):
        return step.form(data, auto_id=ids, unconfirmed=permissions.can_close_unconfirmed(user, page.complaint))
    return step.form(data, auto_id=ids)


def _taken_down(page: ComplaintPage) -> dict[str, Any]:
    """What stands there of what may be put right; not the number, which is shown to nobody unasked."""
    case = page.case
    known = {"name": case.contact_name, "place": case.place, "topic": case.category}
    kept = page.complaint
    about = {
        "about_department": kept.about_department_id,
        "about_person": "" if kept.about_words else kept.about_person_id,
        "about_words": kept.about_words,
        "about_service": _is_unnamed(page),
    }
    return {**known, **about, "reachable": kept.reachable}


def _is_unnamed(page: ComplaintPage) -> bool:
    """Say whether it passes the desk by without the name of a single colleague: it is about the service itself."""
    return bool(page.case.reserved_for) and page.complaint.about_person_id is None


def now_in(form: StepForm, page: ComplaintPage) -> dict[str, Any]:
    """What the complaint says now in the fields of a step's form: beside what somebody typed before they knew."""
    known = {
        "department": page.case.department_id,
        "person": page.case.handler_id,
        "grade": page.case.grade,
        "apologised": page.complaint.apologised,
        "outcome": page.complaint.outcome,
        "agreed": page.complaint.agreed,
        **_taken_down(page),
        **phone_beside(form, page.case),
    }
    return {name: value for name, value in known.items() if name in form.fields}
