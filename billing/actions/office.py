"""The office's own costs: asked for, approved by a second person and booked, paid, taken back.

Source: 物业客服工作职责标准版本(三) 7 (负责办公楼水电等费用的分摊、报销等工作); two people for money that goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.dayclose import require_day_open
from billing.actions.posting import Line, post, reverse
from billing.models import OfficeBooking, OfficeCost, OfficeFile, OfficePayment, OfficeReversal
from billing.permissions import (
    can_add_to_office_cost,
    can_pay_office_cost,
    can_reverse_office_cost,
    require_not_paid,
    require_office_asker,
    require_office_decider,
    require_second,
)
from billing.queries.office import claimants, limit_of, paid_of, same_share, waiting_reversal
from billing.rules.exact import LARGEST, NOTHING
from billing.rules.office import share_of
from billing.states import METHOD_BOOKS, Book, EntryKind, Method, OfficeKey, OfficeKind, OfficeState
from cases.actions import next_number
from core.errors import Invalid, NotAllowed, NotNow
from core.money import require_cents
from core.words import reason_of
from records.actions import audit
from records.approvals import ask
from records.documents import store_document
from records.images import Encoded
from records.models import Approval

KIND, KIND_LARGE, KIND_REVERSE = "office.cost", "office.cost_large", "office.reverse"
PREFIX = "BG"
LONGEST, LONGEST_WORDS = 100, 200
MOST_FILES = 12
# Money is paid out by hand or by the bank; online it only comes in.
WAYS = tuple(method for method in Method if method != Method.ONLINE)
HUNDRED = Decimal(100)
LARGEST_WEIGHT = Decimal("99999999.9999")


@dataclass(frozen=True, kw_only=True)
class NewCost:
    """What is asked for. Of a reimbursement `claimant` laid `amount` yuan out.

    Of a share `supplier`, `start`, `end` and `whole` stand on the supplier's bill, and the office weighs `weight` of
    `weight_all` by `share_by`; its amount is reckoned. Of a percentage `weight` is the percentage.
    """

    kind: str
    words: str
    supplier: str = ""
    claimant: User | None = None
    amount: Decimal = NOTHING
    start: date | None = None
    end: date | None = None
    whole: Decimal | None = None
    share_by: str = ""
    weight: Decimal | None = None
    weight_all: Decimal | None = None


@transaction.atomic
def ask_for_cost(
    *, project: Project, cost: NewCost, files: Sequence[Encoded] = (), by: User, at: datetime
) -> OfficeCost:
    """Ask a second person that the office bears a cost. Nothing is booked yet.

    Above the limit of the project's terms the general manager decides.

    Raises:
        NotAllowed: no desk of the project.
        Invalid: no words, an amount or weight that is none, days that are none, nobody of the staff to pay back.
        NotNow: the same bill of the same supplier is shared already.
    """
    require_office_asker(by, project)
    new = _checked(project, cost)
    _require_few(0, files)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    _require_new(project, new)
    number = next_number(prefix=PREFIX, day=at.astimezone(project.tz).date())
    kind = KIND_LARGE if new.amount > limit_of(project) else KIND
    data = {
        "number": number,
        "amount": str(new.amount),
        "payee": str(new.claimant or new.supplier),
        "kind": str(new.kind),
    }
    approval = ask(project=project, kind=kind, subject=number, data=data, reason=new.words, by=by, at=at)
    made = OfficeCost.objects.create(
        number=number,
        project=project,
        kind=new.kind,
        words=new.words,
        supplier=new.supplier,
        claimant=new.claimant,
        period_start=new.start,
        period_end=new.end,
        whole=new.whole,
        share_by=new.share_by,
        weight=new.weight,
        weight_all=new.weight_all,
        amount=new.amount,
        asked_by=by,
        asked_at=at,
        approval=approval,
    )
    _keep(made, files, by=by, at=at)
    audit(at=at, by=by, project=project, action="office.asked", target=number, data={"amount": str(new.amount)})
    return made


def _checked(project: Project, cost: NewCost) -> NewCost:
    """What was asked for as it is kept: words trimmed, the share reckoned, nothing of the other kind."""
    new = replace(cost, words=cost.words.strip(), supplier=cost.supplier.strip())
    if not 0 < len(new.words) <= LONGEST_WORDS:
        raise Invalid(_("Say what it is for."), fields={"words": _("Required, at most 200 characters.")})
    if len(new.supplier) > LONGEST:
        raise Invalid(_("Keep this within 100 characters."), fields={"supplier": _("Too long.")})
    if new.kind == OfficeKind.SHARED:
        return _share(new)
    if new.kind == OfficeKind.REIMBURSED:
        return _claim(project, new)
    raise Invalid(_("Choose whether it is a share or a reimbursement."), fields={"kind": _("Required.")})


def _claim(project: Project, new: NewCost) -> NewCost:
    if new.claimant is None or not claimants(project).filter(pk=new.claimant.pk).exists():
        raise Invalid(_("Say who of the staff laid the money out."), fields={"claimant": _("Required.")})
    require_cents(new.amount, most=LARGEST)
    none = {"start": None, "end": None, "whole": None, "weight": None, "weight_all": None}
    return replace(new, share_by="", **none)  # type: ignore[arg-type]  # each of them may be nothing


def _share(new: NewCost) -> NewCost:
    """The share reckoned. Source: 水电等费用的分摊."""
    problems: dict[str, str] = {}
    if not new.supplier:
        problems["supplier"] = _("Say whose bill it is.")
    if new.start is None or new.end is None:
        problems["start"] = _("Say for which days the bill is.")
    elif new.end < new.start:
        problems["end"] = _("Before the first day.")
    if new.share_by not in OfficeKey.values:
        problems["share_by"] = _("Required.")
    weight_all = HUNDRED if new.share_by == OfficeKey.PERCENT else new.weight_all
    problems |= _wrong_weights(new.weight, weight_all)
    if problems or new.whole is None or new.weight is None or weight_all is None:
        problems = problems or {"whole": _("Required.")}
        raise Invalid(_("The office's share cannot be reckoned like this."), fields=problems)
    try:
        require_cents(new.whole, most=LARGEST)
    except Invalid as error:
        raise Invalid(str(error), fields={"whole": _("Out of range.")}) from error
    amount = share_of(new.whole, new.weight, weight_all)
    if not amount:
        raise Invalid(_("The office's share comes to nothing."), fields={"weight": _("Too small.")})
    return replace(new, claimant=None, weight_all=weight_all, amount=amount)


def _wrong_weights(weight: Decimal | None, weight_all: Decimal | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in (("weight", weight), ("weight_all", weight_all)):
        if value is None or not 0 < value <= LARGEST_WEIGHT or value != round(value, 4):
            found[name] = _("A number above zero, with at most four decimals.")
    if not found and weight is not None and weight_all is not None and weight > weight_all:
        found["weight"] = _("More than all together.")
    return found


def _require_new(project: Project, new: NewCost) -> None:
    if new.whole is None or new.start is None or new.end is None:
        return
    same = same_share(project, supplier=new.supplier, whole=new.whole, start=new.start, end=new.end)
    if same is not None:
        words = _("This bill of %(supplier)s is shared already: %(number)s, %(state)s.")
        told = {"supplier": new.supplier, "number": same.number, "state": same.state_words}
        raise NotNow(words % told, code="shared", fields={"whole": _("Shared already.")})


def _require_few(there: int, files: Sequence[Encoded]) -> None:
    if there + len(files) > MOST_FILES:
        problem = {"file": _("Too many.")}
        raise Invalid(_("At most %(most)d vouchers are kept with one cost.") % {"most": MOST_FILES}, fields=problem)


def _keep(cost: OfficeCost, files: Sequence[Encoded], *, by: User, at: datetime) -> list[OfficeFile]:
    stored = [store_document(document=one, project=cost.project, by=by, at=at) for one in files]
    return [OfficeFile.objects.create(cost=cost, file=one, at=at, by=by) for one in stored]


def _locked(cost: OfficeCost) -> OfficeCost:
    """The cost as it stands: one at a time decides, pays or takes back."""
    OfficeCost.objects.select_for_update(of=("self",), no_key=True).get(pk=cost.pk)
    return OfficeCost.objects.told().get(pk=cost.pk)


def _require_state(cost: OfficeCost, *states: OfficeState) -> None:
    if cost.state not in states:
        words = _("This cost does not stand so any more: %(state)s.") % {"state": cost.state_words}
        raise NotNow(words, code=str(cost.state))


@transaction.atomic
def add_files(*, cost: OfficeCost, files: Sequence[Encoded], by: User, at: datetime) -> list[OfficeFile]:
    """Keep vouchers with a cost: the supplier's bill, or the paper that was signed.

    Raises:
        NotAllowed: neither who asked nor cashier or supervisor.
        Invalid: none, or more than are kept.
        NotNow: the cost was refused, withdrawn or reversed.
    """
    if not can_add_to_office_cost(by, cost):
        raise NotAllowed(_("Only who asked for it, cashiers and supervisors add vouchers."))
    locked = _locked(cost)
    _require_state(locked, OfficeState.ASKED, OfficeState.APPROVED, OfficeState.PAID)
    if not files:
        raise Invalid(_("Choose a file."), fields={"file": _("Required.")})
    _require_few(locked.files.count(), files)
    return _keep(locked, files, by=by, at=at)


@transaction.atomic
def book_cost(*, approval: Approval, by: User, at: datetime) -> OfficeBooking:
    """Book what `approval` asks for and `by` approved: an expense on the local day of `at`, to be paid.

    Raises:
        NotAllowed: `by` is paid, or asked for it, or does not decide about so much in the project.
        NotNow: the month is closed; nothing is booked.
    """
    cost = _locked(OfficeCost.objects.get(approval=approval))
    require_not_paid(by, cost)
    require_office_decider(by, cost, above_limit=approval.kind == KIND_LARGE)
    if hasattr(cost, "booking"):
        raise NotNow(_("This cost is booked already."), code="booked")
    day = at.astimezone(cost.project.tz).date()
    line = Line(debit=Book.OFFICE, credit=Book.PAYABLE, amount=cost.amount)
    kind = EntryKind.OFFICE_BOOKED
    entry = post(project=cost.project, kind=kind, day=day, lines=[line], by=by, at=at, text=_text(cost))
    _record("office.approved", cost, by=by, at=at)
    return OfficeBooking.objects.create(cost=cost, entry=entry, day=day, at=at, by=by)


def _text(cost: OfficeCost) -> str:
    return f"{cost.number} {cost.words}"


@transaction.atomic
def pay_cost(
    *, cost: OfficeCost, method: str, received_by: str, reference: str = "", by: User, at: datetime
) -> OfficePayment:
    """Pay an approved cost to whoever receives it, out of the till of `by`, on the local day of `at`.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project, or the one who is paid.
        Invalid: an unknown way, or nobody who received it.
        NotNow: it is not approved, paid or reversed already; a reversal waits; the day or the month is closed.
    """
    if not can_pay_office_cost(by, cost):
        raise NotAllowed(_("Only cashiers and supervisors pay, and nobody pays themselves."))
    received_by, reference = received_by.strip(), reference.strip()
    _check_payment(method, received_by, reference)
    locked = _locked(cost)
    _require_state(locked, OfficeState.APPROVED)
    if waiting_reversal(locked, KIND_REVERSE) is not None:
        raise NotNow(_("Somebody asked to take this cost back: it waits for a second person."), code="reversal_waits")
    day = at.astimezone(locked.project.tz).date()
    line = Line(debit=Book.PAYABLE, credit=METHOD_BOOKS[method], amount=locked.amount)
    kind = EntryKind.OFFICE_PAID
    entry = post(project=locked.project, kind=kind, day=day, lines=[line], by=by, at=at, text=_text(locked))
    made = OfficePayment.objects.create(
        cost=locked,
        entry=entry,
        method=method,
        reference=reference,
        received_by=received_by,
        day=day,
        at=at,
        by=by,
    )
    _record("office.paid", locked, by=by, at=at)
    require_day_open(project=locked.project, cashier=by, day=day)
    return made


def _check_payment(method: str, received_by: str, reference: str) -> None:
    if method not in WAYS:
        raise Invalid(_("Choose how it is paid."), fields={"method": _("Unknown way.")})
    if not 0 < len(received_by) <= LONGEST:
        raise Invalid(_("Say who received it and signed."), fields={"received_by": _("Required.")})
    if len(reference) > LONGEST:
        raise Invalid(_("Keep this within 100 characters."), fields={"reference": _("Too long.")})


@transaction.atomic
def ask_to_reverse_cost(*, cost: OfficeCost, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to take an approved or paid cost back, with the reason; nothing is booked yet.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: it is neither approved nor paid, or the same waits already.
        Invalid: no reason is given.
    """
    if not can_reverse_office_cost(by, cost):
        raise NotAllowed(_("Only cashiers and supervisors ask to take an office cost back."))
    locked = _locked(cost)
    _require_state(locked, OfficeState.APPROVED, OfficeState.PAID)
    data = {"number": locked.number, "amount": str(locked.amount), "payee": locked.payee, "state": str(locked.state)}
    subject = locked.number
    return ask(project=locked.project, kind=KIND_REVERSE, subject=subject, data=data, reason=reason, by=by, at=at)


