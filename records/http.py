"""What pages of every room share of a request: who asks, about which project, with which version and key."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.states import Role
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from records.actions import Answer, body_hash, once
from records.drafts import NOT_TYPED, forget, sent_to
from records.twice import AGAIN, Before, Money, Sent, TakenBefore, once_unless_taken

# Whoever works with a phone in hand; everybody else sits at a desk.
IN_HAND = (Role.TECHNICIAN, Role.GUARD, Role.RESIDENT)
AT_A_DESK = tuple(set(Role) - set(IN_HAND))
# What is no part of a form's words: how it was sent, and the answer to whether it is meant once more.
NOT_SAID = NOT_TYPED | {AGAIN, "whose"}
NEVER_SENT_AGAIN = frozenset({"csrfmiddlewaretoken", "idempotency_key", "password", AGAIN, "whose"})
# The status of the answer to the very same sent again.
TWICE = 409


def user_of(request: HttpRequest) -> User:
    """The signed-in person; views behind `login_required` only."""
    return cast(User, request.user)


def project_of(request: HttpRequest) -> Project:
    """The project in which the person works now. Raises `NotAllowed` for somebody who belongs to none."""
    project: Project | None = getattr(request, "project", None)
    if project is None:
        raise NotAllowed(_("You do not belong to any project. Ask an administrator."))
    return project


def frame_for(user: User, project: Project | None) -> str:
    """The frame in which the person reads pages that are for everyone."""
    pk = project.pk if project else None
    in_hand = user.has_role(pk, *IN_HAND) and not user.has_role(pk, *AT_A_DESK)
    return "base_phone.html" if in_hand else "base.html"


def asked_project(request: HttpRequest) -> Project | None:
    """The project of the page that asks, which need not be the one that another window has opened since.

    A script names it in the header `X-Project` (`window.desk.headers`), a form or an address as `project`; where
    nothing names one it is the session's. Raises `Http404` for one that is none of the person's.
    """
    named = (request.headers.get("X-Project"), request.POST.get("project"), request.GET.get("project"))
    code = next((each for each in named if each), "")
    return named_project(request, code) if code else getattr(request, "project", None)


def named_project(request: HttpRequest, code: str) -> Project:
    """One of the person's projects by its code. Raises `Http404` for any other."""
    projects: list[Project] = getattr(request, "projects", [])
    found = next((project for project in projects if project.code == code), None)
    if found is None:
        raise Http404
    return found


def follow(request: HttpRequest, project: Project) -> None:
    """Go on in the project of the page that was opened, and in its time, as far as it is one of the person's.

    Whoever works in several would else take a matter seen in one of them down in another.
    """
    projects: list[Project] = getattr(request, "projects", [])
    found = next((one for one in projects if one.pk == project.pk), None)
    if found is None or found == getattr(request, "project", None):
        return
    request.project = found  # type: ignore[attr-defined]
    request.session["project"] = found.code
    timezone.activate(found.tz)


def posted_version(request: HttpRequest) -> int | None:
    """The version of the case that the form was shown with."""
    raw = request.POST.get("version", "")
    if not raw:
        return None
    version = whole_number(raw, digits=9)
    if version is None:
        raise Invalid(_("This form is broken. Open the page again."))
    return version


def redirect_once(
    request: HttpRequest, at: datetime, act: Callable[[], str], money: Money | None = None
) -> HttpResponse:
    """Carry out a form's action once per its hidden `idempotency_key`; `act` returns where to go next.

    What was kept of the form while somebody typed is thrown away with it. Whoever goes back and sends the very same
    again is brought to what became of it the first time; where the form moves `money`, they are asked whether it is
    meant once more, key or no key.
    """
    try:
        return HttpResponseRedirect(_once(request, at, act, money))
    except TakenBefore as taken:
        return _ask_whether_again(request, taken.before)


def _once(request: HttpRequest, at: datetime, act: Callable[[], str], money: Money | None) -> str:
    by, key, scope = user_of(request), request.POST.get("idempotency_key", "")[:200], f"page {request.path}"

    def carry_out() -> str:
        return _and_forget(request, at, act, money)

    if money is not None:
        return once_unless_taken(
            by=by,
            content=_content(request, money),
            again=request.POST.get(AGAIN, ""),
            sent=Sent(scope, key, _sent(request)) if key else None,
            at=at,
            act=carry_out,
        )
    if not key:
        with transaction.atomic():
            return carry_out()
    answer = once(
        by=by,
        scope=scope,
        key=key,
        body=_sent(request),
        at=at,
        act=lambda: Answer(status=302, data={"to": carry_out()}),
    )
    return str(answer.data["to"])


def _content(request: HttpRequest, money: Money) -> str:
    """A fingerprint of what a form that moves money said: where, and each field as it reads, whatever the key."""
    typed = {name: [value.strip() for value in values] for name, values in request.POST.lists()}
    said = {name: values for name, values in typed.items() if any(values) and name not in NOT_SAID | money.but}
    files = {f"file {name}": list(values) for name, values in request.FILES.lists()}
    return body_hash({"path": request.path} | said | files)


def _ask_whether_again(request: HttpRequest, before: Before) -> HttpResponse:
    """The page that says what was taken already, with all that was typed and one button that takes it once more."""
    number = _number_in(before.to)
    if request.headers.get("Accept", "").startswith("application/json"):
        said = _("The very same was taken already, %(number)s; nothing was taken a second time.") % {"number": number}
        return JsonResponse({"detail": said, "to": before.to}, status=TWICE)
    sent = [(name, values) for name, values in request.POST.lists() if name not in NEVER_SENT_AGAIN]
    fields = [(name, value) for name, values in sent for value in values]
    files = [(name, [str(one.name) for one in values]) for name, values in request.FILES.lists()]
    context = {"before": before, "number": number, "fields": fields, "files": files, "again": AGAIN}
    return render(request, "records/taken_before.html", context, status=TWICE)


def _number_in(address: str) -> str:
    """The number of what an address of ours shows; empty for a list."""
    try:
        named = resolve(address.partition("?")[0]).kwargs
    except Resolver404:
        return ""
    return str(named.get("number", ""))


def _sent(request: HttpRequest) -> dict[str, list[Any]]:
    """All that a form brought, its token left out: what tells one request from another under the same key."""
    fields: dict[str, list[Any]] = {
        name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    }
    files = {f"file {name}": list(values) for name, values in request.FILES.lists()}
    return fields | files


def _and_forget(request: HttpRequest, at: datetime, act: Callable[[], str], money: Money | None) -> str:
    before = "" if money else _sent_before(request, at)
    if before:
        messages.warning(request, _("This was saved already; nothing was saved a second time."))
        return before
    to = act()
    draft = request.POST.get("draft", "")
    project: Project | None = getattr(request, "project", None)
    if draft and project is not None:
        forget(key=draft, project=project, by=user_of(request), at=at, to=to, mark=_mark(request))
    return to


def _sent_before(request: HttpRequest, at: datetime) -> str:
    """Where the same form led that was sent before: gone back to, it has another key and the same draft."""
    draft, key = request.POST.get("draft", ""), request.POST.get("idempotency_key", "")
    project: Project | None = getattr(request, "project", None)
    if not draft or not key or project is None:
        return ""
    return sent_to(key=draft, project=project, by=user_of(request), at=at, mark=_mark(request))


def _mark(request: HttpRequest) -> str:
    """What a form said, whatever the key under which it was sent."""
    said = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    return sha256(repr((request.path, sorted(said.items()))).encode()).hexdigest()


def now() -> datetime:
    """The clock, as views read it."""
    return timezone.now()  # noqa: TID251  views read the clock through here
