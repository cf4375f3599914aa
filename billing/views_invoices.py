"""Tax invoices: the register, one of them with its red letter, a new one, and the register as a workbook."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Project
from billing.actions.invoicing import register_invoice, register_red
from billing.invoice_forms import InvoiceForm, NumberForm
from billing.models import Receipt, TaxInvoice
from billing.permissions import can_read_statements, can_register_invoice, require_money_reader
from billing.queries.invoices import SoughtInvoices, invoiced, list_invoices, owing_red, red_count, seek, with_receipts
from billing.spans import day_of
from billing.taking_out_invoices import EXPORT, as_asked, export_invoices, require_taking_out
from cases.steps import Attempt, Tried, answer, take
from core.errors import Invalid, NotAllowed
from core.numbers import whole_number
from records.exports import needs_second_person
from records.http import follow, now, project_of, user_of
from records.views_exports import as_file, ask_first

LONGEST = 60


def _sought(request: HttpRequest) -> SoughtInvoices:
    month = day_of(request, "month")
    return SoughtInvoices(
        q=request.GET.get("q", "").strip()[:LONGEST].replace("\x00", ""),
        month=month.replace(day=1) if month else None,
        red=request.GET.get("show") == "red",
    )


def _as_query(sought: SoughtInvoices) -> dict[str, str]:
    month = f"{sought.month:%Y-%m}" if sought.month else ""
    asked = {"q": sought.q, "month": month, "show": "red" if sought.red else ""}
    return {name: value for name, value in asked.items() if value}


@login_required
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """The register, newest first: found by number, title, room or receipt, and by month."""
    user, project = user_of(request), project_of(request)
    require_money_reader(user, project)
    sought = _sought(request)
    page = list_invoices(project, user, sought, before=whole_number(request.GET.get("before", "")))
    here = _as_query(sought)
    context = {
        "page": page,
        "sought": sought,
        "red_count": red_count(project, user),
        "may_register": can_register_invoice(user, project),
        "export_url": f"{reverse('invoices_export')}?{urlencode(here)}" if can_read_statements(user, project) else "",
        "next_url": f"?{urlencode({**here, 'before': page.next})}" if page.next else "",
    }
    return render(request, "billing/invoices.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def invoices_export(request: HttpRequest) -> HttpResponse:
    """The register as a workbook; a long one once a second person has approved."""
    at, user, project, sought = now(), user_of(request), project_of(request), _sought(request)
    require_taking_out(user, project)
    rows = seek(project, user, sought).count()
    if needs_second_person(project, rows):
        back = f"{reverse('invoices')}?{urlencode(_as_query(sought))}"
        return ask_first(request, project=project, export=EXPORT, asked=as_asked(sought), rows=rows, back=back, at=at)
    return as_file(export_invoices(project=project, sought=sought, by=user, at=at))


@login_required
@require_http_methods(["GET", "POST"])
def invoice_new(request: HttpRequest) -> HttpResponse:
    """Register an invoice; `?receipt=` names the receipt that it is for."""
    at, user, project = now(), user_of(request), project_of(request)
    if not can_register_invoice(user, project):
        raise NotAllowed(_("Only cashiers and supervisors register invoices."))
    if request.method == "GET":
        return _show_new(request, project, at)
    step = Attempt(
        "invoice",
        find=lambda: project,
        form=lambda project: InvoiceForm(request.POST, project=project, user=user),
        act=lambda project, form: _register(request, project, form, at),
    )
    return answer(request, take(request, step, at=at), lambda tried: _show_new(request, project, at, tried))


def _show_new(
    request: HttpRequest, project: Project, at: datetime, tried: Tried[InvoiceForm] | None = None
) -> HttpResponse:
    user = user_of(request)
    usual = {"day": at.astimezone(project.tz).date(), **_of_receipt(request, project)}
    form = tried.form if tried and tried.form is not None else InvoiceForm(initial=usual, project=project, user=user)
    return render(request, "billing/invoice_new.html", {"form": form}, status=tried.status if tried else 200)


def _of_receipt(request: HttpRequest, project: Project) -> dict[str, object]:
    """What the receipt that the address names puts into the form; nothing for one that is not there."""
    number = request.GET.get("receipt", "")[:60].replace("\x00", "")
    rows = Receipt.objects.visible_to(user_of(request)).filter(payment__project=project, number=number)
    found = rows.select_related("payment").first()
    if found is None:
        return {}
    left = found.payment.amount - invoiced(found)
    return {"receipts": found.number, "title": found.payment.payer, "amount": left or None}


def _register(request: HttpRequest, project: Project, form: InvoiceForm | None, at: datetime) -> str:
    if form is None:
        raise Invalid(_("This form is broken. Open the page again."))
    receipts = form.cleaned_data["receipts"]
    made = register_invoice(project=project, receipts=receipts, new=form.new(), by=user_of(request), at=at)
    messages.success(request, _("Registered: %(number)s.") % {"number": made})
    return reverse("invoice", args=[made.pk])


def _invoice(request: HttpRequest, pk: int) -> TaxInvoice:
    rows = with_receipts(TaxInvoice.objects.visible_to(user_of(request))).select_related("project")
    found = get_object_or_404(rows, pk=pk)
    follow(request, found.project)
    return found


@login_required
@require_GET
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice: whom it is made out to, its receipts, and its red letter."""
    return _show(request, _invoice(request, pk), now())


def _show(
    request: HttpRequest, found: TaxInvoice, at: datetime, tried: Tried[NumberForm] | None = None
) -> HttpResponse:
    usual = {"day": at.astimezone(found.project.tz).date()}
    context = {
        "invoice": found,
        "lines": list(found.lines.all()),
        "red": getattr(found, "red", None),
        "owes_red": bool(owing_red(found.project, [found])),
        "may_redden": found.stands and can_register_invoice(user_of(request), found.project),
        "form": tried.form if tried and tried.form is not None else NumberForm(initial=usual),
        "opened": tried is not None,
    }
    return render(request, "billing/invoice.html", context, status=tried.status if tried else 200)


@login_required
@require_POST
def invoice_red(request: HttpRequest, pk: int) -> HttpResponse:
    """Register the red-letter invoice that takes one back."""
    at, found = now(), _invoice(request, pk)

    def act(found: TaxInvoice, form: NumberForm | None) -> str:
        if form is None:
            raise Invalid(_("This form is broken. Open the page again."))
        made = register_red(invoice=found, by=user_of(request), at=at, **form.cleaned_data)
        messages.success(request, _("Registered: %(number)s.") % {"number": made})
        return reverse("invoice", args=[found.pk])

    step = Attempt("red", find=lambda: found, form=lambda _found: NumberForm(request.POST), act=act)
    return answer(request, take(request, step, at=at), lambda tried: _show(request, found, at, tried))
