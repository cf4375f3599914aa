"""The work log and one contact: written down, served, promised, replied, handed over, ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from cases.meanwhile import missed
from cases.models import Case
from cases.queries import came_from, last_act, timeline
from cases.states import Channel
from cases.views import show_phone
from core.errors import DomainError, Stale
from core.transitions import allowed
from estate.queries import match_unit
from reception import actions
from reception.actions import Ending
from reception.contact_form import ContactForm, likely, ways_out
from reception.forms import CorrectForm, PassForm, ReplyForm, local_input
from reception.models import Contact
from reception.permissions import can_correct, can_receive, can_reply
from reception.queries.desk import Colleague, became_of, colleagues
from reception.states import TRANSITIONS, Purpose, State
from reception.views.common import ASKED_AS, at_the_desk, given_by, show_problem
from records.drafts import drafts_of
from records.http import follow, frame_for, now, posted_version, redirect_once, user_of
from records.masking import masked_phone
from sla.queries import ladder

PROMISED_IN = timedelta(hours=2)
# Where a contact goes on that becomes something else.
ONWARD = {"ticket": "intake", "complaint": "complaint_new"}
ENDINGS = ("answer", "promise", "hand_over", "route", "hold", *ONWARD, "")
STEPS: dict[str, Callable[..., Contact]] = {
    "serve": actions.serve,
    "hold": actions.hold,
    "pick-up": actions.pick_up,
    "leave": actions.close,
}


def _contact(request: HttpRequest, number: str) -> Contact:
    rows = Contact.objects.visible_to(user_of(request)).select_related(
        "case__project", "case__unit", "case__handler", "case__taken_by", "promised_to", "served_by"
    )
    contact = get_object_or_404(rows, case__number=number)
    follow(request, contact.case.project)
    return contact


# --- a new one -------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def new_contact(request: HttpRequest) -> HttpResponse:
    """Log a call, visit or letter; filled in beforehand with whoever calls."""
    user, project = at_the_desk(request)
    others = colleagues(project)
    if request.method == "GET":
        form = ContactForm(initial=_asked(request, user, project), project=project, user=user, colleagues=others)
        return _form_page(request, form)
    form = ContactForm(request.POST, project=project, user=user, colleagues=others)
    return _finish(request, form, contact=None)


def _asked(request: HttpRequest, user: User, project: Project) -> dict[str, Any]:
    """What the address says of the caller; a room's own people are filled in by the page."""
    get = request.GET.get
    unit = match_unit(number=get("unit", "")[:60], project_id=project.pk, user=user)
    channel = get("channel", "")
    return {
        "unit": unit.number if unit else get("unit", "")[:60],
        "contact_name": get("name", "")[:100],
        "contact_phone": get("phone", "")[:20],
        "said": get("said", "")[:2000],
        "channel": channel if channel in Channel.values else Channel.PHONE,
        "purpose": get("purpose") if get("purpose") in Purpose.values else Purpose.ENQUIRY,
        "until": local_input(now() + PROMISED_IN),
    }


def _form_page(request: HttpRequest, form: ContactForm, contact: Contact | None = None) -> HttpResponse:
    user, project = at_the_desk(request)
    shown = {
        "form": form,
        "contact": contact,
        "case": contact.case if contact else None,
        **_ways(request, form, State.SERVING),
        "drafts": drafts_of(user, project, form="contact") if request.method == "GET" else [],
        "given": given_by(request, ASKED_AS),
    }
    return render(request, "reception/contact_form.html", shown, status=422 if form.errors else 200)


def _ways(request: HttpRequest, form: ContactForm, state: str) -> dict[str, Any]:
    """How it can end, and which way stands chosen."""
    ways = ways_out(state)
    purpose = "" if state == State.PROMISED else str(form["purpose"].value() or "")
    chosen = likely(ways, sent=request.POST.getlist("then")[:1], purpose=purpose)
    return {"ways": ways, "chosen": chosen}


