"""Receipts looked for, statements of a project, the end of a month, and the statement of one household."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from billing.actions.dayclose import close_books
from billing.closing_forms import SpanForm
from billing.permissions import (
    BILLERS,
    can_close_month,
    can_read_household_money,
    can_read_statements,
    can_take_payment,
)
from billing.queries.account import HouseholdAccount, account_of
from billing.queries.receipts import Sought, cashiers_of, find_receipts
from billing.queries.statements import month_end, statement_of
from billing.queries.till import payer_of
from billing.rules.statements import Asked
from billing.spans import day_of
from billing.states import Column, Spell
from billing.taking_out import EXPORT, FORMATS, export_account, export_statement, print_account
from core.errors import DomainError, NotAllowed
from core.numbers import whole_number
from estate.models import Household, Unit
from records.exports import needs_second_person
from records.http import follow, now, project_of, redirect_once, user_of
from records.views_exports import as_file, ask_first

LONGEST = 60


@login_required
@require_GET
def receipts(request: HttpRequest) -> HttpResponse:
    """Find a receipt by number, room, amount, day or cashier, and print it again."""
    user, project = user_of(request), project_of(request)
    if not can_read_household_money(user, project):
        raise NotAllowed(_("Your role does not read what households paid."))
    today = now().astimezone(project.tz).date()
    sought = Sought(
        q=request.GET.get("q", "").strip()[:LONGEST].replace("\x00", ""),
        day=day_of(request, "day"),
        cashier=whole_number(request.GET.get("cashier", "")),
        before=whole_number(request.GET.get("before", "")),
    )
    page = find_receipts(project, user, sought, year=today.year)
    asked = {"q": sought.q, "day": sought.day or "", "cashier": sought.cashier or ""}
    here = {name: value for name, value in asked.items() if value}
    context = {
        "page": page,
        "sought": sought,
        "today": today,
        "cashiers": cashiers_of(project),
        "may_print": user.has_role(project.pk, *BILLERS),
        "next_url": f"?{urlencode({**here, 'before': page.next})}" if page.next else "",
        "may_take": can_take_payment(user, project),
    }
    return render(request, "billing/receipts.html", context)


def _reader(request: HttpRequest) -> Project:
    project = project_of(request)
    if not can_read_statements(user_of(request), project):
        raise NotAllowed(_("Only cashiers, supervisors and the general manager read statements."))
    return project


def _asked(request: HttpRequest, today: date) -> Asked:
    spell = Spell.MONTH if request.GET.get("spell") == Spell.MONTH else Spell.DAY
    return Asked(spell, min(day_of(request, "on") or today, today))


@login_required
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """What came in and what is owed, by charge item: of a day or a month."""
    return _show_statement(request, _reader(request))


def _show_statement(
    request: HttpRequest, project: Project, asked: Asked | None = None, status: int = 200
) -> HttpResponse:
    user, today = user_of(request), now().astimezone(project.tz).date()
    asked = asked or _asked(request, today)
    context = {
        "asked": asked,
        "today": today,
        "statement": statement_of(project, asked),
        "columns": [Column(name).label for name in Column.values],
        "month": month_end(project, asked, today=today),
        "may_close": can_close_month(user, project),
        "spells": [(Spell(value), label, value == asked.spell) for value, label in Spell.choices],
        "next": asked.after if asked.period.end < today else None,
    }
    return render(request, "billing/statements.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def statement_export(request: HttpRequest, kind: str) -> HttpResponse:
    """A statement as a file; a long one once a second person has approved."""
    if kind not in FORMATS:
        raise Http404
    at, project = now(), _reader(request)
    asked = _asked(request, at.astimezone(project.tz).date())
    statement = statement_of(project, asked)
    back = f"{reverse('statements')}?{urlencode({'spell': str(asked.spell), 'on': asked.on.isoformat()})}"
    url = request.build_absolute_uri(back)
    if needs_second_person(project, statement.count):
        wanted = {"spell": str(asked.spell), "on": asked.on.isoformat(), "kind": kind, "url": url}
        return ask_first(request, project=project, export=EXPORT, asked=wanted, rows=statement.count, back=back, at=at)
    return as_file(export_statement(statement, kind=kind, url=url, by=user_of(request), at=at))


@login_required
@require_POST
def month_close(request: HttpRequest) -> HttpResponse:
    """Close a month once every day of it is closed."""
    at, project = now(), _reader(request)
    today = at.astimezone(project.tz).date()
    raw = request.POST.get("month", "")[:10]
    try:
        asked = Asked(Spell.MONTH, date.fromisoformat(raw))
    except ValueError:
        asked = Asked(Spell.MONTH, today)

    def act() -> str:
        despite = request.POST.get("despite", "")
        close_books(project=project, month=asked.on, despite=despite, by=user_of(request), at=at)
        messages.success(request, _("The month is closed: nothing is booked into it any more."))
        return f"{reverse('statements')}?{urlencode({'spell': 'month', 'on': asked.on.isoformat()})}"

    try:
        return redirect_once(request, at, act)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return _show_statement(request, project, asked, status=error.status)


def _household(request: HttpRequest, pk: int) -> Household:
    """The household, for whoever reads what it owes. Raises `Http404` for one that cannot be seen."""
    user = user_of(request)
    rows = Household.objects.filter(unit__in=Unit.objects.visible_to(user)).select_related("project", "unit")
    household = get_object_or_404(rows, pk=pk)
    if not can_read_household_money(user, household.project):
        raise NotAllowed(_("Your role does not read what households owe."))
    follow(request, household.project)
    return household


def _account(request: HttpRequest, household: Household) -> tuple[HouseholdAccount, SpanForm]:
    """The statement for the days that were asked for; a year up to today unless they are readable."""
    today = now().astimezone(household.project.tz).date()
    usual = {"since": today.replace(year=today.year - 1, day=1), "until": today}
    form = SpanForm(request.GET if "until" in request.GET else None, initial=usual)
    given = form.cleaned_data if form.is_bound and form.is_valid() else usual
    return account_of(household, given["since"], given["until"]), form


@login_required
@require_GET
def household_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's bills and payments, and what it owes as of a day."""
    household = _household(request, pk)
    account, form = _account(request, household)
    context = {
        "account": account,
        "form": form,
        "payer": payer_of(household),
        "paper": urlencode({"since": account.since.isoformat(), "until": account.until.isoformat()}),
        "may_take": can_take_payment(user_of(request), household.project),
    }
    return render(request, "billing/account.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def household_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's statement on paper."""
    household = _household(request, pk)
    account, _form = _account(request, household)
    url = request.build_absolute_uri(reverse("household_statement", args=[pk]))
    return as_file(print_account(account, url=url, by=user_of(request), at=now()))


@login_required
@require_POST
def household_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's statement as a workbook."""
    household = _household(request, pk)
    account, _form = _account(request, household)
    return as_file(export_account(account, by=user_of(request), at=now()))
