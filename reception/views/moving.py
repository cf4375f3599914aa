"""Moving in and out: what was typed comes back where it does not fit, beside what somebody else saved meanwhile."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.errors import DomainError, Stale
from core.numbers import whole_number
from estate.actions import MoveIn, move_in, move_out
from estate.models import Household, HouseholdMember, Unit
from estate.queries import last_move, living_in, people_of_phone
from reception.forms import MoveInForm, MoveOutForm
from reception.views.common import show_problem
from reception.views.units import keeper, unit_kept
from records.http import follow, now, redirect_once, user_of
from records.stale import Missed, Pair


@login_required
@require_http_methods(["GET", "POST"])
def new_resident(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody moves into a unit; a person whose name and phone are known already is the same person."""
    unit = unit_kept(request, pk=pk)
    follow(request, unit.project)
    user = keeper(request, unit.project_id)
    form = MoveInForm(request.POST or None, initial={"on": timezone.localdate(), "living": living_in(unit)})
    stale = None
    if request.method == "POST" and form.is_valid():
        at = now()

        def act() -> str:
            _settle(unit, form.cleaned_data, user, at, expected=request.POST.get("living"))
            messages.success(
                request, _("%(name)s lives in %(unit)s now.") % {"name": form.cleaned_data["name"], "unit": unit}
            )
            return _home(unit)

        try:
            return redirect_once(request, at, act)
        except DomainError as error:
            show_problem(form, error, names={"phones": "phone"})
            stale = _meanwhile(request, form, unit, error)
    title = _("Somebody moves into %(unit)s") % {"unit": unit}
    draft = {"draft_form": "move-in", "draft_page": request.path}
    return _page(request, form, unit, title=title, submit=_("Move in"), stale=stale, **draft)


def _settle(unit: Unit, data: dict[str, Any], user: User, at: datetime, *, expected: str | None) -> None:
    same = people_of_phone(number=data["phone"], user=user, projects=[unit.project_id]) if data["phone"] else []
    person = next((one for one in same if one.name == data["name"]), None)
    move_in(
        new=MoveIn(
            unit=unit,
            person=person,
            name=data["name"],
            phone=data["phone"],
            relation=data["relation"],
            on=data["on"],
            lives_here=data["lives_here"],
        ),
        by=user,
        at=at,
        expected=expected,
    )


@login_required
@require_POST
def leave_home(request: HttpRequest, pk: int) -> HttpResponse:
    """A household, or one of its members, moves out."""
    rows = Household.objects.filter(unit__in=Unit.objects.visible_to(user_of(request)))
    household = get_object_or_404(rows.select_related("unit__project"), pk=pk)
    unit, user = household.unit, keeper(request, household.project_id)
    follow(request, unit.project)
    asked = request.POST.get("member", "")
    members = household.members.select_related("person")
    member = get_object_or_404(members, pk=whole_number(asked)) if asked else None
    form = MoveOutForm(request.POST, member=member)
    stale = None
    if form.is_valid():
        at = now()

        def act() -> str:
            expected = request.POST.get("living")
            move_out(household=household, member=member, on=form.cleaned_data["on"], by=user, at=at, expected=expected)
            messages.success(request, _("Moved out. The history stays on this page."))
            return _home(unit)

        try:
            return redirect_once(request, at, act)
        except DomainError as error:
            show_problem(form, error)
            stale = _meanwhile(request, form, unit, error)
    return _page(request, form, unit, title=_leaves(member, unit), submit=_("Moves out"), stale=stale)


def _leaves(member: HouseholdMember | None, unit: Unit) -> str:
    return _("%(name)s moves out") % {"name": member.person.name if member is not None else unit.number}


def _home(unit: Unit) -> str:
    return reverse("unit", args=[unit.project.code, unit.number])


def _meanwhile(request: HttpRequest, form: Form, unit: Unit, error: DomainError) -> Missed | None:
    """Who lived there when the form was shown, and who does now; pressed again, the form knows of it."""
    if not isinstance(error, Stale):
        return None
    there = living_in(unit)
    again = request.POST.copy()
    again["living"] = there
    form.data = again
    who, at = last_move(unit)
    return Missed(pairs=[Pair(_("Who lives here"), yours=request.POST.get("living", ""), now=there)], who=who, at=at)


def _page(request: HttpRequest, form: Form, unit: Unit, **shown: Any) -> HttpResponse:
    context = {"form": form, "cancel_url": _home(unit), "now": now(), **shown}
    return render(request, "reception/register_form.html", context, status=422 if form.errors else 200)
