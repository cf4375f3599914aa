"""Deposits (押金): taken by a receipt of their own, given back against a signature, kept with a second person's word.

Source: BIL-7, REN-5, REN-8 (装修).
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.dayclose import require_day_open
from billing.actions.paying import lock_units, make_payment
from billing.actions.posting import Line, post
from billing.actions.receipting import issue_receipt
from billing.actions.ways import require_counter
from billing.models import Deposit, DepositMove
from billing.permissions import can_move_deposit, require_taker
from billing.queries.owed import owner_liable
from billing.rules.exact import LARGEST
from billing.states import METHOD_BOOKS, Book, EntryKind
from cases.actions import next_number
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from core.words import reason_of
from estate.models import Unit
from records.actions import audit
from records.approvals import ask
from records.models import Approval

PREFIX = "YJ"
KEEP = "deposit.keep"
LONGEST = 100


@transaction.atomic
def take_deposit(
    *,
    project: Project,
    unit: Unit,
    amount: Decimal,
    purpose: str,
    method: str,
    reference: str = "",
    payer: str = "",
    by: User,
    at: datetime,
) -> Deposit:
    """Take a deposit of a unit, in yuan, with a receipt of its own. All of it, or nothing.

    Raises:
        NotAllowed: no cashier of the project.
        Invalid: a unit of another project, an amount that is none, no word what for, an unknown way of paying.
        NotNow: the cashier's day, or the month, is closed.
    """
    require_taker(by, project)
    if unit.project_id != project.pk:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    _check_amount(amount, LARGEST)
    _check_method(method)
    purpose = _words(purpose, "purpose", _("Say what the deposit is for."))
    lock_units([unit.pk])
    owes = owner_liable(unit)
    payment = make_payment(
        project, unit, owes, amount=amount, method=method, reference=reference, payer=payer, by=by, at=at
    )
    deposit = Deposit.objects.create(
        number=next_number(prefix=PREFIX, day=payment.day),
        project=project,
        unit=unit,
        household_id=payment.household_id,
        purpose=purpose,
        amount=amount,
        held=amount,
        payment=payment,
    )
    line = Line(debit=METHOD_BOOKS[method], credit=Book.DEPOSIT, amount=amount, unit=unit.pk)
    post(
        project=project,
        kind=EntryKind.DEPOSIT_TAKEN,
        day=payment.day,
        lines=[line],
        by=by,
        at=at,
        text=deposit.number,
        payment=payment,
    )
    _record("deposit.taken", deposit, amount, by=by, at=at)
    require_day_open(project=project, cashier=by, day=payment.day)
    issue_receipt(payment)
    return deposit


@transaction.atomic
def return_deposit(
    *, deposit: Deposit, amount: Decimal, method: str, received_by: str, by: User, at: datetime
) -> DepositMove:
    """Give a deposit back, all or a part, to whoever signs for it.

    Raises:
        NotAllowed: no cashier of the project.
        Invalid: an amount that is none or more than is held, nobody who received it, an unknown way of paying.
        NotNow: nothing is held any more; the cashier's day, or the month, is closed.
    """
    _require_mover(by, deposit)
    received_by = _words(received_by, "received_by", _("Say who received it and signed."))
    _check_method(method)
    locked = _locked(deposit)
    _check_amount(amount, locked.held)
    line = Line(debit=Book.DEPOSIT, credit=METHOD_BOOKS[method], amount=amount, unit=locked.unit_id)
    given = {"method": method, "received_by": received_by}
    move = _move(locked, EntryKind.DEPOSIT_RETURNED, line, by=by, at=at, **given)
    _record("deposit.returned", locked, amount, by=by, at=at)
    require_day_open(project=locked.project, cashier=by, day=move.entry.day)
    return move


@transaction.atomic
def ask_to_keep(*, deposit: Deposit, amount: Decimal, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to let a part of a deposit, or all of it, be kept, in yuan.

    Raises `NotAllowed` for no cashier of the project, `Invalid`, and `NotNow` where that is asked already.
    """
    _require_mover(by, deposit)
    locked = _locked(deposit)
    _check_amount(amount, locked.held)
    data = {"deposit": locked.number, "unit": locked.unit.number, "amount": str(amount), "purpose": locked.purpose}
    return ask(project=locked.project, kind=KEEP, subject=locked.number, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def keep_deposit(*, approval: Approval, by: User, at: datetime) -> DepositMove:
    """Keep what a second person approved: it is income from then on.

    Raises `NotNow` where less than that is held by now, or the month is closed.
    """
    locked = _locked(Deposit.objects.get(number=approval.subject, project=approval.project_id))
    amount = Decimal(approval.data["amount"])
    if amount > locked.held:
        raise NotNow(_("Only ¥%(held)s of this deposit is held any more.") % {"held": locked.held})
    line = Line(debit=Book.DEPOSIT, credit=Book.OTHER, amount=amount, unit=locked.unit_id)
    reason = reason_of(approval.reason)
    move = _move(locked, EntryKind.DEPOSIT_KEPT, line, by=by, at=at, reason=reason, approval=approval)
    _record("deposit.kept", locked, amount, by=by, at=at, reason=reason)
    return move


def require_whole(deposit: Deposit) -> None:
    """Raise `NotNow` where some of a deposit was given back or kept: that is taken back before its receipt is."""
    if deposit.held != deposit.amount:
        raise NotNow(
            _("Of deposit %(deposit)s only ¥%(held)s is held: take back first what was given back or kept of it.")
            % {"deposit": deposit.number, "held": deposit.held},
            code="deposit_moved",
        )


def lock_whole(deposit: Deposit) -> Deposit:
    """The deposit as it stands, whose unit is locked. Raises `NotNow` where some of it was given back or kept."""
    locked = Deposit.objects.select_for_update(of=("self",), no_key=True).get(pk=deposit.pk)
    require_whole(locked)
    return locked


def _require_mover(by: User, deposit: Deposit) -> None:
    if not can_move_deposit(by, deposit):
        raise NotAllowed(_("Only cashiers give deposits back, or ask to keep them."))


def _locked(deposit: Deposit) -> Deposit:
    """The deposit as it stands, locked behind its unit. Raises `NotNow` where nothing of it is held any more."""
    lock_units([deposit.unit_id])
    rows = Deposit.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("project", "unit", "payment").get(pk=deposit.pk)
    if not locked.held:
        raise NotNow(_("Nothing of this deposit is held any more."), code="settled")
    return locked


def _move(deposit: Deposit, kind: EntryKind, line: Line, *, by: User, at: datetime, **given: object) -> DepositMove:
    """Book a part of a locked deposit, and take it off what is held."""
    entry = post(
        project=deposit.project,
        kind=kind,
        day=at.astimezone(deposit.project.tz).date(),
        lines=[line],
        by=by,
        at=at,
        text=deposit.number,
        payment=deposit.payment,
    )
    deposit.held -= line.amount
    deposit.save(update_fields=["held"])
    return DepositMove.objects.create(deposit=deposit, entry=entry, amount=line.amount, at=at, by=by, **given)


def _record(action: str, deposit: Deposit, amount: Decimal, *, by: User, at: datetime, reason: str = "") -> None:
    data = {"amount": str(amount)}
    audit(at=at, by=by, project=deposit.project, action=action, target=deposit.number, reason=reason, data=data)


def _check_amount(amount: Decimal, most: Decimal) -> None:
    require_cents(amount)
    if amount > most:
        raise Invalid(_("At most ¥%(most)s: more is not held.") % {"most": most}, fields={"amount": _("Out of range.")})


def _check_method(method: str) -> None:
    require_counter(method, _("Choose how it is paid."))


def _words(text: str, name: str, problem: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(problem, fields={name: _("Required.")})
    if len(words) > LONGEST:
        raise Invalid(_("Keep this within 100 characters."), fields={name: _("Too long.")})
    return words
