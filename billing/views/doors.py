"""Collecting at the door (上门收费): the list, taking it down, one visit with its steps, the paper that is carried."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from billing.actions import doors as acts
from billing.door_forms import AskForm, CancelForm, CollectForm, ConfirmForm, MissForm, PrepareForm
from billing.models import Bill, DoorVisit
from billing.permissions import (
    can_arrange_door,
    can_collect_at_door,
    can_prepare_receipt,
    can_read_household_money,
    can_receive_door_cash,
    can_report_missed,
    can_take_payment,
)
from billing.queries.doors import PAGE, DoorPage, collectors_of, door_page, rows_of, visits_of
from billing.queries.till import till_of
from billing.states import DOOR_TRANSITIONS
from billing.views.till import till_url
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from core.transitions import allowed
from estate.models import Unit
from estate.permissions import can_reveal
from records.http import follow, now, project_of, user_of
from records.papers import FONTS
from records.serving import serve
from records.twice import Money

SHOWS = (("", _("To do")), ("mine", _("Mine")), ("all", _("All of them")))


# --- the list --------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def doors(request: HttpRequest) -> HttpResponse:
    """The visits of the project: what is to be done, one's own, or all; overdue money first."""
    user, project, at = user_of(request), project_of(request), now()
    if not can_read_household_money(user, project):
        raise NotAllowed(_("This page is for who works with the project's money."))
    show = request.GET.get("show", "")
    show = show if show in dict(SHOWS) else ""
    today = at.astimezone(project.tz).date()
    page = Paginator(visits_of(project, user, show=show, today=today), PAGE).get_page(request.GET.get("page"))
    address = f"{reverse('doors')}?show={show}&page="
    context = {
        "views": [(label, f"{reverse('doors')}?show={key}" if key else reverse("doors"), key == show)
                  for key, label in SHOWS],
        "rows": rows_of(list(page.object_list), at),
        "show": show,
        "count": page.paginator.count,
        "previous_url": f"{address}{page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"{address}{page.next_page_number()}" if page.has_next() else "",
        "may_receive": can_receive_door_cash(user, project),
        "may_take": can_take_payment(user, project),
    }  # fmt: skip
    return render(request, "billing/doors.html", context)


# --- taking it down --------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def door_new(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Note down which bills of a home are to be collected at its door, when and by whom; go on to the visit."""
    at, user = now(), user_of(request)
    unit = get_object_or_404(Unit.objects.visible_to(user).select_related("project"), project__code=code, number=number)
    if not can_arrange_door(user, unit.project):
        raise NotAllowed(_("Only cashiers, the front desk and supervisors arrange to collect at the door."))
    follow(request, unit.project)
    if request.method == "GET":
        return _show_new(request, unit, at)

    def act(unit: Unit, form: AskForm | None) -> str:
        if form is None:
            raise Invalid(gettext("This form is broken. Open the page again."))
        given = {"payer": form.cleaned_data["payer"], "note": form.cleaned_data["note"]}
        visit = acts.ask_for_visit(
            unit=unit, bills=form.bills, collector=form.chosen, window=form.window, by=user, at=at, **given
        )
        messages.success(request, gettext("Noted down. Confirm it by phone before somebody goes."))
        return reverse("door", args=[visit.number])

    step = Attempt("ask", find=lambda: unit, form=lambda unit: _ask_form(request, unit), act=act, money=Money())
    return answer(request, take(request, step, at=at), lambda tried: _show_new(request, unit, at, tried))


def _ask_form(request: HttpRequest, unit: Unit) -> AskForm:
    """What was typed, with the bills whose boxes were ticked as they stand now."""
    numbers = {number[:30] for number in request.POST.getlist("bills")}
    bills = Bill.objects.visible_to(user_of(request)).filter(unit=unit, number__in=numbers)
    return AskForm(request.POST, collectors=collectors_of(unit.project), bills=list(bills))


def _show_new(request: HttpRequest, unit: Unit, at: datetime, tried: Tried[AskForm] | None = None) -> HttpResponse:
    zone = unit.project.tz
    raw = request.POST.get("household", "") or request.GET.get("household", "")
    ticked = set(request.POST.getlist("bills")) if tried else None
    till = till_of(unit, today=at.astimezone(zone).date(), asked=whole_number(raw), ticked=ticked)
    usual = _usual_window(at.astimezone(zone)) | {"payer": till.payer, "collector": str(user_of(request).pk)}
    form = tried.form if tried and tried.form is not None else None
    context = {
        "till": till,
        "form": form or AskForm(initial=usual, collectors=collectors_of(unit.project)),
        "page_url": reverse("door_new", args=[unit.project.code, unit.number]),
        "till_url": till_url(unit) if can_take_payment(user_of(request), unit.project) else "",
    }
    return render(request, "billing/door_new.html", context, status=tried.status if tried else 200)


