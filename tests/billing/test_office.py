"""The office's own costs: asked for, approved by a second person, booked, paid, taken back; the books know them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import Department, Membership, User
from accounts.states import DepartmentKind, Role
from billing.actions import office
from billing.actions.dayclose import Count, close_day
from billing.actions.office import NewCost
from billing.actions.posting import Line, close_month, post
from billing.models import (
    Entry,
    OfficeBooking,
    OfficeCost,
    OfficeFile,
    OfficePayment,
    OfficeReversal,
    OfficeTerms,
)
from billing.queries.dayclose import movements, recorded
from billing.queries.ledger import proof
from billing.queries.office import limit_of, office_month
from billing.rules.statements import Asked
from billing.states import Book, EntryKind, Method, OfficeState, Proven, Spell
from core.errors import Invalid, NotAllowed, NotNow
from records.approvals import approve, refuse, withdraw
from records.images import Encoded
from records.models import Approval, AuditEntry
from tests.billing.money import assert_books_agree, on, yuan
from tests.cast import NOON, Cast, make_user
from tests.threads import at_once

pytestmark = [pytest.mark.req("BIL-11"), pytest.mark.django_db]
DAY = NOON.date()
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
PDF = Encoded(b"%PDF-1.4 bill", "application/pdf", ".pdf")


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def shared(**more: Any) -> NewCost:
    given: dict[str, Any] = {
        "kind": "shared",
        "words": "办公楼10月电费",
        "supplier": "国网杭州供电公司",
        "start": OCTOBER[0],
        "end": OCTOBER[1],
        "whole": yuan("8642.35"),
        "share_by": "area",
        "weight": Decimal("186.5"),
        "weight_all": Decimal(2480),
    }
    return NewCost(**{**given, **more})


def claim(cast: Cast, amount: object = 100, **more: Any) -> NewCost:
    given: dict[str, Any] = {"kind": "reimbursed", "words": "打印纸", "claimant": cast.frontdesk}
    return NewCost(**{**given, "amount": yuan(amount), **more})


def asked(cast: Cast, new: NewCost | None = None, **more: Any) -> OfficeCost:
    given = {"by": cast.cashier, "at": NOON, **more}
    return office.ask_for_cost(project=cast.project, cost=new or shared(), **given)


def again(cost: OfficeCost) -> OfficeCost:
    return OfficeCost.objects.told().get(pk=cost.pk)


def approved(cast: Cast, new: NewCost | None = None, **more: Any) -> OfficeCost:
    cost = asked(cast, new, **more)
    approve(approval=cost.approval, by=cast.gm, at=NOON)
    return again(cost)


def paid(cast: Cast, cost: OfficeCost, **more: Any) -> OfficePayment:
    given = {"method": "cash", "received_by": "张师傅", "by": cast.cashier, "at": NOON, **more}
    return office.pay_cost(cost=cost, **given)


def back(cast: Cast, cost: OfficeCost, **more: Any) -> Approval:
    given = {"reason": "记错供应商", "by": cast.cashier, "at": NOON, **more}
    return office.ask_to_reverse_cost(cost=cost, **given)


# --- asking ----------------------------------------------------------------------------------------------------------
def test_the_share_is_reckoned_to_the_cent_and_never_typed(cast: Cast) -> None:
    cost = asked(cast, shared(amount=yuan(1)))
    assert cost.amount == yuan("649.92")  # 8642.35 × 186.5 ÷ 2480 = 649.9186…
    assert (cost.state, cost.payee, cost.claimant) == (OfficeState.ASKED, "国网杭州供电公司", None)
    assert cost.number.startswith("BG-20261123-")
    assert not Entry.objects.exists()
    percent = asked(cast, shared(share_by="percent", weight=Decimal(15), weight_all=None, whole=yuan("33.33")))
    assert [percent.amount, percent.weight_all] == [5, 100]
    whole = asked(cast, shared(weight=Decimal(7), weight_all=Decimal(7), whole=yuan(12)))
    assert whole.amount == yuan(12)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "x" * 201}, "words"),
        ({"supplier": ""}, "supplier"),
        ({"supplier": "x" * 101}, "supplier"),
        ({"kind": "gift"}, "kind"),
        ({"start": None}, "start"),
        ({"end": date(2026, 9, 30)}, "end"),
        ({"whole": None}, "whole"),
        ({"whole": Decimal("0.001")}, "whole"),
        ({"whole": Decimal(-1)}, "whole"),
        ({"share_by": "mood"}, "share_by"),
        ({"weight": None}, "weight"),
        ({"weight": Decimal(0)}, "weight"),
        ({"weight": Decimal(2481)}, "weight"),
        ({"weight": Decimal("0.00001")}, "weight"),
        ({"weight_all": None}, "weight_all"),
        ({"weight": Decimal(1), "weight_all": Decimal(90_000_000), "whole": yuan("0.01")}, "weight"),
        ({"share_by": "percent", "weight": Decimal(101)}, "weight"),
    ],
)
def test_what_is_no_share_is_refused_beside_the_field(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(cast, shared(**given))
    assert field in refused.value.fields
    assert not OfficeCost.objects.exists()
    assert not Approval.objects.exists()


def test_what_is_no_reimbursement_is_refused_beside_the_field(cast: Cast) -> None:
    for given, field in (
        ({"claimant": None}, "claimant"),
        ({"claimant": cast.resident}, "claimant"),
        ({"claimant": cast.frontdesk2}, "claimant"),
        ({"amount": yuan(0)}, "amount"),
        ({"amount": yuan(-1)}, "amount"),
    ):
        with pytest.raises(Invalid) as refused:
            asked(cast, claim(cast, **given))
        assert set(refused.value.fields) == {field}
    cost = asked(cast, claim(cast, whole=yuan(5), start=DAY, share_by="area", weight=Decimal(1)))
    assert (cost.payee, cost.whole, cost.share_by) == (str(cast.frontdesk), None, "")


def test_whoever_works_at_a_desk_asks_and_nobody_else(cast: Cast) -> None:
    for who in ("frontdesk", "cashier", "head", "supervisor", "gm", "quality", "admin"):
        assert asked(cast, claim(cast), by=cast.users[who]).asked_by == cast.users[who]
    for who in ("technician", "guard", "resident", "frontdesk2"):
        with pytest.raises(NotAllowed):
            asked(cast, claim(cast), by=cast.users[who])


def test_the_same_bill_is_shared_once_while_it_stands(cast: Cast) -> None:
    first = asked(cast)
    with pytest.raises(NotNow) as refused:
        asked(cast)
    assert (refused.value.code, first.number in str(refused.value)) == ("shared", True)
    asked(cast, shared(start=date(2026, 10, 2)))
    withdraw(approval=first.approval, by=cast.cashier, at=NOON)
    second = asked(cast)
    refuse(approval=second.approval, reason="账单不符", by=cast.gm, at=NOON)
    assert (again(first).state, again(second).state) == (OfficeState.WITHDRAWN, OfficeState.REFUSED)
    asked(cast)


def test_the_same_bill_asked_for_at_once_is_shared_once(real_transactions: None, cast: Cast) -> None:
    done = at_once(4, lambda _one: asked(cast))
    assert sum(isinstance(one, OfficeCost) for one in done) == 1, done
    assert sum(isinstance(one, NotNow) for one in done) == 3


def test_vouchers_come_with_it_or_later_and_only_so_many(cast: Cast) -> None:
    cost = asked(cast, files=[PDF])
    office.add_files(cost=cost, files=[PDF], by=cast.supervisor, at=NOON)
    assert [one.is_picture for one in cost.files.all()] == [False, False]
    for who in ("frontdesk", "gm", "technician"):
        with pytest.raises(NotAllowed):
            office.add_files(cost=cost, files=[PDF], by=cast.users[who], at=NOON)
    for files in ([], [PDF] * 11):
        with pytest.raises(Invalid):
            office.add_files(cost=cost, files=files, by=cast.cashier, at=NOON)
    with pytest.raises(Invalid):
        asked(cast, claim(cast), files=[PDF] * 13)
    withdraw(approval=cost.approval, by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        office.add_files(cost=cost, files=[PDF], by=cast.cashier, at=NOON)
    assert OfficeFile.objects.count() == 2


# --- approving -------------------------------------------------------------------------------------------------------
def test_approving_books_expense_against_payable(cast: Cast) -> None:
    cost = asked(cast)
    approve(approval=cost.approval, by=cast.supervisor, at=NOON + timedelta(days=1))
    booked = OfficeBooking.objects.get(cost=cost)
    assert (booked.by, booked.day) == (cast.supervisor, DAY + timedelta(days=1))
    assert booked.entry.kind == EntryKind.OFFICE_BOOKED
    assert (on(Book.OFFICE, cast), on(Book.PAYABLE, cast)) == (cost.amount, cost.amount)
    assert again(cost).state == OfficeState.APPROVED
    assert AuditEntry.objects.filter(action="office.approved", target=cost.number, by=cast.supervisor).exists()
    assert_books_agree(cast)
    assert recorded(cast.project, cast.supervisor.pk, booked.day) == {}


def test_neither_who_asked_nor_who_is_paid_nor_who_does_not_lead_approves(cast: Cast) -> None:
    own = asked(cast, claim(cast), by=cast.supervisor)
    for who in ("supervisor", "cashier", "frontdesk", "admin", "head", "quality"):
        with pytest.raises(NotAllowed):
            approve(approval=own.approval, by=cast.users[who], at=NOON)
    paid_to = asked(cast, claim(cast, claimant=cast.supervisor), by=cast.frontdesk)
    with pytest.raises(NotAllowed):
        approve(approval=paid_to.approval, by=cast.supervisor, at=NOON)
    for cost in (own, paid_to):
        with pytest.raises(NotAllowed):
            office.book_cost(approval=cost.approval, by=cast.supervisor, at=NOON)
        assert again(cost).state == OfficeState.ASKED
    assert not Entry.objects.exists()
    approve(approval=paid_to.approval, by=cast.gm, at=NOON)


def test_above_the_limit_the_general_manager_approves(cast: Cast) -> None:
    below, above = asked(cast, claim(cast, 2000)), asked(cast, claim(cast, "2000.01"))
    assert (below.approval.kind, above.approval.kind) == (office.KIND, office.KIND_LARGE)
    approve(approval=below.approval, by=cast.supervisor, at=NOON)
    for decide in (approve, office.book_cost):
        with pytest.raises(NotAllowed):
            decide(approval=above.approval, by=cast.supervisor, at=NOON)
    assert not Approval.objects.to_decide(cast.supervisor).exists()
    approve(approval=above.approval, by=cast.gm, at=NOON)
    assert_books_agree(cast)


def test_the_limit_is_the_projects_own_else_the_companys(cast: Cast) -> None:
    assert limit_of(cast.project) == 2000
    OfficeTerms.objects.create(limit=Decimal(500))
    assert limit_of(cast.project) == 500
    OfficeTerms.objects.create(project=cast.project, limit=Decimal(0))
    assert [limit_of(cast.project), limit_of(cast.other_project)] == [0, 500]
    assert asked(cast, claim(cast, "0.01")).approval.kind == office.KIND_LARGE
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeTerms.objects.update(limit=-1)


def test_it_is_decided_once(cast: Cast) -> None:
    cost = approved(cast)
    for decide in (
        lambda: approve(approval=cost.approval, by=cast.gm, at=NOON),
        lambda: refuse(approval=cost.approval, reason="x", by=cast.gm, at=NOON),
        lambda: withdraw(approval=cost.approval, by=cast.cashier, at=NOON),
        lambda: office.book_cost(approval=cost.approval, by=cast.gm, at=NOON),
    ):
        with pytest.raises(NotNow):
            decide()
    assert OfficeBooking.objects.count() == 1


def test_only_who_asked_takes_it_back(cast: Cast) -> None:
    cost = asked(cast)
    with pytest.raises(NotAllowed):
        withdraw(approval=cost.approval, by=cast.gm, at=NOON)
    withdraw(approval=cost.approval, by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        paid(cast, again(cost))


def test_nothing_is_approved_into_a_closed_month(cast: Cast) -> None:
    cost = asked(cast)
    december = NOON + timedelta(days=10)
    close_month(project=cast.project, month=DAY, by=cast.gm, at=december)
    with pytest.raises(NotNow):
        approve(approval=cost.approval, by=cast.gm, at=NOON)
    assert again(cost).state == OfficeState.ASKED
    approve(approval=cost.approval, by=cast.gm, at=december)


# --- paying ----------------------------------------------------------------------------------------------------------
def test_paying_books_payable_against_the_account_of_the_way(cast: Cast) -> None:
    cash, bank = approved(cast), approved(cast, claim(cast, 50))
    payment = paid(cast, cash, received_by=" 张师傅 ")
    paid(cast, bank, method="transfer", reference="HZ1", by=cast.supervisor)
    assert (payment.day, payment.received_by, payment.entry.kind) == (DAY, "张师傅", EntryKind.OFFICE_PAID)
    assert (on(Book.CASH, cast), on(Book.BANK, cast)) == (-cash.amount, yuan(-50))
    assert [on(Book.PAYABLE, cast), on(Book.OFFICE, cast)] == [0, cash.amount + 50]
    assert {again(one).state for one in (cash, bank)} == {OfficeState.PAID}
    assert_books_agree(cast)


def test_who_may_not_pay_or_what_is_no_payment_is_refused(cast: Cast) -> None:
    cost = approved(cast, claim(cast, claimant=cast.cashier))
    for who in ("cashier", "frontdesk", "gm", "admin", "technician"):
        with pytest.raises(NotAllowed):
            paid(cast, cost, by=cast.users[who])
    for given, field in (
        ({"method": "online"}, "method"),
        ({"method": "shells"}, "method"),
        ({"received_by": " "}, "received_by"),
        ({"received_by": "x" * 101}, "received_by"),
        ({"reference": "x" * 101}, "reference"),
    ):
        with pytest.raises(Invalid) as refused:
            paid(cast, cost, by=cast.supervisor, **given)
        assert set(refused.value.fields) == {field}
    waits = asked(cast)
    with pytest.raises(NotNow):
        paid(cast, waits)
    assert not OfficePayment.objects.exists()


def test_it_is_paid_once(cast: Cast) -> None:
    cost = approved(cast)
    paid(cast, cost)
    with pytest.raises(NotNow):
        paid(cast, cost)
    assert on(Book.CASH, cast) == -cost.amount


def test_paid_at_once_by_two_it_is_paid_once(real_transactions: None, cast: Cast) -> None:
    cost = approved(cast)
    done = at_once(4, lambda one: paid(cast, cost, by=(cast.cashier, cast.supervisor)[one % 2]))
    assert sum(isinstance(one, OfficePayment) for one in done) == 1, done
    assert sum(isinstance(one, NotNow) for one in done) == 3


def test_what_is_paid_belongs_into_the_payers_day(cast: Cast) -> None:
    cost, later = approved(cast), approved(cast, claim(cast))
    paid(cast, cost)
    assert movements(cast.project, DAY, DAY) == {(DAY, cast.cashier.pk): {"cash": -cost.amount}}
    counts = {"cash": Count(counted=-cost.amount)}
    close_day(project=cast.project, day=DAY, counts=counts, handed_to="财务", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow) as refused:
        paid(cast, later)
    assert refused.value.code == "day_closed"
    assert again(later).state == OfficeState.APPROVED
    paid(cast, later, at=NOON + timedelta(days=1))
    assert_books_agree(cast)


# --- taking back -----------------------------------------------------------------------------------------------------
def test_a_paid_one_is_taken_back_by_two_people_and_booked_the_other_way(cast: Cast) -> None:
    cost = approved(cast)
    paid(cast, cost)
    question = back(cast, again(cost), by=cast.supervisor)
    assert again(cost).state == OfficeState.PAID
    with pytest.raises(NotAllowed):
        approve(approval=question, by=cast.supervisor, at=NOON)
    approve(approval=question, by=cast.gm, at=NOON + timedelta(days=1))
    undone = OfficeReversal.objects.get()
    assert (undone.asked_by, undone.by, undone.reason) == (cast.supervisor, cast.gm, "记错供应商")
    assert again(cost).state == OfficeState.REVERSED
    assert {on(book, cast) for book in (Book.OFFICE, Book.PAYABLE, Book.CASH)} == {yuan(0)}
    tomorrow = DAY + timedelta(days=1)
    assert recorded(cast.project, cast.supervisor.pk, tomorrow) == {"cash": cost.amount}
    assert recorded(cast.project, cast.gm.pk, tomorrow) == {}
    assert_books_agree(cast)
    with pytest.raises(NotNow):
        back(cast, again(cost))
    asked(cast)  # the bill itself may be shared anew


def test_an_approved_one_is_taken_back_before_it_is_paid_and_not_paid_meanwhile(cast: Cast) -> None:
    cost = approved(cast)
    question = back(cast, cost)
    with pytest.raises(NotNow):
        back(cast, cost)
    with pytest.raises(NotNow) as refused:
        paid(cast, cost)
    assert refused.value.code == "reversal_waits"
    refuse(approval=question, reason="没错", by=cast.supervisor, at=NOON)
    approve(approval=back(cast, cost), by=cast.supervisor, at=NOON)
    assert OfficeReversal.objects.get().payment_entry is None
    assert [on(Book.OFFICE, cast), on(Book.PAYABLE, cast)] == [0, 0]
    with pytest.raises(NotNow):
        paid(cast, again(cost))
    assert_books_agree(cast)


def test_who_may_not_ask_to_take_it_back_or_decide_is_refused(cast: Cast) -> None:
    cost = approved(cast, claim(cast, claimant=cast.supervisor))
    for who in ("frontdesk", "gm", "admin"):
        with pytest.raises(NotAllowed):
            back(cast, cost, by=cast.users[who])
    with pytest.raises(Invalid):
        back(cast, cost, reason=" ")
    with pytest.raises(NotNow):
        back(cast, asked(cast))
    question = back(cast, cost)
    with pytest.raises(NotAllowed):
        approve(approval=question, by=cast.supervisor, at=NOON)  # it was to be paid to them
    approve(approval=question, by=cast.gm, at=NOON)
    with pytest.raises(NotNow):
        office.reverse_cost(approval=question, by=cast.gm, at=NOON)


def test_money_does_not_come_back_into_a_closed_day(cast: Cast) -> None:
    cost = approved(cast)
    paid(cast, cost)
    question = back(cast, again(cost))
    counts = {"cash": Count(counted=-cost.amount)}
    close_day(project=cast.project, day=DAY, counts=counts, handed_to="财务", by=cast.cashier, at=NOON)
    with pytest.raises(NotNow):
        approve(approval=question, by=cast.gm, at=NOON)
    assert again(cost).state == OfficeState.PAID
    approve(approval=question, by=cast.gm, at=NOON + timedelta(days=1))
    assert_books_agree(cast)


# --- the books and what is kept --------------------------------------------------------------------------------------
def test_the_proof_finds_a_cost_that_the_ledger_does_not_know(cast: Cast) -> None:
    cost = approved(cast)
    line = Line(debit=Book.PAYABLE, credit=Book.CASH, amount=yuan(1))
    post(project=cast.project, kind=EntryKind.OFFICE_PAID, day=DAY, lines=[line], by=cast.cashier, at=NOON)
    wrong = {check.about: (check.stands, check.ledger) for check in proof(cast.project) if not check.holds}
    assert wrong == {Proven.PAYABLE: (cost.amount, cost.amount - 1)}
    stray = post(project=cast.project, kind=EntryKind.OFFICE_PAID, day=DAY, lines=[line], by=cast.cashier, at=NOON)
    OfficePayment.objects.create(
        cost=cost, entry=stray, method="cash", received_by="x", day=DAY, at=NOON, by=cast.cashier
    )
    wrong_too = [check.what for check in proof(cast.project) if check.about == Proven.OFFICE]
    assert wrong_too == [cost.number]


@pytest.mark.parametrize("model", [OfficeCost, OfficeFile, OfficeBooking, OfficePayment, OfficeReversal, Entry])
def test_what_was_written_stays(cast: Cast, model: Any) -> None:
    cost = approved(cast, files=[PDF])
    paid(cast, cost)
    approve(approval=back(cast, again(cost)), by=cast.gm, at=NOON)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(id=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_who_works_with_money_sees_all_and_others_their_own(cast: Cast) -> None:
    by_desk = asked(cast, claim(cast, claimant=cast.quality), by=cast.frontdesk)
    colleague = make_user("desk3", Role.FRONTDESK, cast.project)
    finance = Department.objects.get(project=cast.project, kind=DepartmentKind.FINANCE)
    treasurer = make_user("treasurer", Role.HEAD, cast.project, finance)

    def sees(user: User) -> bool:
        return OfficeCost.objects.visible_to(user).filter(pk=by_desk.pk).exists()

    assert all(map(sees, (cast.cashier, cast.supervisor, cast.gm, treasurer, cast.frontdesk, cast.quality)))
    assert not any(map(sees, (colleague, cast.head, cast.admin, cast.technician, cast.resident, cast.frontdesk2)))
    Membership.objects.filter(user=cast.frontdesk).update(ended_at=NOON)
    assert not sees(User.objects.get(pk=cast.frontdesk.pk))


def test_a_month_sums_what_was_approved_paid_and_taken_back(cast: Cast) -> None:
    share, first, second = approved(cast), approved(cast, claim(cast, 100)), approved(cast, claim(cast, 40))
    paid(cast, share, method="transfer")
    paid(cast, first)
    approve(approval=back(cast, again(first)), by=cast.gm, at=NOON)
    month = office_month(cast.project, cast.cashier, Asked(Spell.MONTH, DAY))
    assert [(row.payee, row.count, row.booked, row.reversed, row.borne) for row in month.rows] == [
        ("国网杭州供电公司", 1, share.amount, yuan(0), share.amount),
        (str(cast.frontdesk), 2, yuan(140), yuan(100), yuan(40)),
    ]
    assert dict(month.paid) == {str(Method.CASH.label): yuan(0), str(Method.TRANSFER.label): share.amount}
    assert (month.borne, month.payable, month.count) == (on(Book.OFFICE, cast), second.amount, 4)
    december = office_month(cast.project, cast.cashier, Asked(Spell.MONTH, DAY + timedelta(days=30)))
    assert (december.count, december.payable) == (0, second.amount)