def _finish(request: HttpRequest, form: ContactForm, *, contact: Contact | None) -> HttpResponse:
    """Write down what was typed and end the contact as the pressed button says."""
    verb = request.POST.get("then", "")
    again = _page if contact else _form_page
    if verb not in ENDINGS:
        form.add_error(None, _("This form is broken. Open the page again."))
    if not form.is_valid():
        return again(request, form, contact)
    at, user = now(), user_of(request)
    data = form.cleaned_data
    ending = Ending(
        verb="" if verb in ONWARD else verb,
        done=data["done"].strip() if "done" in request.POST else None,
        to=data["to"],
        department=data["department"],
        until=data["until"],
        question=data["question"],
    )

    def act() -> str:
        done = actions.finish(
            new=form.new(), ending=ending, contact=contact, by=user, at=at, expected=posted_version(request)
        )
        if verb in ONWARD:
            return f"{reverse(ONWARD[verb])}?{urlencode({'contact': done.case.number})}"
        _say(request, done)
        return reverse("contact", args=[done.case.number])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error, names={"at": "until"})
        if isinstance(error, Stale) and contact is not None:
            fresh = _contact(request, contact.case.number)
            return _page(request, form, fresh, ahead=Ahead(form, _said(fresh)))
        return again(request, form, contact)


def _say(request: HttpRequest, contact: Contact) -> None:
    words = contact.get_outcome_display() if contact.outcome else State(contact.case.state).label
    messages.success(request, _("Saved as %(number)s: %(state)s.") % {"number": contact.case.number, "state": words})


# --- one contact -----------------------------------------------------------------------------------------------------
@login_required
@require_GET
def contact_page(request: HttpRequest, number: str) -> HttpResponse:
    """Who, why, what was said and done, what is promised, and how it can go on."""
    contact = _contact(request, number)
    return _page(request, None, contact)


@dataclass(frozen=True)
class Ahead:
    """A form that somebody else was ahead of, and what stands now in its fields."""

    form: Form
    now: Mapping[str, Any]


