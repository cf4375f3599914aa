"""The work log (工作日志)."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import Project, User
from accounts.states import Role
from cases.states import Channel
from core.numbers import at_most, whole_number
from reception.permissions import DESK_ROLES, can_receive
from reception.queries.desk import colleagues
from reception.queries.log import COUNTED, Filters, asked_for, one_page
from reception.states import State
from records.http import now, user_of

# Who reads the log: whoever keeps it, and those above.
READERS = (*DESK_ROLES, Role.GM, Role.QUALITY)


@dataclass(frozen=True)
class Chip:
    """A filter that can be pressed."""

    label: str | Promise
    url: str
    active: bool
    count: int | None = None
    choices: "list[Chip] | None" = None


def may_read(user: User, project: Project) -> bool:
    """Say whether the person reads the project's log."""
    return user.has_role(project.pk, *READERS)


@login_required
@require_GET
def contacts(request: HttpRequest) -> HttpResponse:
    """Every call, visit and letter, newest first."""
    user = user_of(request)
    project: Project | None = getattr(request, "project", None)
    if project is None or not may_read(user, project):
        raise Http404
    filters = asked_for(request.GET)
    at = now()
    page = one_page(filters, user=user, project=project, at=at, before=whole_number(request.GET.get("before", "")))
    words = ngettext("%(count)s contact", "%(count)s contacts", page.count) % {"count": at_most(page.count, COUNTED)}
    shown: dict[str, Any] = {
        "page": page,
        "states": {state.value: state.label for state in State},
        "chips": _chips(filters, project),
        "count_words": words,
        "next_url": _address(filters, before=page.next) if page.next else "",
        "may_log": can_receive(user, project.pk),
        "now": at,
    }
    return render(request, "reception/contacts.html", shown)


def _address(filters: Filters, **more: Any) -> str:
    query = urlencode({**filters.as_dict(), **more})
    return f"{reverse('contacts')}?{query}" if query else reverse("contacts")


def _chips(filters: Filters, project: Project) -> list[Chip]:
    days = (("today", _("Today")), ("yesterday", _("Yesterday")), ("week", _("This week")))
    chips = [
        _chip(filters, label, day="" if filters.day == day else day, active=filters.day == day) for day, label in days
    ]
    channels = [
        _chip(filters, Channel(c).label, channel="" if filters.channel == c else c, active=filters.channel == c)
        for c in Channel.values
    ]
    chosen = Channel(filters.channel).label if filters.channel in Channel.values else _("Any channel")
    people = [one.user for one in colleagues(project)]
    staff = [
        _chip(filters, str(u), staff=None if filters.staff == u.pk else u.pk, active=filters.staff == u.pk)
        for u in people
    ]
    who = next((str(u) for u in people if u.pk == filters.staff), _("Taken by anybody"))
    return [
        *chips,
        Chip(chosen, "", bool(filters.channel), choices=channels),
        Chip(who, "", filters.staff is not None, choices=staff),
    ]


def _chip(filters: Filters, label: str | Promise, *, active: bool, **change: Any) -> Chip:
    return Chip(label, _address(replace(filters, **change)), active)
