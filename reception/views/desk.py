"""The front desk's home (前台工作台) and the waiting line on it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError
from reception import actions
from reception.forms import JoinForm, PassForm
from reception.queries import desk as reads
from reception.views.common import at_the_desk, show_problem
from records.http import now, redirect_once


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Search, the waiting line, my cases, what falls due soon, today's callbacks."""
    return _page(request)


def _page(request: HttpRequest, form: JoinForm | None = None) -> HttpResponse:
    user, project = at_the_desk(request)
    at = now()
    others = reads.colleagues(project, but=user)
    shown: dict[str, Any] = {
        "line": reads.line(user, project, at=at),
        "mine": reads.my_cases(user, project),
        "soon": reads.due_soon(user, project, at=at),
        "answers": reads.answers_to_pass_on(user, project),
        "callbacks": reads.callbacks_today(user, project, at=at),
        "form": form or JoinForm(project=project, user=user),
        "pass_form": PassForm(colleagues=others, auto_id="pass_%s"),
        "now": at,
    }
    return render(request, "reception/desk.html", shown, status=422 if form else 200)


@login_required
@require_GET
def line(request: HttpRequest) -> HttpResponse:
    """The waiting line alone, asked for every ten seconds."""
    user, project = at_the_desk(request)
    at = now()
    shown = {"line": reads.line(user, project, at=at), "now": at}
    return render(request, "reception/line.html", shown)


@login_required
@require_POST
def join_line(request: HttpRequest) -> HttpResponse:
    """Somebody joins the waiting line."""
    user, project = at_the_desk(request)
    form = JoinForm(request.POST, project=project, user=user)
    if not form.is_valid():
        return _page(request, form)
    at = now()

    def act() -> str:
        contact = actions.queue(new=form.new(), by=user, at=at)
        messages.success(request, _("%(number)s joined the line.") % {"number": contact.case.number})
        return reverse("desk")

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        show_problem(form, error)
        return _page(request, form)
