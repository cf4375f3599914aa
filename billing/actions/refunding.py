"""Giving back what a household paid in advance (退费): one person asks, another decides; the voucher to sign."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.credit import add_credit, lock_credit
from billing.actions.dayclose import require_day_open
from billing.actions.paying import lock_units
from billing.actions.posting import Line, post
from billing.actions.ways import require_counter
from billing.models import Refund, RefundPaper, Reversal
from billing.papers import render_refund
from billing.permissions import can_ask_for_refund, can_print_refund, require_second
from billing.queries.owed import credit_of
from billing.queries.paper import refund_form
from billing.states import METHOD_BOOKS, Book, EntryKind
from cases.actions import next_number
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents, to_cents
from core.words import reason_of
from estate.models import Unit
from records.actions import audit, store_bytes
from records.approvals import ask
from records.models import Approval

KIND = "credit.refund"
PREFIX = "TK"
LONGEST = 100


def ask_for_refund(
    *,
    unit: Unit,
    household: int | None,
    amount: Decimal,
    method: str,
    payee: str,
    reason: str,
    by: User,
    at: datetime,
) -> Approval:
    """Ask a second person to give back `amount` yuan of what a household of the unit, by its key, paid in advance.

    `payee` is who gets it. Nothing is booked yet, and no lock is taken: the decision checks again.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: an amount that is none or more than there is; an unknown way; nobody to give it to; no reason.
        NotNow: nothing was paid in advance, or a refund of the same unit waits for a decision already.
    """
    if not can_ask_for_refund(by, unit.project):
        raise NotAllowed(_("Only cashiers and supervisors ask for a refund."))
    payee = payee.strip()
    _check(credit_of(unit, household), amount, method, payee)
    data = {
        "unit": unit.number,
        "unit_id": unit.pk,
        "household": household,
        "amount": str(to_cents(amount)),
        "method": str(method),
        "payee": payee,
    }
    return ask(project=unit.project, kind=KIND, subject=unit.number, data=data, reason=reason, by=by, at=at)


def _check(credit: Decimal, amount: Decimal, method: str, payee: str) -> None:
    if not credit:
        raise NotNow(_("Nothing is paid in advance that could be given back."), code="no_credit")
    require_cents(amount)
    if amount > credit:
        most = _("At most ¥%(credit)s: that is what is paid in advance.") % {"credit": credit}
        raise Invalid(_("More than was paid in advance cannot be given back."), fields={"amount": most})
    require_counter(method, _("Choose how it is given back."))
    if not payee or len(payee) > LONGEST:
        raise Invalid(_("Say who gets the money."), fields={"payee": _("A name of at most 100 characters.")})


@transaction.atomic
def refund(*, unit: Unit, approval: Approval, by: User, at: datetime) -> Refund:
    """Give back what `approval` asks for and `by` approved, booked on the local day of `at`.

    Raises:
        NotAllowed: `by` asked for it, or neither supervises nor leads the project.
        NotNow: less is left of what was paid in advance, whoever asked has closed their day, or the month is closed:
            nothing is booked.
    """
    require_second(by, unit.project, approval.asked_by)
    amount, method = Decimal(approval.data["amount"]), approval.data["method"]
    require_counter(method, _("Nobody gives money back online. Refuse this, and ask again."))
    reason = reason_of(approval.reason)
    lock_units([unit.pk])
    household = approval.data["household"]
    left = lock_credit(unit, household)
    if left < amount:
        words = _("Of what was paid in advance only ¥%(left)s is left. Refuse this; less can be asked for anew.")
        raise NotNow(words % {"left": to_cents(left)}, code="credit_used")
    add_credit(unit, household, -amount)
    day = at.astimezone(unit.project.tz).date()
    # Whoever asked hands the money over: it leaves their till, and not behind a count.
    require_day_open(project=unit.project, cashier=approval.asked_by, day=day)
    number = next_number(prefix=PREFIX, day=day)
    book = METHOD_BOOKS[method]
    line = Line(debit=Book.CREDIT, credit=book, amount=amount, unit=unit.pk, household=household)
    entry = post(project=unit.project, kind=EntryKind.REFUNDED, day=day, lines=[line], by=by, at=at, text=number)
    told = {"amount": str(amount), "asked_by": approval.asked_by.username}
    audit(at=at, by=by, project=unit.project, action="refund.made", target=number, reason=reason, data=told)
    return Refund.objects.create(
        number=number,
        project=unit.project,
        unit=unit,
        household_id=household,
        amount=amount,
        method=method,
        payee=approval.data["payee"],
        reason=reason,
        at=at,
        day=day,
        asked_by=approval.asked_by,
        by=by,
        approval=approval,
        entry=entry,
    )


@transaction.atomic
def print_refund(*, refund: Refund, url: str, fonts: Path, by: User, at: datetime) -> RefundPaper:
    """The voucher of a refund as PDF, for whoever gets the money to sign; made once, and that file printed again.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: the refund was taken back before it had a voucher: nobody is to sign for it any more.
        FontMissingError: the paper would be blank where it is Chinese.
    """
    if not can_print_refund(by, refund.project):
        raise NotAllowed(_("Only cashiers and supervisors print the voucher of a refund."))
    lock_units([refund.unit_id])
    made = RefundPaper.objects.filter(refund=refund).select_related("file").first()
    if made is not None:
        return made
    if Reversal.objects.filter(entry=refund.entry_id).exists():
        raise NotNow(_("This refund was taken back: there is nothing to sign for any more."), code="reversed")
    content = render_refund(refund_form(refund, url=url, at=at), fonts=fonts)
    name, project = f"{refund.number}.pdf", refund.project
    stored = store_bytes(content=content, name=name, content_type="application/pdf", project=project, by=by, at=at)
    return RefundPaper.objects.create(refund=refund, file=stored, at=at, by=by)
