"""Complaints in figures: each opens the list behind it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from complaints.figures import Bar, Figures, Period, asked_period, figures, period_of
from complaints.measures import late_measures
from complaints.permissions import can_read_figures
from complaints.rules import TARGET_RATE
from records.http import now, project_of, user_of

KINDS = {"month": gettext_lazy("Month"), "quarter": gettext_lazy("Quarter"), "year": gettext_lazy("Year")}


@dataclass(frozen=True)
class Chart:
    """A figure by its name, with what to say where nothing was counted."""

    title: str
    bars: list[Bar]
    none: str
    note: str = ""


@login_required
@require_GET
def complaint_figures(request: HttpRequest) -> HttpResponse:
    """Rate, causes, departments, repeats and trend of a period."""
    user, project = user_of(request), project_of(request)
    if not can_read_figures(user, project.pk):
        raise Http404
    at = now()
    today = at.astimezone(project.tz).date()
    period = asked_period(request.GET.get("period", "")[:10], today=today)
    found = figures(user=user, project=project, period=period, at=at)
    context = {
        "found": found,
        "charts": _charts(found),
        "list_url": reverse("complaints"),
        "target": TARGET_RATE,
        "chips": _chips(period),
        "earlier": _address(period_of(period.kind, _before(period))),
        "later": _address(period_of(period.kind, period.end)) if period.end <= today else "",
        "late": late_measures(user, project, at),
        "scale": _scale(found),
    }
    return render(request, "complaints/figures.html", context)


def _before(period: Period) -> date:
    return period.first - timedelta(days=1)


def _address(period: Period) -> str:
    return f"?period={period.key}"


def _chips(period: Period) -> list[tuple[str | Promise, str, bool]]:
    return [(label, _address(period_of(kind, period.last)), kind == period.kind) for kind, label in KINDS.items()]


def _scale(found: Figures) -> int:
    """What the longest bar of the rates stands for, in percent: the target always fits."""
    return int(max([TARGET_RATE, *(rate.percent or 0 for rate in found.quarters)])) + 2


def _charts(found: Figures) -> list[Chart]:
    nothing = _("No complaint in this period.")
    once = _("Nobody complained twice in this period.")
    return [
        Chart(_("By cause"), found.topics, nothing),
        Chart(_("By department"), found.departments, nothing, _("Whoever handles it; before that, whom it is about.")),
        Chart(_("By grade"), found.grades, nothing),
        Chart(
            _("By who is responsible"),
            found.responsible,
            _("Responsibility was not established yet."),
            _("As established; where several are responsible, each counts."),
        ),
        Chart(_("By result"), found.outcomes, nothing),
        Chart(_("Homes that complained again"), found.households, once),
        Chart(_("Places complained of again"), found.places, _("No place was complained of twice in this period.")),
        Chart(_("The same topic from the same home again"), found.causes, once),
    ]
