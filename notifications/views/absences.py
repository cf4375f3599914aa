"""Who is away, and who is told in their place: for oneself, and for the people of a project that one leads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import NewAbsence, call_off_absence, declare_absence
from accounts.models import Absence, Membership, Project, User
from accounts.permissions import can_keep_absences
from accounts.queries import colleagues
from accounts.states import STAFF_ROLES
from core.errors import Invalid
from notifications.forms import AbsenceForm
from records.http import frame_for, now, project_of, redirect_once, user_of

MOST = 200


def _people(user: User, project: Project) -> QuerySet[User]:
    """Of whom the person may say that they are away."""
    if not can_keep_absences(user, project.pk):
        return User.objects.filter(pk=user.pk)
    staff = Membership.objects.staff_of([project.pk], STAFF_ROLES)
    return User.objects.filter(pk__in=staff.values("user_id")).order_by("name", "pk")


def _absences(user: User, project: Project) -> QuerySet[Absence]:
    """One's own, and those of the project's people for who leads it."""
    rows = Absence.objects.filter(user=user)
    return rows | Absence.objects.of_projects([project.pk]) if can_keep_absences(user, project.pk) else rows


@login_required
@require_http_methods(["GET", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """Absences that go on or are to come, and a form for the next one."""
    user, project, at = user_of(request), project_of(request), now()
    if not user.is_office:
        raise Http404
    people = _people(user, project)
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        people=people,
        colleagues=colleagues(user),
        initial={"user": user.pk},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect_once(request, at, lambda: _declared(request, form))
        except Invalid as problem:
            for name, words in problem.fields.items():
                form.add_error(name, str(words))
    rows = _absences(user, project).filter(ends_at__gt=at, called_off_at=None)
    rows = rows.select_related("user", "substitute", "made_by")[:MOST]
    context = {
        "form": form,
        "rows": [(row, row.starts_at <= at) for row in rows],
        "for_others": can_keep_absences(user, project.pk),
        "frame": frame_for(user, project),
    }
    return render(request, "notifications/absences.html", context, status=400 if form.errors else 200)


def _declared(request: HttpRequest, form: AbsenceForm) -> str:
    new = NewAbsence(**form.cleaned_data)
    declare_absence(new=new, by=user_of(request), at=now())
    if new.substitute:
        messages.success(request, _("%(name)s is told instead.") % {"name": new.substitute})
    else:
        messages.success(request, _("Whoever leads the project is told instead."))
    return reverse("absences")


@login_required
@require_POST
def absence_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The person is back, or stays."""
    user, project = user_of(request), project_of(request)
    absence = get_object_or_404(_absences(user, project), pk=pk)

    def act() -> str:
        call_off_absence(absence=absence, by=user, at=now())
        messages.success(request, _("The absence is called off."))
        return reverse("absences")

    return redirect_once(request, now(), act)
