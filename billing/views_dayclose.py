"""The end of a cashier's day: count, explain, hand over; the leaders' list; a day opened again."""

from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from billing.actions.dayclose import close_day, reopen_day
from billing.closing_forms import CloseForm, ReopenForm
from billing.models import DayClose
from billing.permissions import can_close_day, can_read_closes, can_reopen_day
from billing.queries.dayclose import (
    days_of,
    receipts_of,
    recorded,
    remark_words,
    standing_close,
    summed,
    unclosed_days,
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
    if not can_close_day(user_of(request), project):
        raise NotAllowed(_("Only cashiers and supervisors close their day."))
    return project


@login_required
@require_http_methods(["GET", "POST"])
def day_close(request: HttpRequest) -> HttpResponse:
    """One's own day, today's or one that was forgotten: what is recorded, and the count beside it."""
    at, project = now(), _closer(request)
    today = at.astimezone(project.tz).date()
    day = min(day_of(request, "day") or today, today)
    if request.method == "GET":
        return _show(request, project, day, today)
    step = Attempt(
        "close",
        find=lambda: project,
        form=lambda project: _blank(project, user_of(request).pk, day, request.POST),
        act=lambda project, form: _close(request, project, day, form, at),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show(request, project, day, today, tried))


def _blank(project: Project, cashier: int, day: date, typed: QueryDict | None = None) -> CloseForm:
    moved, given = recorded(project, cashier, day), list(receipts_of(project, cashier, day))
    return CloseForm(typed, recorded=moved, receipts=given)


def _close(request: HttpRequest, project: Project, day: date, form: CloseForm | None, at: datetime) -> str:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    close = close_day(
        project=project,
        day=day,
        counts=form.counts,
        remarks=form.remarks,
        handed_to=form.cleaned_data["handed_to"],
        note=form.cleaned_data["note"],
        seen=form.seen_amounts,
        by=user_of(request),
        at=at,
    )
    messages.success(request, _("The day is closed."))
    return reverse("dayclose", args=[close.pk])


def _show(
    request: HttpRequest, project: Project, day: date, today: date, tried: Tried[CloseForm] | None = None
) -> HttpResponse:
    user = user_of(request)
    shown = tried.form if tried and tried.form is not None else None
    if shown is None:
        shown = _blank(project, user.pk, day)
    context = {
        "day": day,
        "today": today,
        "closed": standing_close(project, user.pk, day),
        "form": shown,
        # What is recorded now, not what was when the form was sent: it stands beside the count that is typed.
        "seen": shown.fields["seen"].initial,
        "total": summed(shown.recorded.values()),
        "forgotten": [one for one in unclosed_days(project, user, before=today) if one != day],
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
    rows = DayClose.objects.visible_to(user_of(request)).select_related("project", "cashier", "reopened__by")
    return get_object_or_404(rows, pk=pk)


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
        "reopened": getattr(close, "reopened", None),
        "may_reopen": can_reopen_day(user_of(request), close) and not hasattr(close, "reopened"),
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
