"""Readings (抄表): rooms in order, type, Enter, next; what is doubted is asked about and everything else kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Project
from billing.actions.meters import Changed, change_meter, hang_in_every_unit, hang_meter, take_readings
from billing.meter_forms import ChangeMeterForm, ChooseForm, MeterForm, ReadingForm
from billing.models import Meter
from billing.permissions import can_read_meters, require_money_reader
from billing.queries.reading_pages import PER_PAGE, Row, buildings_of, meters_of, readings_of, rows_of
from billing.queries.run_pages import items_to_bill
from billing.states import Doubt, MeterKind
from cases.steps import Attempt, answer, put_errors, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from estate.models import Unit
from records.http import follow, now, project_of, user_of


@dataclass
class Line:
    """A row of the page: the meter, its form, and what is asked about what was typed."""

    row: Row
    form: ReadingForm
    doubt: Doubt | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it is to be looked at again."""
        return self.doubt is not None or bool(self.form.errors)


@login_required
@require_http_methods(["GET", "POST"])
def readings(request: HttpRequest) -> HttpResponse:
    """The meters of a kind in the order of the rooms, with their last values; what is typed is kept at once."""
    user, project, at = user_of(request), project_of(request), now()
    require_money_reader(user, project)
    choose = chosen_of(request, project, at)
    if not choose.is_valid():
        return _page(request, project, choose, [], status=422)
    chosen = choose.cleaned_data
    page = page_of(request)
    start = (page - 1) * PER_PAGE
    meters = list(
        meters_of(user, project, kind=chosen["kind"], building=chosen["building"])[start : start + PER_PAGE + 1]
    )
    more, meters = len(meters) > PER_PAGE, meters[:PER_PAGE]
    posted = request.POST if request.method == "POST" else None
    lines = [_line(row, posted) for row in rows_of(meters, chosen["day"])]
    pages: dict[str, Any] = {
        "previous_url": _address(choose, page - 1) if page > 1 else "",
        "next_url": _address(choose, page + 1) if more else "",
    }
    if posted is None:
        return _page(request, project, choose, lines, **pages)
    if not can_read_meters(user, project):
        raise NotAllowed(_("Only cashiers and supervisors take readings down."))
    return _take(request, project, choose, lines, at, pages)


def page_of(request: HttpRequest) -> int:
    """Which page of a list the address asks for, from 1 on."""
    return whole_number(request.GET.get("page", ""), digits=5) or 1


def chosen_of(request: HttpRequest, project: Project, at: datetime) -> ChooseForm:
    """What the address says; water and today where it says nothing."""
    given = QueryDict(mutable=True)
    given.update({"kind": MeterKind.WATER, "day": f"{at.astimezone(project.tz):%Y-%m-%d}"})
    for name in ("kind", "building", "day"):
        if request.GET.get(name):
            given[name] = request.GET[name]
    return ChooseForm(given, buildings=buildings_of(project))


def _address(choose: ChooseForm, page: int = 1) -> str:
    chosen = choose.cleaned_data
    asked: dict[str, Any] = {"kind": chosen["kind"], "day": f"{chosen['day']:%Y-%m-%d}"}
    if chosen["building"] is not None:
        asked["building"] = chosen["building"].pk
    return f"{reverse('readings')}?{urlencode(asked | ({'page': page} if page > 1 else {}))}"


def _line(row: Row, posted: QueryDict | None) -> Line:
    words = _("Reading of %(place)s") % {"place": row.place}
    return Line(row, ReadingForm(posted, meter=row.meter.pk, words=words))


def _take(
    request: HttpRequest,
    project: Project,
    choose: ChooseForm,
    lines: list[Line],
    at: datetime,
    pages: dict[str, Any],
) -> HttpResponse:
    """Keep what is plain, ask about the rest with everything typed still there."""
    fine = [line.form.typed for line in lines if line.form.is_valid()]
    typed = [one for one in fine if one is not None]
    day = choose.cleaned_data["day"]
    try:
        asked = take_readings(project=project, day=day, typed=typed, by=user_of(request), at=at)
    except Invalid as error:
        put_errors(choose, error)
        return _page(request, project, choose, lines, status=422, **pages)
    rows = {row.meter.pk: row for row in rows_of([line.row.meter for line in lines], day)}
    for line in lines:
        line.row = rows[line.row.meter.pk]
        doubted = asked.get(line.row.meter.pk)
        if doubted is not None:
            line.doubt = doubted.doubt
            line.form.ask(doubted)
    kept = len(typed) - len(asked)
    if kept:
        words = ngettext("%(count)s reading is kept.", "%(count)s readings are kept.", kept)
        messages.success(request, words % {"count": kept})
    if any(line.is_wrong for line in lines):
        return _page(request, project, choose, lines, status=422, **pages)
    return HttpResponseRedirect(
        pages["next_url"] if typed and pages["next_url"] else _address(choose, page_of(request))
    )


