"""The front desk's home (前台工作台), the waiting line on it, and each of its lists in full."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError
from core.numbers import at_most, whole_number
from reception import actions
from reception.forms import JoinForm, PassForm
from reception.queries import desk as reads
from reception.queries import owed
from reception.views.common import at_the_desk, show_problem
from records.http import now, redirect_once

# What each list is called, and what is said where it is empty.
NAMES = {
    "mine": (
        gettext_lazy("My matters"),
        gettext_lazy("Nothing of yours is due. What you take or promise will stand here."),
    ),
    "soon": (gettext_lazy("Colleagues' matters due soon"), gettext_lazy("Nothing falls due in the next four hours.")),
    "today": (gettext_lazy("Callbacks today"), gettext_lazy("All of today's callbacks are made.")),
    "answers": (gettext_lazy("Answered: tell who asked"), gettext_lazy("Everybody who asked was told.")),
}


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
        **{name: listing(user, project, at=at).glance() for name, listing in owed.LISTINGS.items()},
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
@require_GET
def matters(request: HttpRequest) -> HttpResponse:
    """One of the desk's lists in full, page by page: the same question as on the desk, without an end."""
    user, project = at_the_desk(request)
    asked, at = request.GET.get("list", "mine"), now()
    if asked not in owed.LISTINGS:
        raise Http404
    listing = owed.LISTINGS[asked](user, project, at=at)
    page = min(max(whole_number(request.GET.get("page", "")) or 1, 1), owed.COUNTED)
    rows = listing.rows(owed.PAGE + 1, skip=(page - 1) * owed.PAGE)
    count = listing.count()
    title, empty = NAMES[asked]
    shown: dict[str, Any] = {
        "title": title,
        "empty": empty,
        "rows": rows[: owed.PAGE],
        "views": [
            {"label": label, "url": _list_url(name), "active": name == asked} for name, (label, _none) in NAMES.items()
        ],
        "count_words": ngettext("%(count)s matter", "%(count)s matters", count)
        % {"count": at_most(count, owed.COUNTED)},
        "previous_url": _list_url(asked, page - 1) if page > 1 else "",
        "next_url": _list_url(asked, page + 1) if len(rows) > owed.PAGE else "",
        "now": at,
    }
    return render(request, "reception/desk_list.html", shown)


def _list_url(name: str, page: int = 1) -> str:
    further = {"page": str(page)} if page > 1 else {}
    return f"{reverse('desk_matters')}?{urlencode({'list': name, **further})}"


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
