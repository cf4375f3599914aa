"""Taking a refund, a waiver, or what became of a deposit back: one person asks, another decides.

For money that went wrong: to the wrong household, or sent back by the bank. What was booked stays; the same amounts are
booked the other way on the day of the decision, never into a month that is closed, and bills, credit and deposits are
as they were before. Source: BIL-4 (reversal instead of deletion).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.arrears.settling import look_again
from billing.actions.arrears.unsettling import owed_again, settled_at
from billing.actions.credit import add_credit
from billing.actions.dayclose import require_day_open
from billing.actions.paying import lock_cases, lock_units
from billing.actions.posting import reverse
from billing.models import Bill, Deposit, DepositMove, Entry, Posting, Refund, Reversal
from billing.permissions import can_ask_to_take_back, require_second
from billing.queries.second import standing_waivers
from cases.models import Case
from core.errors import Invalid, NotAllowed, NotNow
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.models import Approval
from sla.actions import happen

REFUND, WAIVER, MOVE = "refund.reverse", "waiver.reverse", "deposit.reverse"


def ask_to_reverse_refund(*, refund: Refund, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to take a refund back: the money came back, or never left. Nothing is booked yet.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: it was taken back already, or the same waits for a decision.
        Invalid: no reason is given.
    """
    _require_may(by, refund.project)
    _require_standing(refund.entry)
    data = {"unit": refund.unit.number, "amount": str(refund.amount), "payee": refund.payee, "method": refund.method}
    return ask(project=refund.project, kind=REFUND, subject=refund.number, data=data, reason=reason, by=by, at=at)


