"""Who is on call for which role or department: to read for who works in the project, to keep for who leads it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Absence, Department, Membership, Project, User
from accounts.permissions import can_keep_absences
from accounts.states import STAFF_ROLES
from cases.sentences import moment_words
from core.errors import Invalid
from notifications.actions import NewDuty, call_off_duty, put_on_call
from notifications.forms import DutyForm
from notifications.models import OnCall
from notifications.rosters import told_instead
from records.http import frame_for, now, project_of, redirect_once, user_of

MOST = 200


def _form(request: HttpRequest, project: Project) -> DutyForm:
    staff = Membership.objects.staff_of([project.pk], STAFF_ROLES)
    return DutyForm(
        request.POST if request.method == "POST" else None,
        people=User.objects.filter(pk__in=staff.values("user_id")).order_by("name", "pk"),
        departments=Department.objects.filter(project=project),
    )


@dataclass(frozen=True)
class Row:
    """A duty as the page shows it: from when to when in full, and an absence of the person that meets it."""

    duty: OnCall
    since: str
    until: str
    is_now: bool
    absence: Absence | None


def _rows(user: User, project: Project, at: datetime) -> list[Row]:
    """Duties that go on or are to come."""
    to_come = Absence.objects.filter(ends_at__gt=at, called_off_at=None).select_related("substitute")
    away = Prefetch("user__absences", to_come, to_attr="to_come")
    found = OnCall.objects.visible_to(user).standing().filter(project=project, ends_at__gt=at)
    rows = found.select_related("user", "department", "made_by").prefetch_related(away)
    return [_row(duty, at) for duty in rows[:MOST]]


def _row(duty: OnCall, at: datetime) -> Row:
    since, until = duty.starts_at.isoformat(), duty.ends_at.isoformat()
    return Row(
        duty,
        moment_words(since, beside=at),
        moment_words(until, beside=at),
        duty.starts_at <= at,
        _absence(duty),
    )


def _absence(duty: OnCall) -> Absence | None:
    known: list[Absence] = getattr(duty.user, "to_come", [])
    return next((one for one in known if one.starts_at < duty.ends_at and duty.starts_at < one.ends_at), None)


@login_required
@require_http_methods(["GET", "POST"])
def on_call(request: HttpRequest) -> HttpResponse:
    """Duties that go on or are to come, and for who leads the project a form for the next one."""
    user, project, at = user_of(request), project_of(request), now()
    keeps = can_keep_absences(user, project.pk)
    if not user.has_role(project.pk, *STAFF_ROLES) and not keeps:
        raise Http404
    form = _form(request, project) if keeps else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                return redirect_once(request, at, lambda: _entered(request, project, form))
            except Invalid as problem:
                for name, words in problem.fields.items():
                    form.add_error(name, str(words))
    context = {
        "form": form,
        "rows": _rows(user, project, at),
        "instead": told_instead(project),
        "frame": frame_for(user, project),
    }
    return render(request, "notifications/on_call.html", context, status=400 if form and form.errors else 200)


def _entered(request: HttpRequest, project: Project, form: DutyForm) -> str:
    new = NewDuty(project=project, **form.duty)
    duties = put_on_call(new=new, by=user_of(request), at=now())
    words = ngettext("%(name)s is on call.", "%(name)s is on call, %(count)s times.", len(duties))
    messages.success(request, words % {"name": new.user, "count": len(duties)})
    if new.role and not new.user.has_role(project.pk, new.role):
        # Whoever may not see a matter is told nothing of it, on call or not.
        limited = _("%(name)s does not work as %(post)s here: of matters that they may not see, only the others hear.")
        messages.warning(request, limited % {"name": new.user, "post": new.post})
    return reverse("on_call")


@login_required
@require_POST
def on_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The duty is off: everyone of the role is told again."""
    user = user_of(request)
    duty = get_object_or_404(OnCall.objects.visible_to(user), pk=pk)

    def act() -> str:
        call_off_duty(duty=duty, by=user, at=now())
        messages.success(request, _("The duty is called off: everyone is told again in this time."))
        return reverse("on_call")

    return redirect_once(request, now(), act)
