"""The cars of a home: added, changed, and taken off the register when they are gone."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from estate.actions import save_vehicle
from estate.models import HouseholdMember, Person, Unit, Vehicle
from estate.permissions import can_read_register
from estate.queries import last_edit_of_car, vehicle_stamp
from reception.car_form import CarForm
from reception.views.common import show_problem
from reception.views.units import keeper, unit_kept
from records.http import follow, now, redirect_once, user_of
from records.stale import Missed, missed_since


@login_required
@require_http_methods(["GET", "POST"])
def new_car(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a car of a home."""
    unit = unit_kept(request, pk=pk)
    follow(request, unit.project)
    user = keeper(request, unit.project_id)
    form = CarForm(request.POST or None, project=unit.project, people=_people(unit), is_new=True)
    if request.method == "POST" and form.is_valid():
        at = now()

        def act() -> str:
            car = save_vehicle(project=unit.project, values=form.values() | {"unit": unit}, by=user, at=at)
            messages.success(request, _("Saved: %(name)s.") % {"name": car.plate})
            return _home(unit)

        try:
            return redirect_once(request, at, act)
        except DomainError as error:
            show_problem(form, error)
    title, submit = _("A car of %(unit)s") % {"unit": unit}, _("Add a car")
    return _page(request, form, title=title, submit=submit, cancel_url=_home(unit), draft_form="car")


@login_required
@require_http_methods(["GET", "POST"])
def edit_car(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a car, or say until when it was here."""
    car = _car(request, pk)
    follow(request, car.project)
    user, back = keeper(request, car.project_id), _back(request, car)
    people = {person.pk: person for person in [*_people(car.unit), *filter(None, [car.person])]}
    stored = _stored(car)
    form = CarForm(request.POST or None, initial=stored, project=car.project, people=people.values(), is_new=False)
    if request.method == "POST" and form.is_valid():
        at = now()

        def act() -> str:
            stamp = form.cleaned_data["stamp"]
            saved = save_vehicle(project=car.project, vehicle=car, values=form.values(), by=user, at=at, expected=stamp)
            done = _("%(name)s is off the register; its history stays.") if saved.ended_on else _("Saved: %(name)s.")
            messages.success(request, done % {"name": saved.plate})
            return back

        try:
            return redirect_once(request, at, act)
        except DomainError as error:
            show_problem(form, error)
    stale = _missed(request, form, car.pk) if form.errors else None
    return _page(request, form, title=car.plate, submit=_("Save"), cancel_url=back, draft_form="car", stale=stale)


def _car(request: HttpRequest, pk: int) -> Vehicle:
    user = user_of(request)
    rows = Vehicle.objects.visible_to(user).select_related("project", "unit__project", "person", "space")
    car = get_object_or_404(rows, pk=pk)
    if not can_read_register(user, car.project_id):
        raise Http404
    return car


def _people(unit: Unit | None) -> list[Person]:
    """Who belongs to a home now."""
    places = HouseholdMember.objects.current().filter(household__unit=unit).select_related("person")
    return [place.person for place in places.order_by("pk")] if unit is not None else []


def _stored(car: Vehicle) -> dict[str, Any]:
    return {
        "plate": car.plate,
        "person": str(car.person_id or ""),
        "brand": car.brand,
        "color": car.color,
        "space": f"{car.space.lot} {car.space.code}".strip() if car.space else "",
        "started_on": car.started_on,
        "ended_on": car.ended_on,
        "stamp": vehicle_stamp(car),
    }


def _missed(request: HttpRequest, form: CarForm, pk: int) -> Missed | None:
    """What was typed beside what somebody else saved meanwhile, if so; pressed again, the form takes its place."""
    car = _car(request, pk)
    stands = _stored(car)
    stamp = stands.pop("stamp")
    return missed_since(form, request.POST, stands=stands, stamp=stamp, last_edit=partial(last_edit_of_car, car))


def _home(unit: Unit) -> str:
    return reverse("unit", args=[unit.project.code, unit.number])


def _back(request: HttpRequest, car: Vehicle) -> str:
    """The home from whose page somebody came, else the car's own."""
    asked = request.GET.get("unit", "")
    unit = Unit.objects.filter(project=car.project_id, number=asked).select_related("project").first() or car.unit
    return _home(unit) if unit is not None else reverse("search")


def _page(request: HttpRequest, form: CarForm, **shown: Any) -> HttpResponse:
    context = {"form": form, "draft_page": request.get_full_path(), "now": now(), **shown}
    return render(request, "reception/register_form.html", context, status=422 if form.errors else 200)