def _usual_window(local: datetime) -> dict[str, datetime]:
    """Tomorrow between ten and eleven."""
    ten = (local + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    return {"window_start": ten, "window_end": ten + timedelta(hours=1)}


# --- one visit -------------------------------------------------------------------------------------------------------
Act = Callable[[HttpRequest, DoorVisit, dict[str, Any], datetime], object]


@dataclass(frozen=True)
class Step:
    """A verb on the page of a visit: its form, who may, its action, and what is said afterwards."""

    form: type[forms.Form]
    may: Callable[[User, DoorVisit], bool]
    act: Act
    done: str | Promise


def _confirm(request: HttpRequest, visit: DoorVisit, given: dict[str, Any], at: datetime) -> None:
    window = acts.Window(given["window_start"], given["window_end"])
    said = {name: given[name] for name in ("spoke_to", "said", "amount")}
    acts.confirm(visit=visit, window=window, by=user_of(request), at=at, **said)


def _prepare(request: HttpRequest, visit: DoorVisit, given: dict[str, Any], at: datetime) -> None:
    def link(token: str) -> str:
        return request.build_absolute_uri(reverse("receipt_verify", args=[token]))

    acts.prepare(visit=visit, link=link, fonts=FONTS, by=user_of(request), at=at)


def _plain(action: Callable[..., object]) -> Act:
    def act(request: HttpRequest, visit: DoorVisit, given: dict[str, Any], at: datetime) -> None:
        action(visit=visit, by=user_of(request), at=at, **given)

    return act


STEPS: dict[str, Step] = {
    "confirm": Step(
        ConfirmForm,
        lambda user, visit: can_arrange_door(user, visit.project),
        _confirm,
        _("Confirmed. The amount is fixed."),
    ),
    "prepare": Step(
        PrepareForm,
        lambda user, visit: can_prepare_receipt(user, visit.project),
        _prepare,
        _("Prepared. Print it, and take it along."),
    ),
    "collect": Step(CollectForm, can_collect_at_door, _plain(acts.collect), _("Collected. The receipt stands.")),
    "miss": Step(MissForm, can_report_missed, _plain(acts.miss), _("Written down. The receipt carried is void.")),
    "cancel": Step(
        CancelForm, lambda user, visit: can_arrange_door(user, visit.project), _plain(acts.cancel), _("Called off.")
    ),
}


def _find(request: HttpRequest, number: str) -> DoorVisit:
    joined = ("project", "unit__project", "household", "collector", "asked_by", "confirmed_by", "ended_by", "person")
    rows = DoorVisit.objects.visible_to(user_of(request)).select_related(*joined, "payment__receipt", "hand_in")
    return get_object_or_404(rows, number=number)


@login_required
@require_GET
def door(request: HttpRequest, number: str) -> HttpResponse:
    """One visit: who, where, when, how much, and what is to be done next."""
    visit = _find(request, number)
    follow(request, visit.project)
    return _show(request, visit)


def _show(request: HttpRequest, visit: DoorVisit, tried: Tried[forms.Form] | None = None) -> HttpResponse:
    user, page = user_of(request), door_page(visit)
    verb = tried.verb if tried else ""
    offered = {
        name: _form(name, page, tried)
        for name, step in STEPS.items()
        if name == verb or (allowed(DOOR_TRANSITIONS, name, visit.state) and step.may(user, visit))
    }
    context = {
        "page": page,
        "forms": offered,
        "opened": verb,
        "may_reveal": can_reveal(user, visit.project_id),
        "may_receive": can_receive_door_cash(user, visit.project) and visit.collector_id != user.pk,
        "may_print": can_prepare_receipt(user, visit.project) or visit.collector_id == user.pk,
        "till_url": till_url(visit.unit) if can_take_payment(user, visit.project) else "",
    }
    return render(request, "billing/door.html", context, status=tried.status if tried else 200)


def _form(verb: str, page: DoorPage, tried: Tried[forms.Form] | None) -> forms.Form:
    if tried is not None and tried.verb == verb and tried.form is not None:
        return tried.form
    visit, initial = page.visit, {}
    if verb == "confirm":
        initial = {
            "spoke_to": visit.payer,
            "window_start": visit.window_start,
            "window_end": visit.window_end,
            "amount": page.owed,
        }
    return STEPS[verb].form(prefix=verb, initial=initial)


@login_required
@require_POST
def door_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step: confirm, prepare, collect, miss or cancel."""
    at, visit, step = now(), _find(request, number), STEPS.get(verb)
    if step is None:
        raise Http404

    def act(visit: DoorVisit, form: forms.Form | None) -> str:
        step.act(request, visit, _given(form), at)
        messages.success(request, str(step.done))
        return reverse("door", args=[number])

    attempt = Attempt(
        verb,
        find=lambda: visit,
        form=lambda _visit: step.form(request.POST, prefix=verb),
        act=act,
        money=Money() if verb == "collect" else None,
    )
    return answer(request, take(request, attempt, at=at), lambda tried: _show(request, _find(request, number), tried))


def _given(form: forms.Form | None) -> dict[str, Any]:
    return dict(form.cleaned_data) if form is not None else {}


@login_required
@require_GET
def door_paper(request: HttpRequest, number: str, receipt: str) -> FileResponse:
    """The paper of a receipt that was prepared for a visit, for its collector and whoever prints receipts."""
    visit, user = _find(request, number), user_of(request)
    if not (can_prepare_receipt(user, visit.project) or visit.collector_id == user.pk):
        raise NotAllowed(_("Only cashiers, supervisors and the collector print this receipt."))
    return serve(get_object_or_404(visit.papers.select_related("file"), number=receipt).file)