@transaction.atomic
def reverse_cost(*, approval: Approval, by: User, at: datetime) -> OfficeReversal:
    """Take a cost back as was asked and `by` approved: its books the other way, on the local day of `at`.

    Money that was paid comes back into the till of whoever asked.

    Raises:
        NotAllowed: `by` asked for it, is paid by it, or does not decide about money in the project.
        NotNow: it was reversed already, the month is closed, or whoever asked has closed their day.
    """
    cost = _locked(OfficeCost.objects.get(number=approval.subject, project=approval.project_id))
    require_second(by, cost.project, approval.asked_by)
    require_not_paid(by, cost)
    _require_state(cost, OfficeState.APPROVED, OfficeState.PAID)
    reason, paid = reason_of(approval.reason), paid_of(cost)
    back = reverse(entry=paid.entry, by=approval.asked_by, at=at, reason=reason) if paid else None
    unbooked = reverse(entry=cost.booking.entry, by=by, at=at, reason=reason)
    made = OfficeReversal.objects.create(
        cost=cost,
        booking_entry=unbooked,
        payment_entry=back,
        reason=reason,
        day=unbooked.day,
        at=at,
        asked_by=approval.asked_by,
        by=by,
        approval=approval,
    )
    _record("office.reversed", cost, by=by, at=at, reason=reason)
    if back is not None:
        require_day_open(project=cost.project, cashier=approval.asked_by, day=back.day)
    return made


def _record(action: str, cost: OfficeCost, *, by: User, at: datetime, reason: str = "") -> None:
    data = {"amount": str(cost.amount)}
    audit(at=at, by=by, project=cost.project, action=action, target=cost.number, reason=reason, data=data)
