"""Callbacks: the worklist with the call opened beside it, one call, its answer, its number dialled."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from cases.meanwhile import missed
from cases.models import Case
from cases.queries import Due, Line, Photo, due_of, photos, timeline
from cases.registry import kind_of
from cases.sentences import moment_words
from cases.states import Phase
from cases.views import show_phone
from core.errors import DomainError, NotAllowed, Stale
from core.numbers import at_most
from records.http import now, posted_version, project_of, redirect_once, user_of
from records.stale import Missed
from visits.actions import amend_contact, record
from visits.forms import CallbackForm, NumberForm
from visits.models import Callback, CallbackScript
from visits.permissions import can_list, can_record
from visits.queries.callbacks import MOST, Row, script_for, to_make, worklist
from visits.rules import next_attempt
from visits.states import Result

COUNTED = 1000


@dataclass(frozen=True)
class Listed:
    """A callback in the list beside the call."""

    number: str
    version: int
    where: str
    title: str
    clock: Due | None
    tries: int
    next_at: datetime | None
    url: str


@dataclass(frozen=True)
class Call:
    """One callback with all that the caller needs on one page."""

    callback: Callback
    case: Case
    job: Case
    where: str
    state_word: str
    clock: Due | None
    script: CallbackScript | None
    try_again_at: datetime
    events: list[Line]
    photos: list[Photo]
    may_record: bool


@login_required
@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    """Callbacks by due time; the first that can be made now is open."""
    user, at = user_of(request), now()
    project = project_of(request)
    if not can_list(user, project.pk):
        raise Http404
    later = request.GET.get("show") == "later"
    shown = worklist(project=project, user=user, at=at, later=later, most=MOST)
    if not later and len(shown) < MOST:
        ready = len(shown)  # counted already
    else:
        ready = to_make(project=project, user=user, at=at)[: COUNTED + 1].count()
    chosen = request.GET.get("open", "")
    call = _opened(chosen, shown, user, at)
    context = {
        "rows": [_listed(row, later=later) for row in shown],
        "views": _views(later=later),
        "call": call,
        "chosen": bool(chosen),
        "form": CallbackForm(),
        "numbers": NumberForm(),
        "count_words": ngettext("%(count)s to call", "%(count)s to call", ready) % {"count": at_most(ready, COUNTED)},
        "empty_words": _("No second attempt is waiting.")
        if later
        else _("Nobody to call now. Finished repairs come here by themselves."),
    }
    return render(request, "visits/callbacks.html", context)


def _opened(chosen: str, shown: list[Row], user: User, at: datetime) -> Call | None:
    if not chosen:
        return _call(shown[0].callback, user, at) if shown else None
    return _call(_callback(user, chosen), user, at)


def _views(*, later: bool) -> list[dict[str, object]]:
    url = reverse("callbacks")
    return [
        {"label": _("To call now"), "url": url, "active": not later},
        {"label": _("To try again later"), "url": f"{url}?show=later", "active": later},
    ]


def _listed(row: Row, *, later: bool) -> Listed:
    case = row.case
    address = f"{reverse('callbacks')}?open={case.number}" + ("&show=later" if later else "")
    return Listed(
        number=case.number,
        version=case.version,
        where=_where(case),
        title=case.title,
        clock=due_of(case),
        tries=row.callback.attempts,
        next_at=row.next_attempt_at if row.waits else None,
        url=address,
    )


def _where(case: Case) -> str:
    return case.unit.number if case.unit else case.place or case.contact_name


def _callback(user: User, number: str) -> Callback:
    rows = Callback.objects.visible_to(user).for_lists().select_related("case__parent__handler")
    return get_object_or_404(rows, case__number=number)


def _call(callback: Callback, user: User, at: datetime) -> Call:
    case = callback.case
    job = case.parent
    if job is None:
        raise Http404
    is_open = case.phase != Phase.CLOSED
    return Call(
        callback=callback,
        case=case,
        job=job,
        where=_where(case),
        state_word=str(kind_of(case.kind).states[case.state]),
        clock=due_of(case),
        script=script_for(callback),
        try_again_at=next_attempt(attempts=callback.attempts + 1, at=at, zone=case.project.tz),
        events=timeline(job, user),
        photos=[photo for photo in photos(job, user) if photo.is_image],
        may_record=is_open and can_record(user, case),
    )


@login_required
@require_GET
def callback_page(request: HttpRequest, number: str) -> HttpResponse:
    """One callback by its number, with what came of it."""
    user = user_of(request)
    call = _call(_callback(user, number), user, now())
    return _one(request, call, CallbackForm())


def _one(
    request: HttpRequest,
    call: Call,
    form: CallbackForm,
    status: int = 200,
    stale: Missed | None = None,
    numbers: NumberForm | None = None,
) -> HttpResponse:
    context = {"call": call, "form": form, "stale": stale, "numbers": numbers or NumberForm()}
    return render(request, "visits/callback.html", context, status=status)


@login_required
@require_POST
def record_callback(request: HttpRequest, number: str) -> HttpResponse:
    """Write down how a call went, and open the next one."""
    user, at = user_of(request), now()
    callback = _callback(user, number)
    form = CallbackForm(request.POST)
    if not form.is_valid():
        return _one(request, _call(callback, user, at), form, status=422)

    def act() -> str:
        done = record(callback=callback, outcome=form.outcome(), by=user, at=at, expected=posted_version(request))
        messages.success(request, _done_words(done))
        return reverse("callbacks")

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        for name, problem in error.fields.items():
            form.add_error(name if name in form.fields else None, str(problem))
        form.add_error(None, str(error))
        call = _call(_callback(user, number), user, at)
        stale = _missed(request, call, form) if isinstance(error, Stale) else None
        return _one(request, call, form, status=error.status, stale=stale)


def _missed(request: HttpRequest, call: Call, form: CallbackForm) -> Missed:
    """What was typed beside what somebody else has recorded of the same callback."""
    stands = call.callback
    now_there = {"result": stands.result, "score": stands.score, "how": stands.how, "text": stands.text}
    found = missed(call.case, form=form, now=now_there, post=request.POST, events=call.events)
    if call.may_record:
        return found
    words = _(
        "This callback is over, so yours is not recorded; it stands below to be copied. Open %(number)s to go on."
    )
    return replace(found, over=words % {"number": call.job.number})


def _done_words(callback: Callback) -> str:
    """What came of it: of the call, and of the repair or complaint that it was about."""
    where = _where(callback.case)
    if callback.result == Result.UNREACHABLE and callback.next_attempt_at:
        words = {"where": where, "moment": moment_words(callback.next_attempt_at.isoformat())}
        return _("%(where)s: not reached, to be tried again %(moment)s.") % words
    job = callback.case.parent
    stands = {"where": where, "number": job.number, "state": kind_of(job.kind).states[job.state]} if job else {}
    if callback.result == Result.DISSATISFIED:
        return _("%(where)s: not satisfied, the supervisors know; %(number)s: %(state)s.") % stands
    return _("%(where)s: satisfied; %(number)s: %(state)s.") % stands


@login_required
@require_POST
def amend_number(request: HttpRequest, number: str) -> HttpResponse:
    """Put right the number to call, also of work that is over."""
    user, at = user_of(request), now()
    callback, numbers = _callback(user, number), NumberForm(request.POST)

    def act() -> str:
        given = {"phone": numbers.cleaned_data["phone"], "expected": posted_version(request)}
        amend_contact(callback=callback, by=user, at=at, **given)
        messages.success(request, _("Put right."))
        return reverse("callback", args=[number])

    status = 422
    if numbers.is_valid():
        try:
            return redirect_once(request, at, act)
        except DomainError as error:
            numbers.add_error("phone", str(error))
            status = error.status
    return _one(request, _call(_callback(user, number), user, at), CallbackForm(), status=status, numbers=numbers)


@login_required
@require_POST
def dial_callback(request: HttpRequest, number: str) -> HttpResponse:
    """Dial the resident; the callback's number is the reason."""
    callback = _callback(user_of(request), number)
    if callback.case.phase == Phase.CLOSED or not can_record(user_of(request), callback.case):
        raise NotAllowed(_("This callback is not yours to make."))
    return show_phone(request, callback.case, at=now(), reason=number, dial=True)
