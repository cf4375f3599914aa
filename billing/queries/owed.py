"""Who is liable for what, and what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from billing.models import Bill, Credit, PaymentLine
from billing.rules.exact import NOTHING
from cases.models import Case
from estate.models import Household, HouseholdMember, Unit
from estate.states import Relation


@dataclass(frozen=True)
class Liable:
    """Who owes: keys of the household and of the person, both empty where nobody is registered."""

    household: int | None = None
    person: int | None = None


def liable_for(units: Iterable[int]) -> dict[int, Liable]:
    """The owner of each unit now, by the unit's key, in one statement; the owner stays liable where a tenant lives.

    Source: 物业管理条例 41.
    """
    owners = HouseholdMember.objects.current().filter(
        household__unit_id__in=list(units), household__is_owner=True, relation=Relation.OWNER
    )
    rows = owners.order_by("-household_id", "-pk").values_list("household__unit_id", "household_id", "person_id")
    return {unit: Liable(household, person) for unit, household, person in rows}


def liable_in(household: Household) -> Liable:
    """Whoever of a household is asked to pay what it ordered: its owner or tenant, else its first member."""
    rows = list(household.members.filter(ended_on=None).order_by("pk").values_list("relation", "person_id"))
    first = [person for relation, person in rows if relation in (Relation.OWNER, Relation.TENANT)]
    return Liable(household.pk, next(iter([*first, *(person for _relation, person in rows)]), None))


def open_bills(unit: Unit) -> list[Bill]:
    """What is owed for a unit, the oldest first, whoever owes it."""
    rows = Bill.objects.open().filter(unit=unit).select_related("item", "household", "debtor")
    return list(rows.order_by("due_on", "pk"))


def credit_of(unit: Unit, household: int | None) -> Decimal:
    """What a household of the unit has paid in advance, in yuan; without one, what came of a home of nobody."""
    rows = Credit.objects.filter(unit=unit, household=household)
    return rows.values_list("amount", flat=True).first() or NOTHING


def owner_liable(unit: Unit) -> Liable:
    """The owner of one unit now, who owes what nobody else is asked for."""
    return liable_for([unit.pk]).get(unit.pk, Liable())


def owner_of(unit: Unit) -> int | None:
    """The key of the owner's household; None where none is registered."""
    return owner_liable(unit).household


def without_money(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """The standing ones of bills that no receipt stands for, whatever of them was waived or paid from credit."""
    taken = PaymentLine.objects.filter(bill=OuterRef("pk"), payment__receipt__reversed_at=None)
    return bills.filter(~Exists(taken), voided_at=None)


def bills_of(case: Case) -> list[Bill]:
    """The standing bills raised for a case, for whoever sees the case."""
    return list(Bill.objects.standing().filter(case=case).order_by("pk"))


def billed_for(case: Case) -> Decimal:
    """What the standing bills of a case come to, in yuan."""
    billed = Bill.objects.standing().filter(case=case).aggregate(sum=Sum("amount", default=NOTHING))
    return Decimal(billed["sum"])
