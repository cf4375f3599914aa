"""One household on one page (住户档案): people, cars, matters over time; people's data."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.errors import DomainError, Invalid
from core.moments import read_moment
from estate.actions import reveal, save_person
from estate.models import HouseholdMember, Person, PersonPhone, Unit
from estate.permissions import can_keep_register, can_read_register
from estate.queries import household_summary, last_edit, names_in, person_stamp
from reception.forms import MoveOutForm, PersonForm, RevealForm
from reception.permissions import can_receive
from reception.queries.household import MOST_CASES, open_matters_of, past
from reception.views.common import show_problem
from records.http import follow, now, redirect_once, user_of
from records.masking import masked_phone
from records.stale import Missed, missed_since


def unit_kept(request: HttpRequest, **known: Any) -> Unit:
    """The unit of a register that the person works with. Raises `Http404`."""
    user = user_of(request)
    rows = Unit.objects.visible_to(user).select_related("project", "building")
    unit = get_object_or_404(rows, **known)
    if not can_read_register(user, unit.project_id):
        raise Http404
    return unit


def _person(request: HttpRequest, pk: int) -> Person:
    user = user_of(request)
    person = get_object_or_404(Person.objects.visible_to(user).select_related("project"), pk=pk)
    if not can_read_register(user, person.project_id):
        raise Http404
    return person


def keeper(request: HttpRequest, project_id: int) -> User:
    """Whoever asks, where they may change the project's register. Raises `Http404`."""
    user = user_of(request)
    if not can_keep_register(user, project_id):
        raise Http404
    return user


@login_required
@require_GET
def unit_page(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Everybody and everything that belongs to a unit, and all that happened there."""
    unit = unit_kept(request, project__code=code, number=number)
    follow(request, unit.project)
    user = user_of(request)
    home = household_summary(unit)
    before = read_moment(request.GET.get("before", ""))
    moments = past(unit, user, home, before=before)
    matters = [moment.matter for moment in moments if moment.matter is not None]
    shown = {
        "unit": unit,
        "home": home,
        "matters": open_matters_of(unit, user),
        "moments": moments,
        "before": before,
        "older": min(m.case.opened_at for m in matters).isoformat() if len(matters) == MOST_CASES else "",
        "may_keep": can_keep_register(user, unit.project_id),
        "may_receive": can_receive(user, unit.project_id),
        "move_out_form": MoveOutForm(initial={"on": timezone.localdate()}, auto_id="out_%s"),
        "living": names_in(home.households),
        "now": now(),
    }
    return render(request, "reception/unit.html", shown)


@login_required
@require_POST
def reveal_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a phone or ID number in clear where the masked one stood; the reason is written down."""
    person = _person(request, pk)
    form = RevealForm(request.POST)
    wrong = not form.is_valid()
    if "field" in form.errors or "phone" in form.errors:
        raise Invalid(_("This form is broken. Open the page again."))
    data = form.cleaned_data
    phone = None
    if data["field"] == "phone" and data["phone"]:
        phone = get_object_or_404(PersonPhone, pk=data["phone"], person=person)
    if wrong:
        return _ask_again(request, form, person, phone)
    number = reveal(
        person=person, field=data["field"], phone=phone, reason=data["reason"], by=user_of(request), at=now()
    )
    return render(request, "reception/number_shown.html", {"number": number, "field": data["field"]})


def _ask_again(request: HttpRequest, form: RevealForm, person: Person, phone: PersonPhone | None) -> HttpResponse:
    """What is wrong with the reason, beside it, with the words as they were typed: in its place, or as a page."""
    if not getattr(request, "htmx", False):
        shown = {"form": form, "title": _("Show the number"), "submit": _("Show the number")}
        return render(
            request, "reception/register_form.html", shown | {"cancel_url": _back(request, person)}, status=422
        )
    shown = {"why": form, "person": person, "phone": phone, "field": form.cleaned_data["field"]}
    shown["shown"] = masked_phone(phone.number) if phone else "****"
    return render(request, "reception/reveal.html", shown, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's name, phones and wishes."""
    person = _person(request, pk)
    user = keeper(request, person.project_id)
    back = _back(request, person)
    known = dict(person.phones.filter(ended_at=None).values_list("pk", "number"))
    stored = _stored(person, known)
    form = PersonForm(request.POST or None, initial=stored, known=known)
    if request.method == "POST" and form.is_valid():
        at = now()
        try:
            return redirect_once(request, at, partial(_keep_person, request, person, form.cleaned_data, user, at, back))
        except DomainError as error:
            show_problem(form, error)
    stale = _missed(request, form, person) if form.errors else None
    shown = {
        "form": form,
        "title": person.name,
        "submit": _("Save"),
        "cancel_url": back,
        "stale": stale,
        "draft_form": "person",
        "draft_page": request.get_full_path(),
    }
    return render(request, "reception/register_form.html", shown, status=422 if form.errors else 200)


def _stored(person: Person, known: dict[int, str]) -> dict[str, str]:
    return {
        "name": person.name,
        "phones": "\n".join(masked_phone(number) for number in known.values()),
        "shown": ",".join(map(str, known)),
        "preferences": person.preferences,
        "stamp": person_stamp(person),
    }


def _keep_person(
    request: HttpRequest, person: Person, data: dict[str, Any], user: User, at: datetime, back: str
) -> str:
    save_person(
        project=person.project,
        person=person,
        values={"name": data["name"], "preferences": data["preferences"]},
        phones=data["phones"],
        reviewed=data["reviewed"],
        expected=data["stamp"],
        by=user,
        at=at,
    )
    messages.success(request, _("Saved: %(name)s.") % {"name": data["name"]})
    return back


def _missed(request: HttpRequest, form: PersonForm, person: Person) -> Missed | None:
    """What was typed beside what somebody else saved meanwhile, if so; pressed again, the form takes its place."""
    person.refresh_from_db()
    known = dict(person.phones.filter(ended_at=None).values_list("pk", "number"))
    stands = _stored(person, known)
    shown = {name: stands[name] for name in ("name", "phones", "preferences")}
    return missed_since(form, request.POST, stands=shown, stamp=stands["stamp"], last_edit=partial(last_edit, person))


def _back(request: HttpRequest, person: Person) -> str:
    """The home from whose page somebody came, else the person's own."""
    places = HouseholdMember.objects.current().filter(person=person).select_related("household__unit__project")
    asked = request.GET.get("unit", "")
    units = [place.household.unit for place in places]
    unit = next((u for u in units if u.number == asked), next(iter(units), None))
    return reverse("unit", args=[unit.project.code, unit.number]) if unit else reverse("search")
