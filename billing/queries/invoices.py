"""Tax invoices: the list, one of them, and what of a receipt was invoiced."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Project, User
from billing.models import PaymentLine, Receipt, Refund, TaxInvoice, TaxInvoiceLine
from billing.models.invoices import TaxInvoiceQuerySet
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from records.bulk import among

PAGE = 30
MONEY = DecimalField(max_digits=14, decimal_places=2)


def invoiced(receipt: Receipt) -> Decimal:
    """What of a receipt stands on invoices, in yuan, less what red-letter invoices took back."""
    sums = TaxInvoiceLine.objects.filter(receipt=receipt).aggregate(
        blue=MoneySum("amount", filter=Q(invoice__original=None), default=NOTHING),
        red=MoneySum("amount", filter=Q(invoice__original__isnull=False), default=NOTHING),
    )
    return Decimal(sums["blue"] - sums["red"])


def invoices_of(receipt: Receipt) -> list[TaxInvoice]:
    """The invoices registered against a receipt, the first first, each with its red-letter one: one statement."""
    rows = TaxInvoice.objects.filter(lines__receipt=receipt)
    return list(rows.select_related("original", "red").order_by("pk"))


def owes_red(receipt: Receipt, invoices: Sequence[TaxInvoice]) -> bool:
    """Say whether a receipt was reversed, or its money given back, and an invoice of it stands all the same."""
    standing = {one.pk for one in invoices if one.stands}
    if not standing or receipt.reversed_at is not None:
        return bool(standing)
    payment = receipt.payment
    return bool(standing & refunded(payment.project, home=(payment.unit_id, payment.household_id)))


# Who paid in advance: keys of the home and of the household.
Home = tuple[int, int | None]


def refunded(project: Project, *, home: Home | None = None) -> set[int]:
    """The keys of standing invoices for what was paid in advance and given back: four statements at most.

    Money paid in advance bears no mark of its receipt. So of a household's receipts counts what went beyond the bills
    that they settled: where more of that stands on invoices than was not given back, each of those invoices is to be
    taken back, and a new one made out for what is left. `home`: of that one only. Source: BIL-10.
    """
    given = _given_back(project, home)
    if not given:
        return set()
    receipts = list(_in_advance(project, given))
    lines = TaxInvoiceLine.objects.filter(
        receipt__in=[one.pk for one in receipts], invoice__original=None, invoice__red=None
    )
    found: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for receipt, invoice, amount in lines.values_list("receipt", "invoice", "amount"):
        found[receipt].append((invoice, amount))
    paid: dict[Home, Decimal] = defaultdict(Decimal)
    borne: dict[Home, Decimal] = defaultdict(Decimal)
    of: dict[Home, set[int]] = defaultdict(set)
    for one in receipts:
        whose, beyond = (one.payment.unit_id, one.payment.household_id), one.payment.amount - one.settled
        invoiced_beyond = sum((amount for _pk, amount in found[one.pk]), NOTHING) - one.settled
        paid[whose] += beyond
        if beyond > 0 and invoiced_beyond > 0:
            borne[whose] += min(beyond, invoiced_beyond)
            of[whose] |= {pk for pk, _amount in found[one.pk]}
    return {pk for whose, pks in of.items() if borne[whose] > paid[whose] - given[whose] for pk in pks}


def _given_back(project: Project, home: Home | None) -> dict[Home, Decimal]:
    rows = Refund.objects.filter(project=project, entry__reversal=None)
    if home is not None:
        rows = rows.filter(unit=home[0], household=home[1])
    sums = rows.order_by().values_list("unit", "household").annotate(MoneySum("amount"))
    return {(unit, household): amount for unit, household, amount in sums}


def _in_advance(project: Project, homes: Iterable[Home]) -> Iterator[Any]:
    """The standing receipts of some households, with what of each settled bills: those that were no deposit."""
    whose = set(homes)
    of_bills = PaymentLine.objects.filter(payment=OuterRef("payment")).order_by().values("payment")
    rows = Receipt.objects.filter(
        payment__project=project,
        payment__unit__in=among({unit for unit, _household in whose}),
        payment__deposit=None,
        reversed_at=None,
    )
    settled = Coalesce(Subquery(of_bills.annotate(sum=MoneySum("amount")).values("sum")), NOTHING, output_field=MONEY)
    for one in rows.select_related("payment").annotate(settled=settled):
        if (one.payment.unit_id, one.payment.household_id) in whose:
            yield one


def owing_red(project: Project, invoices: Iterable[TaxInvoice]) -> set[int]:
    """The keys of those of some invoices, read with their receipts, for which a red letter is owed."""
    standing = [one for one in invoices if one.stands]
    given = refunded(project) if standing else set()
    return {one.pk for one in standing if one.has_reversed or one.pk in given}


@dataclass(frozen=True)
class SoughtInvoices:
    """What invoices are looked for by; empty is any. `month` is its first day; `red`: those that owe a red letter."""

    q: str = ""
    month: date | None = None
    red: bool = False

    @property
    def is_any(self) -> bool:
        """Say whether nothing narrows it."""
        return not (self.q or self.month or self.red)


@dataclass(frozen=True)
class InvoiceRows:
    """A page of invoices, the newest first; `next` is the key to go on with, None on the last.

    `red`: the keys of those for which a red letter is owed.
    """

    rows: Sequence[TaxInvoice]
    next: int | None
    red: Collection[int] = ()


def seek(project: Project, user: User, sought: SoughtInvoices) -> TaxInvoiceQuerySet:
    """The invoices that fit: by the beginning of the number, a part of the title, a room, a receipt."""
    rows = TaxInvoice.objects.visible_to(user).filter(project=project)
    if sought.q:
        meant = TaxInvoiceLine.objects.filter(
            Q(receipt__payment__unit__number__istartswith=sought.q) | Q(receipt__number__iexact=sought.q)
        )
        word = Q(number__startswith=sought.q) | Q(title__icontains=sought.q) | Q(code=sought.q)
        rows = rows.filter(word | Q(pk__in=meant.values("invoice")))
    if sought.month is not None:
        last = calendar.monthrange(sought.month.year, sought.month.month)[1]
        rows = rows.filter(day__range=(sought.month, sought.month.replace(day=last)))
    return rows.needing_red(refunded(project)) if sought.red else rows


def with_receipts(rows: TaxInvoiceQuerySet) -> TaxInvoiceQuerySet:
    """The rows with their receipts and rooms: two statements more, whatever their number."""
    lines = TaxInvoiceLine.objects.select_related("receipt__payment__unit")
    return rows.select_related("original", "red", "by").prefetch_related(Prefetch("lines", lines))


def list_invoices(project: Project, user: User, sought: SoughtInvoices, *, before: int | None) -> InvoiceRows:
    """A page of the invoices that fit."""
    rows = seek(project, user, sought)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(with_receipts(rows).order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    return InvoiceRows(page, found[PAGE - 1].pk if len(found) > PAGE else None, owing_red(project, page))


def red_count(project: Project, user: User) -> int:
    """How many invoices of the project owe a red letter."""
    return TaxInvoice.objects.visible_to(user).filter(project=project).needing_red(refunded(project)).count()