def _page(
    request: HttpRequest, project: Project, choose: ChooseForm, lines: list[Line], *, status: int = 200, **pages: Any
) -> HttpResponse:
    context = {
        "choose": choose,
        "lines": lines,
        "wrong": [line for line in lines if line.is_wrong],
        "may_read": can_read_meters(user_of(request), project),
        "here": request.get_full_path(),
        "chosen": urlencode({name: choose[name].value() or "" for name in choose.fields}),
        **pages,
    }
    return render(request, "billing/readings.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def new_meters(request: HttpRequest) -> HttpResponse:
    """Note down a meter, or give every room one that has none of the kind."""
    user, project, at = user_of(request), project_of(request), now()
    if not can_read_meters(user, project):
        raise NotAllowed(_("Only cashiers and supervisors take readings down."))
    given: dict[str, Any] = {"items": items_to_bill(user, project), "buildings": buildings_of(project)}
    if request.method == "GET":
        return _meter_page(request, MeterForm(**given))

    def act(project: Project, form: MeterForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        messages.success(request, _hang(request, project, form, at))
        return f"{reverse('readings')}?{urlencode({'kind': form.cleaned_data['kind']})}"

    step = Attempt("new", find=lambda: project, form=lambda _project: MeterForm(request.POST, **given), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _meter_page(request, tried.form, status=422))


def _hang(request: HttpRequest, project: Project, form: MeterForm, at: datetime) -> str:
    user, chosen = user_of(request), form.cleaned_data
    if chosen["every"]:
        count = hang_in_every_unit(project=project, hung=form.hung, building=chosen["building"], by=user, at=at)
        return ngettext("%(count)s room was given a meter.", "%(count)s rooms were given a meter.", count) % {
            "count": count
        }
    unit = None
    if chosen["unit"].strip():
        unit = Unit.objects.visible_to(user).filter(project=project, number=chosen["unit"].strip()).first()
        if unit is None:
            raise Invalid(_("There is no such room."), fields={"unit": _("No such room.")})
    hang_meter(
        project=project,
        hung=form.hung,
        unit=unit,
        place=chosen["place"],
        number=chosen["number"],
        first=form.first,
        by=user,
        at=at,
    )
    return _("The meter is noted down.")


@login_required
@require_http_methods(["GET", "POST"])
def meter(request: HttpRequest, pk: int) -> HttpResponse:
    """A meter with its readings; whoever takes readings down puts right what is known of it."""
    user, at = user_of(request), now()
    rows = Meter.objects.visible_to(user).select_related("project", "unit__project", "item")
    found = get_object_or_404(rows, pk=pk)
    follow(request, found.project)
    items = items_to_bill(user, found.project)
    if request.method == "GET":
        return _show_meter(request, found, ChangeMeterForm(initial=model_to_dict(found), items=items))
    if not can_read_meters(user, found.project):
        raise NotAllowed(_("Only cashiers and supervisors take readings down."))

    def act(found: Meter, form: ChangeMeterForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        change_meter(meter=found, changed=Changed(**form.cleaned_data), by=user, at=at)
        messages.success(request, _("The meter is changed."))
        return reverse("meter", args=[pk])

    def form_of(_found: Meter) -> ChangeMeterForm:
        return ChangeMeterForm(request.POST, items=items)

    step = Attempt("change", find=lambda: found, form=form_of, act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show_meter(request, found, tried.form, 422))


def _show_meter(request: HttpRequest, found: Meter, form: ChangeMeterForm | None, status: int = 200) -> HttpResponse:
    context = {
        "meter": found,
        "form": form,
        "readings": readings_of(found),
        "may_read": can_read_meters(user_of(request), found.project),
    }
    return render(request, "billing/meter.html", context, status=status)


def _meter_page(request: HttpRequest, form: MeterForm | None, status: int = 200) -> HttpResponse:
    return render(request, "billing/meter_new.html", {"form": form}, status=status)