def ask_to_reverse_waiver(*, bill: Bill, waiver: int, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to take a waiver of a bill back, by the key of its entry; one at a time of each bill.

    Raises like `ask_to_reverse_refund`, and `Invalid` for a waiver that is not one of the bill's that stand.
    """
    _require_may(by, bill.project)
    standing = {posting.entry_id: posting for posting in standing_waivers(bill)}
    if waiver not in standing:
        words = _("This is no waiver of the bill, or it was taken back already.")
        raise Invalid(words, fields={"waiver": words})
    data = {
        "bill": bill.number,
        "unit": bill.unit.number,
        "amount": str(standing[waiver].amount),
        "waiver": waiver,
    }
    return ask(project=bill.project, kind=WAIVER, subject=bill.number, data=data, reason=reason, by=by, at=at)


def ask_to_reverse_move(*, deposit: Deposit, move: int, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to take back what was given back or kept of a deposit, by the movement's key.

    Raises like `ask_to_reverse_refund`, and `Invalid` for a movement that is not the deposit's.
    """
    _require_may(by, deposit.project)
    found = deposit.moves.select_related("entry__reversal").filter(pk=move).first()
    if found is None:
        words = _("This did not become of the deposit.")
        raise Invalid(words, fields={"move": words})
    _require_standing(found.entry)
    data = {
        "deposit": deposit.number,
        "unit": deposit.unit.number,
        "amount": str(found.amount),
        "move": found.pk,
        "kept": found.is_kept,
    }
    return ask(project=deposit.project, kind=MOVE, subject=deposit.number, data=data, reason=reason, by=by, at=at)


def _require_may(by: User, project: Project) -> None:
    if not can_ask_to_take_back(by, project):
        raise NotAllowed(_("Only cashiers and supervisors ask that something is taken back."))


def _require_standing(entry: Entry) -> None:
    if hasattr(entry, "reversal"):
        raise NotNow(_("This was reversed already."), code="reversed")


@transaction.atomic
def reverse_refund(*, approval: Approval, by: User, at: datetime) -> Reversal:
    """Take a refund back: it is paid in advance again, and the money is in the till of whoever asked.

    Raises:
        NotAllowed: `by` asked for it, or does not decide about money in the project.
        NotNow: it was taken back already, the month is closed, or whoever asked has closed their day.
    """
    rows = Refund.objects.select_related("project", "unit", "entry__project")
    refund = rows.get(number=approval.subject, project=approval.project_id)
    require_second(by, refund.project, approval.asked_by)
    lock_units([refund.unit_id])
    add_credit(refund.unit, refund.household_id, refund.amount)
    return _take_back(refund.entry, approval, "refund.reversed", by=by, at=at, moves_money=True)


@transaction.atomic
def reverse_waiver(*, approval: Approval, by: User, at: datetime) -> Reversal:
    """Take a waiver back: so much of the bill is owed again, and what is collected of it goes on where it stood.

    Raises:
        NotAllowed: `by` asked for it, or does not decide about money in the project.
        NotNow: it was taken back already, the bill was made void, or the month is closed.
    """
    bill = Bill.objects.select_related("project").get(number=approval.subject, project=approval.project_id)
    require_second(by, bill.project, approval.asked_by)
    look_again(bill.project, at=at)  # first, as the day's round holds it before cases and units
    waived = Posting.objects.select_related("entry__project").get(entry=approval.data["waiver"], bill=bill)
    moment = waived.entry.at
    cases = lock_cases([bill], also=settled_at(moment, [bill]))
    lock_units([bill.unit_id])
    bill = Bill.objects.select_for_update(of=("self",)).select_related("project").get(pk=bill.pk)
    if bill.voided_at is not None:
        raise NotNow(_("%(bill)s was made void meanwhile. Refuse this.") % {"bill": bill.number})
    made = _take_back(waived.entry, approval, "waiver.reversed", by=by, at=at)
    bill.outstanding += waived.amount
    bill.waived -= waived.amount
    bill.version += 1
    bill.save(update_fields=["outstanding", "waived", "version"])
    _tell_case(cases, bill, waived, by=by, at=at)
    owed_again(moment, [bill], cases=cases, by=by, at=at)
    return made


def _tell_case(cases: dict[int, Case], bill: Bill, waived: Posting, *, by: User, at: datetime) -> None:
    if bill.case_id is not None:
        data = {"bill": bill.number, "amount": str(waived.amount)}
        happen(case=cases[bill.case_id], kind="bill.waiver_reversed", at=at, by=by, data=data, for_resident=True)


@transaction.atomic
def reverse_move(*, approval: Approval, by: User, at: datetime) -> Reversal:
    """Take back what was given back or kept of a deposit: so much of it is held again.

    Money that was given back is in the till of whoever asked. Raises like `reverse_refund`.
    """
    rows = DepositMove.objects.select_related("deposit__project", "entry__project")
    move = rows.get(pk=approval.data["move"], deposit__number=approval.subject, deposit__project=approval.project_id)
    require_second(by, move.deposit.project, approval.asked_by)
    lock_units([move.deposit.unit_id])
    deposit = Deposit.objects.select_for_update(of=("self",), no_key=True).get(pk=move.deposit_id)
    made = _take_back(move.entry, approval, "deposit.move_reversed", by=by, at=at, moves_money=not move.is_kept)
    deposit.held += move.amount
    deposit.save(update_fields=["held"])
    return made


def _take_back(
    entry: Entry, approval: Approval, action: str, *, by: User, at: datetime, moves_money: bool = False
) -> Reversal:
    """Book an entry the other way as was asked and approved; the unit that it is about is locked."""
    reason, asked_by = reason_of(approval.reason), approval.asked_by
    back = reverse(entry=entry, by=asked_by if moves_money else by, at=at, reason=reason)
    if moves_money:
        require_day_open(project=entry.project, cashier=asked_by, day=back.day)
    told = {"amount": approval.data["amount"], "asked_by": asked_by.username}
    audit(at=at, by=by, project=entry.project, action=action, target=approval.subject, reason=reason, data=told)
    return Reversal.objects.create(
        project=entry.project,
        entry=entry,
        back=back,
        reason=reason,
        day=back.day,
        at=at,
        asked_by=asked_by,
        by=by,
        approval=approval,
    )
