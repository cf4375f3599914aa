"""The demonstration's money: every page of it shows something, and its books agree."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Project, User
from billing.actions.arrears.letters import earliest
from billing.models import (
    Arrears,
    Bill,
    BillingRun,
    DayClose,
    Deposit,
    OfficeCost,
    Payment,
    Receipt,
    Refund,
    SharedCost,
    Tariff,
)
from billing.queries.ledger import proof
from billing.states import ArrearsState, Basis, BillState, OfficeState, RunState
from records.models import Approval, LongWork
from records.states import Decision
from servicedesk.defaults import load_all
from servicedesk.demo import load
from tests.cast import NOON

pytestmark = [pytest.mark.req("BIL-1", "BIL-2", "BIL-4", "ARR-1"), pytest.mark.django_db]
SignIn = Callable[[User], Client]
# What each page of money shows, to whom.
PAGES = {
    "till": ("cashier", ""),
    "runs": ("cashier", "2026-10"),
    "readings": ("cashier", "3-2-1501"),
    "shared_costs": ("cashier", "楼道照明"),
    "receipts": ("cashier", "3-2-1501"),
    "deposits": ("cashier", "装修押金"),
    "refunds": ("cashier", "1-1-1202"),
    "office_costs": ("cashier", "国网杭州供电公司"),
    "office_month": ("supervisor", "国网杭州供电公司"),
    "dayclose_own": ("cashier", "3-2-1501"),
    "dayclose_all": ("supervisor", "周敏"),
    "statements": ("supervisor", "物业服务费"),
    "tariffs": ("frontdesk", "车位管理费"),
    "arrears": ("cashier", "1-2-601"),
    "approvals": ("gm", "1-2-1301"),
}


def loaded(at: datetime) -> Project:
    load_all(at)
    load(at=at)
    project = Project.objects.get(code="demo")
    assert [check for check in proof(project) if not check.holds] == []
    assert not LongWork.objects.exclude(state=LongWork.State.DONE).exists()
    return project


def test_the_books_agree_and_each_page_of_money_has_something(signed_in: SignIn) -> None:
    project = loaded(NOON)
    assert Counter(BillingRun.objects.values_list("state", flat=True)) == {RunState.RAISED: 2}
    assert set(Tariff.objects.values_list("basis", flat=True)) == {Basis.AREA, Basis.SPACE, Basis.READING}
    assert len(set(Payment.objects.values_list("method", flat=True))) == 5
    assert Receipt.objects.exclude(reversed_at=None).count() == 1
    assert all(Bill.objects.in_state(state).exists() for state in (BillState.UNPAID, BillState.PART, BillState.PAID))
    asked = Counter(Approval.objects.filter(project=project).values_list("kind", "decision"))
    decisions = (Decision.APPROVED, Decision.WAITING)
    kinds = ("bill.waive", "credit.refund", "office.cost")
    assert asked == {(kind, decision): 1 for kind in kinds for decision in decisions}
    assert {one.state for one in OfficeCost.objects.told()} == {OfficeState.ASKED, OfficeState.PAID}
    assert (Refund.objects.count(), Deposit.objects.filter(held__gt=0).count(), SharedCost.objects.count()) == (1, 1, 1)
    assert DayClose.objects.count() == 3
    assert Counter(Arrears.objects.values_list("case__state", flat=True)) == {
        ArrearsState.TO_REMIND: 3,
        ArrearsState.NOTIFIED: 2,
        ArrearsState.LETTERED: 1,
        ArrearsState.PROMISED: 1,
        ArrearsState.DISPUTED: 1,
    }
    ready = earliest(Arrears.objects.get(unit__number="1-2-601"))
    assert ready is not None
    assert ready < NOON
    with time_machine.travel(NOON, tick=False):
        for page, (who, words) in PAGES.items():
            answer = signed_in(User.objects.get(username=who)).get(reverse(page))
            assert (page, answer.status_code, words in answer.content.decode()) == (page, 200, True)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["2027-01-01T00:05+08:00", "2027-03-31T23:55+08:00", "2028-02-29T08:00+08:00"])
def test_it_is_loaded_at_any_moment(moment: str) -> None:
    loaded(datetime.fromisoformat(moment))
