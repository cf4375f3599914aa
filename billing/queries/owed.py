"""Who is liable for what, and what is owed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Project
from billing.models import Bill, Credit, PaymentLine
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from cases.models import Case
from estate.models import Household, HouseholdMember, Unit
from estate.states import Relation
from records.bulk import among


@dataclass(frozen=True)
class Liable:
    """Who owes: keys of the household and of the person, both empty where nobody is registered."""

    household: int | None = None
    person: int | None = None


NOBODY = Liable()


def liable_for(units: Iterable[int]) -> dict[int, Liable]:
    """The owner of each unit now, by the unit's key, in one statement; the owner stays liable where a tenant lives.

    Source: 物业管理条例 41.
    """
    return Owners.of(units, since=date.max, today=date.max).now()  # of whoever left, nobody counts


@dataclass(frozen=True, slots=True)
class Held:
    """From when until when somebody owned a home; without a day, always."""

    since: date | None
    until: date | None
    owner: Liable


class Owners:
    """Who owned which homes when: one statement for any number of them.

    Whoever owns a home on the last day of a bill's time owes it; today's owner where that day lies ahead. A sale
    leaves what was before it with whoever sold. Source: 物业管理条例 41.
    """

    def __init__(self, always: Mapping[int, Liable], held: Mapping[int, Sequence[Held]], today: date) -> None:
        # Most homes are one owner's all the time: nothing is weighed of those.
        self._always, self._held, self._today = always, held, today

    @classmethod
    def of(cls, units: Iterable[int], *, since: date, today: date) -> Self:
        """The owners of units since a day."""
        there = Q(ended_on=None) | Q(ended_on__gte=since)
        of_then = Q(household__ended_on=None) | Q(household__ended_on__gte=since)
        members = HouseholdMember.objects.filter(
            there, of_then, household__unit_id__in=among(units), household__is_owner=True, relation=Relation.OWNER
        )
        names = ("started_on", "household__started_on", "ended_on", "household__ended_on")
        rows = members.order_by("household_id", "pk").values_list(
            "household__unit_id", "household_id", "person_id", *names
        )
        always: dict[int, Liable] = {}
        held: dict[int, list[Held]] = {}
        for unit, household, person, moved_in, began, left, ended in rows:
            if unit in always:
                continue
            came = moved_in or began
            stands = left is None and ended is None
            if stands and (came is None or came <= since) and unit not in held:
                always[unit] = Liable(household, person)
                continue
            until = min((day for day in (left, ended) if day is not None), default=None)
            held.setdefault(unit, []).append(Held(came, until, Liable(household, person)))
        return cls(always, held, today)

    def on(self, unit: int, day: date, *, since: date = date.min) -> Liable:
        """Who owned a home on a day, today for one that lies ahead; who came that day rather than who left on it.

        Nobody who left before `since`: what begins after somebody left is not theirs, though it is billed ahead.
        """
        if unit in self._always:
            return self._always[unit]
        day, left = min(day, self._today), NOBODY
        for one in self._held.get(unit, ()):
            if (one.since is not None and one.since > day) or (one.until is not None and one.until < since):
                continue
            if one.until is None or one.until > day:
                return one.owner
            if one.until == day and left is NOBODY:
                left = one.owner
        return left

    def now(self) -> dict[int, Liable]:
        """The owner of each home now: of several the first who stands in the register."""
        found = dict(self._always)
        for unit, held in self._held.items():
            standing = next((one.owner for one in held if one.until is None), None)
            if standing is not None:
                found[unit] = standing
        return found

    def changed(self, unit: int, start: date, end: date) -> bool:
        """Whether a home had another owner on the first day of a time, or has another now, than at its end."""
        if unit not in self._held:
            return False
        owes = self.on(unit, end, since=start)
        return owes != self.on(unit, start) or owes != self.on(unit, self._today)


def liable_in(household: Household) -> Liable:
    """Whoever of a household is asked to pay what it ordered: its owner or tenant, else its first member."""
    rows = list(household.members.filter(ended_on=None).order_by("pk").values_list("relation", "person_id"))
    first = [person for relation, person in rows if relation in (Relation.OWNER, Relation.TENANT)]
    return Liable(household.pk, next(iter([*first, *(person for _relation, person in rows)]), None))


def open_bills(unit: Unit) -> list[Bill]:
    """What is owed for a unit, the oldest first, whoever owes it."""
    rows = Bill.objects.open().filter(unit=unit).select_related("item", "household", "debtor")
    return list(rows.order_by("due_on", "pk"))


def owed_before(units: Iterable[int]) -> dict[tuple[int, int | None], Decimal]:
    """What is owed now for homes, in yuan, by the keys of unit and household: before a bill that is about to come."""
    rows = Bill.objects.open().filter(unit__in=among(units)).order_by().values_list("unit", "household")
    return {(unit, household): owed for unit, household, owed in rows.annotate(sum=MoneySum("outstanding"))}


def credits_owing(project: Project, before: date) -> list[Credit]:
    """What households paid in advance of homes for which they owe something that was due before a day."""
    late = Bill.objects.open().filter(unit=OuterRef("unit"), due_on__lt=before)
    own = Q(Exists(late.filter(household=OuterRef("household"))))
    nobodys = Q(Exists(late.filter(household=None)), household=None)
    rows = Credit.objects.filter(own | nobodys, project=project, amount__gt=0)
    return list(rows.select_related("unit__project").order_by("unit_id", "pk"))


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


def paid_at(moment: datetime) -> Exists:
    """The condition on bills that a receipt stood for at a moment, whatever became of it since."""
    lines = PaymentLine.objects.filter(bill=OuterRef("pk"), payment__at__lte=moment)
    stood = Q(payment__receipt__reversed_at=None) | Q(payment__receipt__reversed_at__gt=moment)
    return Exists(lines.filter(stood))


def bills_of(case: Case) -> list[Bill]:
    """The standing bills raised for a case, for whoever sees the case."""
    return list(Bill.objects.standing().filter(case=case).order_by("pk"))


def billed_for(case: Case) -> Decimal:
    """What the standing bills of a case come to, in yuan."""
    billed = Bill.objects.standing().filter(case=case).aggregate(sum=MoneySum("amount", default=NOTHING))
    return Decimal(billed["sum"])