def _page(
    request: HttpRequest,
    form: ContactForm | None,
    contact: Contact | None,
    *,
    ahead: Ahead | None = None,
    reply: ReplyForm | None = None,
    passing: PassForm | None = None,
    correcting: CorrectForm | None = None,
) -> HttpResponse:
    if contact is None:
        raise Http404
    user, case = user_of(request), contact.case
    receives = can_receive(user, case.project_id)
    others = colleagues(case.project) if receives and case.state != State.CLOSED else []
    if form is None and receives and allowed(TRANSITIONS, "write_down", case.state):
        form = ContactForm(initial=_stored(contact), project=case.project, user=user, colleagues=others)
    if form is not None:
        form.fields["channel"].widget = form.fields["channel"].hidden_widget()
    if correcting is None and case.state == State.CLOSED and can_correct(user, case, now()):
        correcting = CorrectForm(initial=_stored(contact), project=case.project, user=user, auto_id="correct_%s")
    happened = timeline(case, user)
    shown = {
        "contact": contact,
        "case": case,
        "form": form if receives else None,
        "stale": missed(case, form=ahead.form, now=ahead.now, post=request.POST, events=happened) if ahead else None,
        "reply_form": (reply or ReplyForm(auto_id="reply_%s")) if can_reply(user, case) else None,
        "correct_form": correcting,
        "pass_form": passing or PassForm(colleagues=_besides(others, case), auto_id="pass_%s"),
        "may": {verb for verb in TRANSITIONS if receives and allowed(TRANSITIONS, verb, case.state)},
        "receives": receives,
        "clocks": ladder(case, user),
        "events": happened,
        "children": became_of(case, user),
        "came_from": came_from(case, user),
        "waited": int((contact.waited(now()) or timedelta()).total_seconds() // 60),
        "state_word": State(case.state).label,
        "frame": frame_for(user, case.project),
        "now": now(),
    }
    if form is not None:
        shown |= _ways(request, form, case.state)
    wrong = any(each is not None and each.errors for each in (form, reply, passing, correcting))
    return render(request, "reception/contact.html", shown, status=422 if wrong else 200)


def _said(contact: Contact) -> dict[str, Any]:
    """What is written down of it, without what a form only proposes."""
    stored = _stored(contact)
    return {name: stored[name] for name in ("unit", "contact_name", "contact_phone", "said", "done", "purpose")}


def _besides(others: list[Colleague], case: Case) -> list[Colleague]:
    """Whom else to ask than who has it."""
    return [one for one in others if one.user.pk != case.handler_id]


def _stored(contact: Contact) -> dict[str, Any]:
    case = contact.case
    return {
        "unit": case.unit.number if case.unit else "",
        "contact_name": case.contact_name,
        "contact_phone": masked_phone(case.contact_phone),
        "said": contact.said,
        "done": contact.done,
        "purpose": contact.purpose,
        "channel": case.channel,
        "question": contact.question,
        "until": local_input(now() + PROMISED_IN),
    }


@login_required
@require_POST
def finish_contact(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what is being said and end the contact as asked."""
    contact = _contact(request, number)
    user, project = user_of(request), contact.case.project
    if not can_receive(user, project.pk):
        raise Http404
    known = contact.case.contact_phone
    form = ContactForm(request.POST, project=project, user=user, colleagues=colleagues(project), known=known)
    return _finish(request, form, contact=contact)


@login_required
@require_POST
def step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Serve, hold, pick up, or note that they left."""
    contact = _contact(request, number)
    act = STEPS.get(verb)
    if act is None:
        raise Http404
    at = now()

    def once() -> str:
        done = act(contact=contact, by=user_of(request), at=at, expected=posted_version(request))
        if verb == "leave":
            _say(request, done)
            return reverse("desk")
        return reverse("contact", args=[number])

    return redirect_once(request, at, once)


@login_required
@require_POST
def pass_on(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a colleague to serve somebody."""
    contact = _contact(request, number)
    form = PassForm(request.POST, colleagues=colleagues(contact.case.project), auto_id="pass_%s")
    if not form.is_valid():
        return _page(request, None, contact, passing=form)
    at, to, reason = now(), form.cleaned_data["to"], form.cleaned_data["reason"]

    def act() -> str:
        actions.pass_on(
            contact=contact, to=to, reason=reason, by=user_of(request), at=at, expected=posted_version(request)
        )
        messages.success(request, _("%(name)s was asked to serve %(number)s.") % {"name": to, "number": number})
        return reverse("desk")

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        fresh = _contact(request, number)
        ahead = Ahead(form, {"to": fresh.case.handler_id, "reason": ""}) if isinstance(error, Stale) else None
        return _page(request, None, fresh, passing=form, ahead=ahead)


@login_required
@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Give the promised reply."""
    contact = _contact(request, number)
    form = ReplyForm(request.POST, auto_id="reply_%s")
    at = now()
    if not form.is_valid():
        return _page(request, None, contact, reply=form)

    def act() -> str:
        _say(
            request,
            actions.reply(
                contact=contact,
                text=form.cleaned_data["text"],
                by=user_of(request),
                at=at,
                expected=posted_version(request),
            ),
        )
        return reverse("contact", args=[number])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        fresh = _contact(request, number)
        ahead = Ahead(form, {"text": _last_words(fresh.case)}) if isinstance(error, Stale) else None
        return _page(request, None, fresh, reply=form, ahead=ahead)


@login_required
@require_POST
def correct_contact(request: HttpRequest, number: str) -> HttpResponse:
    """Put right what was taken down wrongly in a contact that is over."""
    contact = _contact(request, number)
    user, project, at = user_of(request), contact.case.project, now()
    if not can_receive(user, project.pk):
        raise Http404
    known = contact.case.contact_phone
    form = CorrectForm(request.POST, project=project, user=user, known=known, auto_id="correct_%s")
    if not form.is_valid():
        return _page(request, None, contact, correcting=form)

    def act() -> str:
        actions.correct(
            contact=contact,
            correction=form.correction(),
            reason=form.cleaned_data["reason"],
            by=user,
            at=at,
            expected=posted_version(request),
        )
        messages.success(request, _("Put right. What stood there before stays under “What happened”."))
        return reverse("contact", args=[number])

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        fresh = _contact(request, number)
        ahead = Ahead(form, _said(fresh)) if isinstance(error, Stale) else None
        return _page(request, None, fresh, correcting=form, ahead=ahead)


def _last_words(case: Case) -> str:
    """What somebody wrote down last."""
    last = last_act(case)
    return last.text if last is not None else ""


@login_required
@require_POST
def dial(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact's number to whoever owes the reply or works at the desk; the contact is the reason, logged."""
    contact = _contact(request, number)
    user = user_of(request)
    if not can_reply(user, contact.case):
        raise Http404
    return show_phone(request, contact.case, at=now(), reason=contact.case.number, dial=True)
