"""The end of a cashier's day: count, explain, hand over; the leaders' list; a day opened again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project, User
from billing.actions.dayclose import close_day, reopen_day
from billing.closing_forms import CloseForForm, CloseForm, ReopenForm
from billing.models import DayClose
from billing.permissions import can_close_day_for, can_read_closes, can_reopen_day, require_day_closer
from billing.queries.dayclose import (
    days_of,
    handed_in_to,
    receipts_of,
    recorded,
    remark_words,
    standing_close,
    summed,
    unclosed_days,
    who_moved,
)
from billing.rules.periods import month_of
from billing.rules.statements import Asked
from billing.spans import day_of
from billing.states import Method, Spell
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from records.http import follow, now, project_of, user_of


def _closer(request: HttpRequest) -> Project:
    project = project_of(request)
    require_day_closer(user_of(request), project, user_of(request))
    return project


@login_required
@require_http_methods(["GET", "POST"])
def day_close(request: HttpRequest) -> HttpResponse:
    """One's own day, today's or one that was forgotten: what is recorded, and the count beside it."""
    at, project = now(), _closer(request)
    return _answer(request, _Till(project, user_of(request), _day(request, project, at), at))


@login_required
@require_http_methods(["GET", "POST"])
def day_close_for(request: HttpRequest, cashier: int) -> HttpResponse:
    """The day of somebody who left without closing it, for a leader, who counts it and says why."""
    at, user, project = now(), user_of(request), project_of(request)
    day = _day(request, project, at)
    whose = who_moved(project, cashier, day) if can_read_closes(user, project) else None
    if whose is None:
        raise Http404
    if not can_close_day_for(user, project, cashier):
        raise NotAllowed(_("Your own day is closed on its own page."))
    return _answer(request, _Till(project, whose, day, at))


@dataclass(frozen=True)
class _Till:
    """Whose day is closed, and which, at which moment."""

    project: Project
    cashier: User
    day: date
    at: datetime

    def blank(self, user: User, typed: QueryDict | None = None) -> CloseForm:
        """The form of the count, for who closes it."""
        kind = CloseForm if user.pk == self.cashier.pk else CloseForForm
        moved = recorded(self.project, self.cashier.pk, self.day)
        return kind(typed, recorded=moved, receipts=list(receipts_of(self.project, self.cashier.pk, self.day)))


def _day(request: HttpRequest, project: Project, at: datetime) -> date:
    today = at.astimezone(project.tz).date()
    return min(day_of(request, "day") or today, today)


def _answer(request: HttpRequest, till: _Till) -> HttpResponse:
    if request.method == "GET":
        return _show(request, till)
    step = Attempt(
        "close",
        find=lambda: till,
        form=lambda till: till.blank(user_of(request), request.POST),
        act=lambda till, form: _close(request, till, form),
    )
    return answer(request, take(request, step, at=till.at), lambda tried: _show(request, till, tried))


def _close(request: HttpRequest, till: _Till, form: CloseForm | None) -> str:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    close = close_day(
        project=till.project,
        cashier=till.cashier,
        reason=form.cleaned_data.get("reason", ""),
        day=till.day,
        counts=form.counts,
        remarks=form.remarks,
        handed_to=form.cleaned_data["handed_to"],
        note=form.cleaned_data["note"],
        seen=form.seen_amounts,
        by=user_of(request),
        at=till.at,
    )
    messages.success(request, _("The day is closed."))
    return reverse("dayclose", args=[close.pk])


def _show(request: HttpRequest, till: _Till, tried: Tried[CloseForm] | None = None) -> HttpResponse:
    user, project, cashier = user_of(request), till.project, till.cashier
    shown = tried.form if tried and tried.form is not None else None
    if shown is None:
        shown = till.blank(user)
    today = till.at.astimezone(project.tz).date()
    context = {
        "day": till.day,
        "today": today,
        "whose": cashier if cashier.pk != user.pk else None,
        "cashier": cashier,
        "closed": standing_close(project, cashier.pk, till.day),
        "form": shown,
        # What is recorded now, not what was when the form was sent: it stands beside the count that is typed.
        "seen": shown.fields["seen"].initial,
        "hand_ins": handed_in_to(project, cashier.pk, till.day),
        "total": summed(shown.recorded.values()),
        "forgotten": [one for one in unclosed_days(project, cashier, before=today) if one != till.day],
        "may_read_all": can_read_closes(user, project),
    }
    # A difference without a word is found by the action, and is bad input like what the form finds.
    status = 200 if tried is None else 422 if isinstance(tried.error, Invalid) else tried.status
    return render(request, "billing/dayclose.html", context, status=status)


@login_required
@require_GET
def day_closes(request: HttpRequest) -> HttpResponse:
    """For leaders: each day of a month on which somebody moved money, closed with which difference, or not closed."""
    project = project_of(request)
    if not can_read_closes(user_of(request), project):
        raise NotAllowed(_("Only supervisors and the general manager see everybody's days."))
    today = now().astimezone(project.tz).date()
    asked = Asked(Spell.MONTH, day_of(request, "on") or today)
    month = month_of(asked.on)
    rows = days_of(project, month.start, month.end, today=today)
    context = {
        "asked": asked,
        "rows": rows,
        "late": sum(row.is_late for row in rows),
        "next": asked.after if month.end < today else None,
    }
    return render(request, "billing/daycloses.html", context)


def _find(request: HttpRequest, pk: int) -> DayClose:
    rows = DayClose.objects.visible_to(user_of(request))
    return get_object_or_404(rows.select_related("project", "cashier", "closed_by", "reopened__by"), pk=pk)


@login_required
@require_GET
def day_closed(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed day: what was counted, what was said of the differences, and how it is opened again."""
    close = _find(request, pk)
    follow(request, close.project)
    return _show_closed(request, close)


def _show_closed(request: HttpRequest, close: DayClose, tried: Tried[ReopenForm] | None = None) -> HttpResponse:
    words = remark_words(close)
    rows = [(line, Method(line.method).label, words.get(line.method, [])) for line in close.lines.all()]
    context = {
        "close": close,
        "rows": rows,
        "recorded": summed(line.recorded for line, _label, _words in rows),
        "counted": summed(line.counted for line, _label, _words in rows),
        "reopened": close.reopening,
        "may_reopen": can_reopen_day(user_of(request), close) and close.reopening is None,
        "may_read_all": can_read_closes(user_of(request), close.project),
        "reopen_form": tried.form if tried and tried.form is not None else ReopenForm(),
        "reopen_opened": tried is not None,
    }
    return render(request, "billing/dayclosed.html", context, status=tried.status if tried else 200)


@login_required
@require_POST
def day_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed day again, with the reason."""
    at, close = now(), _find(request, pk)

    def act(close: DayClose, form: ReopenForm | None) -> str:
        reason = form.cleaned_data["reason"] if form is not None else ""
        reopen_day(close=close, reason=reason, by=user_of(request), at=at)
        messages.success(request, _("The day is open again. It is to be closed anew."))
        return reverse("dayclose", args=[pk])

    step = Attempt("reopen", find=lambda: close, form=lambda _close: ReopenForm(request.POST), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show_closed(request, close, tried))
