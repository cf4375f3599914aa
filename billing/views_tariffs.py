"""The prices of a project: published with a worked example, and changed from a day on."""

from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Project
from billing.actions.tariffs import DAY, add_price, set_price
from billing.models import Tariff
from billing.permissions import can_read_prices, can_set_prices
from billing.queries.tariffs import Example, bearer_of, billed_until, example_of, following, published, state_of
from billing.rules.periods import month_of
from billing.states import Rhythm, TariffState
from billing.tariff_forms import NewPriceForm, PriceForm
from billing.wording import number_words, price_words
from cases.steps import put_errors
from core.errors import DomainError, NotAllowed
from records.http import follow, now, project_of, redirect_once, user_of


def _today(project: Project) -> date:
    return now().astimezone(project.tz).date()


@login_required
@require_GET
def tariffs(request: HttpRequest) -> HttpResponse:
    """Every charge of the project with its prices: in force, to come, and before."""
    user, project = user_of(request), project_of(request)
    if not can_read_prices(user, project):
        raise Http404
    context = {
        "charges": published(project, user, today=_today(project)),
        "may_set": can_set_prices(user, project),
    }
    return render(request, "billing/tariffs.html", context)


def _setter(request: HttpRequest, project: Project) -> None:
    user = user_of(request)
    if not can_read_prices(user, project):
        raise Http404
    if not can_set_prices(user, project):
        raise NotAllowed(_("Only a supervisor, a general manager or an administrator may set prices."))


@login_required
@require_http_methods(["GET", "POST"])
def new_tariff(request: HttpRequest) -> HttpResponse:
    """Publish the price of a charge."""
    project, at = project_of(request), now()
    _setter(request, project)
    if request.method == "GET":
        return _page(request, NewPriceForm(initial={"starts_on": _today(project)}), project)
    form = NewPriceForm(request.POST)
    if not form.is_valid() or request.POST.get("act") == "example":
        return _page(request, form, project, drafted=_drafted(form, project))

    def act() -> str:
        given = {name: form.cleaned_data[name] for name in ("name", "rhythm", "period_months", "reason")}
        add_price(project=project, price=form.price(), by=user_of(request), at=at, **given)
        messages.success(request, _("The price is published."))
        return reverse("tariffs")

    return _done(request, form, project, at, act)


@login_required
@require_http_methods(["GET", "POST"])
def change_tariff(request: HttpRequest, pk: int) -> HttpResponse:
    """Set another price from a day on; the example shows what it comes to before anything is kept."""
    user, at = user_of(request), now()
    tariff = get_object_or_404(Tariff.objects.visible_to(user).select_related("item", "project"), pk=pk)
    follow(request, tariff.project)
    _setter(request, tariff.project)
    if state_of(tariff, _today(tariff.project)) == TariffState.OVER:
        return _page(request, PriceForm(), tariff.project, tariff=tariff, over=True)
    if request.method == "GET":
        return _page(request, PriceForm(initial=_initial(tariff)), tariff.project, tariff=tariff)
    form = PriceForm(request.POST)
    if not form.is_valid() or request.POST.get("act") == "example":
        return _page(request, form, tariff.project, tariff=tariff, drafted=_drafted(form, tariff.project, tariff))

    def act() -> str:
        set_price(tariff=tariff, price=form.price(), reason=form.cleaned_data["reason"], by=user, at=at)
        messages.success(request, _("The new price is published; the old one ends the day before."))
        return reverse("tariffs")

    return _done(request, form, tariff.project, at, act, tariff)


def _done(
    request: HttpRequest,
    form: PriceForm,
    project: Project,
    at: datetime,
    act: Callable[[], str],
    tariff: Tariff | None = None,
) -> HttpResponse:
    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        put_errors(form, error)
        return _page(request, form, project, tariff=tariff)


def _initial(tariff: Tariff) -> dict[str, object]:
    """What is in force, from the first day on which something else can be."""
    billed = billed_until(tariff)
    first = max(tariff.starts_on, billed or tariff.starts_on) + DAY
    given = {name: getattr(tariff, name) for name in ("basis", "fixed_amount", "formula")}
    given["unit_price"] = number_words(tariff.unit_price)
    return given | {"starts_on": max(first, month_of(now().astimezone(tariff.project.tz).date()).end + DAY)}


def _drafted(form: PriceForm, project: Project, tariff: Tariff | None = None) -> Example | None:
    """The typed price worked out; None for a form that cannot be read."""
    if not form.is_valid():
        return None
    price = form.price()
    drafted = Tariff(
        project=project,
        basis=price.basis,
        formula=price.formula,
        unit_price=price.unit_price,
        fixed_amount=price.fixed_amount,
        rhythm=tariff.rhythm if tariff else form.cleaned_data.get("rhythm", Rhythm.RECURRING),
        starts_on=month_of(price.starts_on).start,
    )
    return example_of(drafted, bearer_of(tariff) if tariff else None, price.starts_on)


def _page(
    request: HttpRequest,
    form: PriceForm,
    project: Project,
    *,
    tariff: Tariff | None = None,
    drafted: Example | None = None,
    over: bool = False,
) -> HttpResponse:
    """The form; beside it what the price in force comes to, and what the typed one would. None where it is `over`."""
    context = {
        "form": form,
        "tariff": tariff,
        "words": price_words(tariff) if tariff else "",
        "current": example_of(tariff, bearer_of(tariff), _today(project)) if tariff else None,
        "drafted": drafted,
        "over": over,
        "after": following(tariff) if tariff and over else None,
    }
    refused = 409 if over and request.method == "POST" else 422 if form.errors else 200
    return render(request, "billing/tariff_form.html", context, status=refused)
