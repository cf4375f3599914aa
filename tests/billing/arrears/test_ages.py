"""How old what is owed is: of what is collected in cases that go on, and of those only that the reader sees."""

from decimal import Decimal

import pytest

from accounts.models import User
from billing.actions import arrears as acts
from billing.actions.reversing import reverse_receipt
from billing.models import Arrears, ArrearsBill, Bill
from billing.queries.ladder import ages, board, collected
from billing.queries.ledger import proof
from billing.queries.rungs import Column
from billing.states import Proven
from cases.models import Case
from cases.states import Reserved
from estate.models import Unit
from tests.billing.arrears.ladder import DAY, again, found, overdue
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-1")]


def counted(cast: Cast, reader: User) -> tuple[int, Decimal]:
    bars = ages(reader, cast.project, NOON.date())
    return sum(bar.count for bar in bars), sum((bar.amount or Decimal(0) for bar in bars), Decimal(0))


def assert_marked(cast: Cast) -> None:
    """Bills say in which case that goes on they are collected, and in no other."""
    linked = ArrearsBill.objects.filter(ended_at=None, arrears__ended_at=None).values_list("bill", "arrears")
    said = Bill.objects.filter(collected_in__isnull=False).values_list("pk", "collected_in")
    assert set(said) == set(linked)


def test_what_is_paid_or_excused_counts_no_more(cast: Cast) -> None:
    first, _second = overdue(cast, 100), overdue(cast, 50)
    overdue(cast, 30, home=NEXT_DOOR)
    mine = found(cast)
    assert counted(cast, cast.supervisor) == (3, Decimal(180))
    assert_marked(cast)
    receipt = paid(cast, first)
    assert counted(cast, cast.supervisor) == (2, Decimal(80))
    assert_marked(cast)
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON)
    assert_marked(cast)
    acts.excuse(arrears=mine, reason="困难家庭", by=cast.supervisor, at=NOON)
    assert counted(cast, cast.supervisor) == (1, Decimal(30))
    assert_marked(cast)


def assert_columns_agree(cast: Cast, reader: User) -> None:
    """The columns are as many cases, and as much, as the cases that the reader sees owe by their own bills."""
    cases = collected(reader, cast.project)
    by_case = {row.case_id: row.__dict__["owed"] for row in cases}
    owed = sum(by_case.values(), Decimal(0))
    shown = board(reader, cast.project, NOON)
    assert sum(column.count for column in shown.columns) == sum(bar.count for _key, bar in shown.causes) == len(cases)
    assert sum((column.owed for column in shown.columns), Decimal(0)) == owed == counted(cast, reader)[1]
    assert {row.case.pk: row.owed for column in shown.columns for row in column.rows} == by_case


def test_columns_come_to_what_their_cases_owe(cast: Cast) -> None:
    bare = Unit.objects.create(project=cast.project, building=cast.units[NEXT_DOOR].building, number="9-9-909")
    cast.units[bare.number] = bare
    first = overdue(cast, "100.10")
    for amount, home in (("50.05", HOME), ("30.20", NEXT_DOOR), ("7.01", bare.number), ("8.02", bare.number)):
        overdue(cast, amount, home=home)
    mine, nobodys = found(cast), Arrears.objects.get(unit=bare)
    assert (nobodys.household_id, nobodys.links.count()) == (None, 2)
    assert_columns_agree(cast, cast.supervisor)
    assert counted(cast, cast.supervisor) == (5, Decimal("195.38"))
    receipt = paid(cast, first, amount="0.05")
    assert_columns_agree(cast, cast.supervisor)
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=NOON)
    acts.promise(arrears=again(mine), until=(NOON + 5 * DAY).date(), by=cast.cashier, at=NOON)
    assert_columns_agree(cast, cast.supervisor)
    paused = next(one for one in board(cast.supervisor, cast.project, NOON).columns if one.column == Column.PAUSED)
    assert (paused.count, paused.owed) == (1, Decimal("150.15"))
    Case.objects.filter(pk=mine.case_id).update(reserved_for=Reserved.LEADERS)
    for reader in (cast.supervisor, cast.cashier):
        assert_columns_agree(cast, reader)
    acts.excuse(arrears=again(mine), reason="困难家庭", by=cast.supervisor, at=NOON)
    assert_columns_agree(cast, cast.supervisor)
    assert counted(cast, cast.supervisor) == (3, Decimal("45.23"))


def test_the_proof_of_the_books_finds_a_bill_that_says_it_is_collected_and_is_not(cast: Cast) -> None:
    bill = overdue(cast, 100)
    overdue(cast, 50)
    found(cast)
    assert_books_agree(cast)
    Bill.objects.filter(pk=bill.pk).update(collected_in=None)
    wrong = [
        (one.about.value, f"{one.stands:.2f}", f"{one.ledger:.2f}") for one in proof(cast.project) if not one.holds
    ]
    assert wrong == [(Proven.COLLECTED.value, "50.00", "150.00")]


def test_the_proof_of_the_books_finds_a_bill_that_names_another_case(cast: Cast) -> None:
    bill = overdue(cast, 100)
    overdue(cast, 50, home=NEXT_DOOR)
    found(cast)
    Bill.objects.filter(pk=bill.pk).update(collected_in=Arrears.objects.exclude(pk=bill_case(bill)).get())
    assert [one.about for one in proof(cast.project) if not one.holds] == [Proven.COLLECTED]


def bill_case(bill: Bill) -> int:
    return ArrearsBill.objects.get(bill=bill, ended_at=None).arrears_id


def test_what_is_reserved_counts_for_those_above_only(cast: Cast) -> None:
    overdue(cast, 100)
    overdue(cast, 30, home=NEXT_DOOR)
    mine = found(cast)
    Case.objects.filter(pk=mine.case_id).update(reserved_for=Reserved.LEADERS)
    assert counted(cast, cast.supervisor) == (2, Decimal(130))
    assert counted(cast, cast.cashier) == (1, Decimal(30))
