"""What turns out to be free: whatever of its bills is not paid is owed by nobody, at once and later.

A bill of which nothing was paid is made void. Of one that money was taken for, the rest is waived, and the money is
given back by reversing its receipt; what that would let be owed again is let off in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from billing.actions.paying import lock_units
from billing.actions.voiding import KIND as VOID
from billing.actions.voiding import ask_for, needs_second_person, take_back
from billing.actions.waiving import KIND as WAIVE
from billing.actions.waiving import book_waiver
from billing.models import Bill
from billing.queries.free import let_off_of
from billing.queries.owed import without_money
from cases.models import Case
from records.approvals import ask, waiting_about
from sla.actions import happen


@dataclass(frozen=True)
class _Deed:
    """Who lets somebody off, why, and whether two people stand behind it already."""

    case: Case
    reason: str
    by: User
    at: datetime
    two: bool = False


def let_off(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Let whoever owes the bills of a case off what is not paid of them; the case is locked by the caller.

    What two people have to decide about is asked for, in the name of whoever decided about the case.
    """
    _let_off(_Deed(case, reason, by, at), list(Bill.objects.standing().filter(case=case).values_list("pk", flat=True)))


def let_off_again(
    cases: Mapping[int, Case], bills: Sequence[Bill], *, people: set[User], by: User, at: datetime
) -> None:
    """Let off what is owed again of bills whose receipt was reversed, as far as their cases are free; all is locked.

    `people` took the receipt back. They and whoever made it free are two, or a second person is asked.
    """
    for case_id in sorted({bill.case_id for bill in bills if bill.case_id is not None}):
        free = let_off_of(cases[case_id])
        if free is not None:
            two = len(people | ({free.by} if free.by is not None else set())) > 1
            mine = [bill.pk for bill in bills if bill.case_id == case_id]
            _let_off(_Deed(cases[case_id], free.reason, by, at, two), mine)


def _let_off(deed: _Deed, keys: Sequence[int]) -> None:
    lock_units(list(Bill.objects.filter(pk__in=keys).order_by().values_list("unit", flat=True).distinct()))
    rows = Bill.objects.standing().filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    bare = set(without_money(Bill.objects.filter(pk__in=keys)).values_list("pk", flat=True))
    for bill in rows.select_related("project", "unit").order_by("pk"):
        alone = deed.two or not needs_second_person(bill, deed.at)
        if bill.pk in bare:
            _void(deed, bill, alone=alone)
        elif bill.outstanding:
            _waive(deed, bill, alone=alone)


def _void(deed: _Deed, bill: Bill, *, alone: bool) -> None:
    if alone:
        take_back([bill], reason=deed.reason, by=deed.by, at=deed.at)
        happen(
            case=deed.case, kind="bill.voided", at=deed.at, by=deed.by, data={"bill": bill.number}, for_resident=True
        )
    elif waiting_about(bill.project, VOID, bill.number) is None:
        ask_for(bill, deed.reason, by=deed.by, at=deed.at)


def _waive(deed: _Deed, bill: Bill, *, alone: bool) -> None:
    amount = bill.outstanding
    if alone:
        book_waiver(bill, amount, reason=deed.reason, cases={deed.case.pk: deed.case}, by=deed.by, at=deed.at)
    elif waiting_about(bill.project, WAIVE, bill.number) is None:
        data = {"bill": bill.number, "unit": bill.unit.number, "amount": str(amount)}
        asked = {"kind": WAIVE, "subject": bill.number, "data": data, "reason": deed.reason}
        ask(project=bill.project, by=deed.by, at=deed.at, **asked)  # type: ignore[arg-type]  # by their names
