"""What falls due once a case is with the legal channel climbs a ladder of its own; payments find the right one."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions import arrears as acts
from billing.actions.arrears.finding import collect
from billing.actions.reversing import reverse_receipt
from billing.models import Arrears, Bill
from billing.queries.ladder import EXCUSED, board, listed, rows_of
from billing.queries.rungs import Column
from billing.states import ArrearsState
from cases.models import Event
from estate.actions import move_out
from estate.models import HouseholdMember, Person
from estate.states import Relation
from records.approvals import approve
from sla.states import ClockState
from tests.billing.arrears.ladder import again, clock, delivered, found, overdue, told
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-5", "ARR-6")]
DAY = timedelta(days=1)
LATER = NOON + 200 * DAY
SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


def filed(cast: Cast) -> Arrears:
    """A case that two people handed to the legal channel 120 days after they were told."""
    arrears = delivered(cast, found(cast), NOON)
    asked = acts.ask_to_file(
        despite="已明说不缴", arrears=arrears, reason="长期拒缴", by=cast.supervisor, at=NOON + 120 * DAY
    )
    approve(approval=asked, by=cast.gm, at=NOON + 121 * DAY)
    return again(arrears)


def newer(cast: Cast) -> Arrears:
    """The case that takes up what falls due now."""
    return Arrears.objects.climbing().select_related("case__project", "unit", "debtor").get(unit=cast.units[HOME])


def test_what_falls_due_after_filing_climbs_a_ladder_of_its_own(cast: Cast) -> None:
    first = overdue(cast)
    old = filed(cast)
    second = overdue(cast, 40, at=LATER)
    assert collect(LATER)["opened"] == 1
    assert collect(LATER) == {"promises": 0, "opened": 0, "bills": 0}
    new = newer(cast)
    assert (new.case.state, new.debtor_id, new.household_id) == ("to_remind", old.debtor_id, old.household_id)
    assert [link.bill_id for link in new.links.all()] == [second.pk]
    assert [link.bill_id for link in old.links.all()] == [first.pk]
    told(cast, new, LATER)
    third = overdue(cast, 20, at=LATER + DAY)
    collect(LATER + DAY)
    assert [link.bill_id for link in new.links.all()] == [second.pk, third.pk]
    letter = acts.letter(arrears=again(new), by=cast.cashier, at=LATER + 93 * DAY)
    assert [line.bill_id for line in letter.lines.all()] == [second.pk]
    acts.deliver(
        proof=acts.Proof(tracking_number="SF9", carrier_status="签收"),
        arrears=again(new),
        by=cast.cashier,
        at=LATER + 95 * DAY,
    )
    # The newer one goes to the legal channel too, beside the first.
    asked = acts.ask_to_file(
        despite="已明说不缴", arrears=again(new), reason="又不缴", by=cast.supervisor, at=LATER + 120 * DAY
    )
    approve(approval=asked, by=cast.gm, at=LATER + 121 * DAY)
    assert Arrears.objects.open().filter(case__state="filed").count() == 2


def sums(cast: Cast) -> dict[str, tuple[int, Decimal]]:
    """How many cases stand in each column that is not empty, and what they owe; as each of them says of itself."""
    columns = board(cast.supervisor, cast.project, LATER).columns
    for one in columns:
        rows = rows_of(listed(cast.supervisor, cast.project, column=one.column, cause=""), LATER)
        assert (one.count, one.owed) == (len(rows), sum((row.owed for row in rows), Decimal(0)))
    return {one.column.value: (one.count, one.owed) for one in columns if one.count}


def test_each_case_of_a_household_counts_once_in_its_column(cast: Cast) -> None:
    overdue(cast)
    old = filed(cast)
    assert sums(cast) == {"legal": (1, Decimal(100))}
    overdue(cast, 40, at=LATER)
    overdue(cast, 20, at=LATER)
    overdue(cast, 7, at=LATER, home=NEXT_DOOR)
    collect(LATER)
    assert sums(cast) == {"phone": (2, Decimal(67)), "legal": (1, Decimal(100))}
    new = newer(cast)
    acts.promise(arrears=again(new), until=(LATER + 5 * DAY).date(), by=cast.cashier, at=LATER)
    assert sums(cast) == {"phone": (1, Decimal(7)), "legal": (1, Decimal(100)), "paused": (1, Decimal(60))}
    # Excused it is owed still, and in no column; what falls due later is collected beside it.
    acts.excuse(arrears=again(new), reason="困难家庭", by=cast.supervisor, at=LATER)
    overdue(cast, 30, at=LATER)
    collect(LATER + DAY)
    assert sums(cast) == {"phone": (2, Decimal(37)), "legal": (1, Decimal(100))}
    assert [row.owed for row in rows_of(listed(cast.supervisor, cast.project, column=EXCUSED, cause=""), LATER)] == [60]
    assert old.household_id == new.household_id == newer(cast).household_id
    assert_books_agree(cast)


def test_there_is_one_that_climbs_and_no_second(cast: Cast) -> None:
    overdue(cast)
    arrears = found(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Arrears.objects.create(
            case=arrears.case, unit=arrears.unit, household_id=arrears.household_id, debtor_id=arrears.debtor_id
        )


def test_a_payment_settles_the_case_whose_bill_it_pays_and_taking_it_back_opens_that_one(cast: Cast) -> None:
    first = overdue(cast)
    old = filed(cast)
    second = overdue(cast, 40, at=LATER)
    collect(LATER)
    new = newer(cast)
    receipt = paid(cast, Bill.objects.get(pk=first.pk), at=LATER + timedelta(hours=1))
    assert (again(old).case.state, again(new).case.state) == (ArrearsState.SETTLED, ArrearsState.TO_REMIND)
    reverse_receipt(receipt=receipt, reason="付错了", by=cast.cashier, at=LATER + timedelta(hours=2))
    # With the legal channel again, although a newer one goes on.
    assert (again(old).case.state, again(old).ended_at) == (ArrearsState.FILED, None)
    assert collect(LATER + timedelta(hours=3)) == {"promises": 0, "opened": 0, "bills": 0}
    both = [Bill.objects.get(pk=bill.pk) for bill in (first, second)]
    paid(cast, *both, amount=110, at=LATER + timedelta(hours=4))
    assert (again(old).case.state, again(new).case.state) == (ArrearsState.SETTLED, ArrearsState.TO_REMIND)
    assert Event.objects.filter(case=new.case, kind="arrears.part_paid").get().data["rest"] == "30.00"
    assert_books_agree(cast)


@pytest.mark.req("ARR-3")
def test_what_no_letter_demanded_is_not_filed_and_is_collected_by_itself(cast: Cast) -> None:
    first = overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    late = overdue(cast, 40, at=NOON + 100 * DAY)
    collect(NOON + 100 * DAY)
    told(cast, again(arrears), NOON + 101 * DAY)
    asked = acts.ask_to_file(
        despite="已明说不缴", arrears=again(arrears), reason="拒缴", by=cast.supervisor, at=NOON + 120 * DAY
    )
    assert asked.data["amount"] == "100.00"
    at = NOON + 121 * DAY
    collect(at - timedelta(hours=1))
    approve(approval=asked, by=cast.gm, at=at)
    case = again(arrears).case
    assert case.state == ArrearsState.FILED
    assert clock(case, "arrears.limitation", first.number).state == ClockState.MET
    assert clock(case, "arrears.limitation", late.number).state == ClockState.CANCELLED
    assert not case.clocks.filter(ended_at=None).exists()
    assert collect(at + timedelta(minutes=1))["opened"] == 1
    new = newer(cast)
    assert [link.bill_id for link in new.links.all()] == [late.pk]
    assert clock(new.case, "arrears.limitation", late.number).state == ClockState.RUNNING
    assert late.number in str(Event.objects.get(case=case, kind="arrears.left_out").data)


def test_pages_and_api_show_both(cast: Cast, signed_in: SignIn, api: Api) -> None:
    overdue(cast)
    old = filed(cast)
    overdue(cast, 40, at=LATER)
    collect(LATER)
    new = newer(cast)
    client = signed_in(cast.cashier)
    ladder = client.get("/arrears/").content.decode()
    columns = board(cast.cashier, cast.project, LATER).columns
    shown = {one.column: [row.case.number for row in one.rows] for one in columns}
    assert (shown[Column.LEGAL], shown[Column.PHONE]) == ([old.case.number], [new.case.number])
    for one, other in ((old, new), (new, old)):
        assert f"/arrears/{one.case.number}/" in ladder
        page = client.get(f"/arrears/{one.case.number}/").content.decode()
        assert f"/arrears/{other.case.number}/" in page
        read = api(cast.cashier).get(f"/api/v1/arrears/{one.case.number}/").json()
        assert read["beside"] == [other.case.number]
    paid(cast, *[link.bill for link in new.links.all()], at=LATER + DAY)
    assert api(cast.cashier).get(f"/api/v1/arrears/{old.case.number}/").json()["beside"] == []


@pytest.mark.req("ARR-1")
def test_who_sold_the_home_owes_what_fell_due_before_and_who_bought_it_the_rest(cast: Cast) -> None:
    overdue(cast)
    first = told(cast, found(cast))
    household = cast.households[HOME]
    buyer = Person.objects.create(project=cast.project, name="新业主")
    # In the same household of the register: who bought came in before who sold went out.
    HouseholdMember.objects.create(household=household, person=buyer, relation=Relation.OWNER)
    seller = household.members.get(person=cast.people[HOME])
    move_out(household=household, member=seller, on=NOON.date(), by=cast.frontdesk, at=NOON)
    after = overdue(cast, 40, at=NOON + 40 * DAY)
    collect(NOON + 40 * DAY)
    new = Arrears.objects.select_related("debtor").get(debtor=buyer)
    assert [link.bill_id for link in new.links.all()] == [after.pk]
    assert again(first).debtor == cast.people[HOME]
    letter = acts.letter(arrears=again(first), by=cast.cashier, at=NOON + 93 * DAY)
    assert (letter.recipient, letter.amount) == ("张小明", Decimal(100))
    # The home is in another household of the register.
    move_out(household=household, on=(NOON + 100 * DAY).date(), by=cast.frontdesk, at=NOON + 100 * DAY)
    assert again(first).case.state == ArrearsState.LETTERED
    paid(cast, Bill.objects.get(pk=after.pk), at=NOON + 100 * DAY)
    assert (again(first).ended_at, again(new).case.state) == (None, ArrearsState.SETTLED)
    assert date(2026, 11, 22) == first.links.get().bill.due_on
