"""Receipts as they are looked for at the till: by number, room, amount, day and cashier."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from accounts.models import Project, User
from billing.models import Payment, PaymentLine, Receipt
from billing.rules.numbers import format_number

PAGE = 30
AMOUNT = re.compile(r"(\d{1,7})(\.\d{1,2})?")


@dataclass(frozen=True)
class Sought:
    """What receipts are looked for by; empty is any. `before` is the key behind which a page goes on."""

    q: str = ""
    day: date | None = None
    cashier: int | None = None
    before: int | None = None

    @property
    def is_any(self) -> bool:
        """Say whether nothing narrows it."""
        return not (self.q or self.day or self.cashier)


@dataclass(frozen=True)
class ReceiptRows:
    """A page of receipts, the newest first; `next` is the key to go on with, None on the last."""

    rows: Sequence[Receipt]
    next: int | None


def find_receipts(project: Project, user: User, sought: Sought, *, year: int) -> ReceiptRows:
    """A page of the receipts that fit, as the person may see them: one statement. `year`: the one that runs."""
    rows = Receipt.objects.visible_to(user).filter(payment__project=project)
    if sought.q:
        rows = rows.filter(_meant(project, sought.q, year))
    if sought.day is not None:
        rows = rows.filter(payment__day=sought.day)
    if sought.cashier is not None:
        rows = rows.filter(payment__by=sought.cashier)
    if sought.before is not None:
        rows = rows.filter(pk__lt=sought.before)
    joined = rows.select_related("payment__unit", "payment__by", "payment__deposit").annotate(printed=Count("prints"))
    found = list(joined.order_by("-pk")[: PAGE + 1])
    more = len(found) > PAGE
    return ReceiptRows(found[:PAGE], found[PAGE - 1].pk if more else None)


def _meant(project: Project, text: str, year: int) -> Q:
    """What a word may mean: an amount, the last figures of a number, a number, a room, a payer."""
    meant = Q(number__istartswith=text) | Q(payment__unit__number__istartswith=text) | Q(payment__payer=text)
    meant |= Q(payment__number=text.upper())
    rooms = PaymentLine.objects.filter(bill__project=project, bill__unit__number__istartswith=text)
    meant |= Q(payment__in=rooms.values("payment"))
    if AMOUNT.fullmatch(text):
        meant |= Q(payment__amount=Decimal(text))
    if text.isascii() and text.isdigit() and len(text) <= 7:
        series = [(one, door) for one in (year, year - 1) for door in (False, True)]
        meant |= Q(number__in=[format_number(project.code, one, int(text), door=door) for one, door in series])
    return meant


def cashiers_of(project: Project) -> list[User]:
    """Whoever took money in the project, by name."""
    took = Payment.objects.filter(project=project).order_by().values("by")
    return list(User.objects.filter(pk__in=took).order_by("name", "pk"))
