"""Registering tax invoices against receipts, and the red-letter invoices that take them back.

Source: BIL-10 (发票类工作); 发票管理办法 (in order, truthful).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Receipt, TaxInvoice, TaxInvoiceLine
from billing.permissions import can_register_invoice
from billing.queries.invoices import invoiced
from billing.queries.paper import deposit_of
from billing.rules.allocation import allocate
from billing.rules.exact import LARGEST, NOTHING
from billing.rules.invoices import is_tax_number, wrong_number
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from records.actions import audit

LONGEST_TITLE = 100
MOST_RECEIPTS = 50


@dataclass(frozen=True, kw_only=True)
class NewInvoice:
    """An invoice as it was issued; `amount` in yuan, taxes included. `code` is empty for a fully digital one."""

    code: str = ""
    number: str
    title: str
    tax_number: str = ""
    amount: Decimal
    day: date


@transaction.atomic
def register_invoice(
    *, project: Project, receipts: Sequence[Receipt], new: NewInvoice, by: User, at: datetime
) -> TaxInvoice:
    """Register an invoice against receipts of a project: each bears what is left of it, the oldest first.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: a number, title or amount that is none; no receipt, or one of another project or of a deposit.
        NotNow: the number is registered, a receipt was reversed, or the receipts do not come to so much.
    """
    _require_may(by, project)
    new = replace(new, title=new.title.strip())
    _check(new, project, at)
    locked = _lock(project, receipts)
    left = [(receipt.pk, receipt.payment.amount - invoiced(receipt)) for receipt in locked]
    parts, rest = allocate(new.amount, left)
    if rest:
        words = {"left": f"{sum((amount for _pk, amount in left), NOTHING):.2f}"}
        raise NotNow(_("Of these receipts only ¥%(left)s is left to be invoiced.") % words, code="too_much")
    invoice = _write(project, new, parts, by=by, at=at)
    data = {"amount": str(new.amount)}
    audit(at=at, by=by, project=project, action="invoice.registered", target=str(invoice), data=data)
    return invoice


@transaction.atomic
def register_red(*, invoice: TaxInvoice, code: str, number: str, day: date, by: User, at: datetime) -> TaxInvoice:
    """Register the red-letter invoice (红字发票) of an invoice: all of it is taken back, its receipts are free again.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: a number that is none, or a day before the original's.
        NotNow: it has one already, is one itself, or the number is registered.
    """
    project = invoice.project
    _require_may(by, project)
    original = TaxInvoice.objects.select_for_update(of=("self",), no_key=True).get(pk=invoice.pk)
    if original.original_id is not None:
        raise NotNow(_("A red-letter invoice is not taken back. Register a new invoice instead."))
    if TaxInvoice.objects.filter(original=original).exists():
        raise NotNow(_("The red-letter invoice of this one is registered already."), code="reddened")
    new = NewInvoice(
        code=code,
        number=number,
        title=original.title,
        tax_number=original.tax_number,
        amount=original.amount,
        day=day,
    )
    _check(new, project, at)
    if day < original.day:
        raise Invalid(_("A red-letter invoice is not older than its original."), fields={"day": _("Too early.")})
    parts = dict(original.lines.values_list("receipt", "amount"))
    red = _write(project, new, parts, original=original, by=by, at=at)
    data = {"amount": str(new.amount), "original": str(original)}
    audit(at=at, by=by, project=project, action="invoice.reddened", target=str(red), data=data)
    return red


def _require_may(by: User, project: Project) -> None:
    if not can_register_invoice(by, project):
        raise NotAllowed(_("Only cashiers and supervisors register invoices."))


def _check(new: NewInvoice, project: Project, at: datetime) -> None:
    """Raise `Invalid` for what cannot stand on an invoice, beside the field."""
    require_cents(new.amount, most=LARGEST)
    problems: dict[str, str] = {}
    wrong = wrong_number(new.code, new.number)
    if wrong == "code":
        problems["code"] = _("A code has ten or twelve digits; a fully digital invoice has none.")
    elif wrong:
        problems["number"] = _("Twenty digits without a code, eight digits with one.")
    if not 0 < len(new.title) <= LONGEST_TITLE:
        problems["title"] = _("Say whom it is made out to.")
    if not is_tax_number(new.tax_number):
        problems["tax_number"] = _("15 to 20 figures and capital letters; empty for a person.")
    if new.day > at.astimezone(project.tz).date():
        problems["day"] = _("This day is still to come.")
    if problems:
        raise Invalid(_("The invoice cannot be registered like this."), fields=problems)


def _lock(project: Project, receipts: Sequence[Receipt]) -> list[Receipt]:
    """The receipts as they stand now, the oldest first: nobody reverses or invoices them meanwhile."""
    if not 0 < len(receipts) <= MOST_RECEIPTS or any(one.payment.project_id != project.pk for one in receipts):
        raise Invalid(_("Name the receipts that it is for."), fields={"receipts": _("At least one, of this project.")})
    rows = Receipt.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[one.pk for one in receipts])
    locked = list(rows.select_related("payment__deposit").order_by("pk"))
    for receipt in locked:
        if receipt.reversed_at is not None:
            raise NotNow(_("Receipt %(number)s was reversed.") % {"number": receipt.number}, code="reversed")
        if deposit_of(receipt.payment) is not None:
            raise Invalid(
                _("Receipt %(number)s is of a deposit, which is given back and not invoiced.")
                % {"number": receipt.number},
                fields={"receipts": _("A deposit.")},
            )
    return locked


def _write(
    project: Project,
    new: NewInvoice,
    parts: dict[int, Decimal],
    *,
    original: TaxInvoice | None = None,
    by: User,
    at: datetime,
) -> TaxInvoice:
    try:
        with transaction.atomic():
            invoice = TaxInvoice.objects.create(
                project=project,
                code=new.code,
                number=new.number,
                title=new.title,
                tax_number=new.tax_number,
                amount=new.amount,
                day=new.day,
                original=original,
                at=at,
                by=by,
            )
    except IntegrityError as error:
        raise NotNow(
            _("An invoice of this number is registered already."), code="registered", fields={"number": _("Taken.")}
        ) from error
    TaxInvoiceLine.objects.bulk_create(
        [TaxInvoiceLine(invoice=invoice, receipt_id=pk, amount=part) for pk, part in parts.items() if part]
    )
    return invoice
