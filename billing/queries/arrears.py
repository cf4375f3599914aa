"""What is collected, from whom and how far: terms, what is owed, where a case stands on the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Project
from billing.models import Arrears, ArrearsBill, ArrearsLetter, ArrearsTerms, Bill
from billing.models.bills import BillQuerySet
from billing.rules.arrears import rung_after
from billing.rules.exact import NOTHING
from estate.models import PersonPhone


@dataclass(frozen=True)
class Terms:
    """How a project collects: days of grace, days that a notice gives, whether an SMS goes at once."""

    grace_days: int = 0
    pay_within_days: int = 15
    sms_at_once: bool = True

    def pay_by(self, today: date) -> date:
        """The last day that a notice of today names."""
        return today + timedelta(days=self.pay_within_days)


def terms_of(project: Project) -> Terms:
    """The project's own terms, else the company's, else the usual ones. One statement."""
    rows = ArrearsTerms.objects.filter(Q(project=project) | Q(project=None))
    found = rows.order_by(F("project").asc(nulls_last=True)).first()
    return Terms(found.grace_days, found.pay_within_days, found.sms_at_once) if found else Terms()


def owed_of(arrears: Arrears) -> list[Bill]:
    """What is collected in a case and still owed, the oldest first."""
    live = ArrearsBill.objects.filter(arrears=arrears, ended_at=None).values("bill_id")
    return list(Bill.objects.open().filter(pk__in=live).select_related("item").order_by("due_on", "pk"))


def total_of(bills: Iterable[Bill]) -> Decimal:
    """What bills still come to, in yuan."""
    return sum((bill.outstanding for bill in bills), NOTHING)


def period_of(bills: Sequence[Bill]) -> tuple[date | None, date | None]:
    """From when until when the bills are for; nothing where they belong to no period."""
    starts = [bill.period_start for bill in bills if bill.period_start]
    ends = [bill.period_end for bill in bills if bill.period_end]
    return min(starts, default=None), max(ends, default=None)


def overdue(project: Project, before: date) -> BillQuerySet:
    """Bills of a project that were due before a day and are collected in no case."""
    collected = ArrearsBill.objects.filter(bill=OuterRef("pk"), ended_at=None)
    return Bill.objects.open().filter(~Exists(collected), project=project, due_on__lt=before)


def rung_of(arrears: Arrears) -> str:
    """Where a case stands on the ladder, whatever pauses it."""
    on_its_way = ArrearsLetter.objects.filter(arrears=arrears, delivered_on=None, returned_at=None).exists()
    return rung_after(
        notified=arrears.notified_at is not None,
        lettered=on_its_way,
        delivered=arrears.delivered_at is not None and not on_its_way,
        filed=arrears.filed_at is not None,
    )


def phones_of(people: Iterable[int]) -> dict[int, str]:
    """The first phone of each person, by the person's key, in one statement."""
    rows = PersonPhone.objects.filter(person__in=list(people), ended_at=None).order_by("is_primary", "-pk")
    return dict(rows.values_list("person_id", "number"))


def phone_of(arrears: Arrears) -> str:
    """Where whoever is liable is reached; empty where it is not known."""
    return phones_of([arrears.debtor_id]).get(arrears.debtor_id, "") if arrears.debtor_id else ""
