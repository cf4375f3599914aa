"""What is collected, from whom and how far: terms, what is owed, where a case stands on the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Project
from billing.models import Arrears, ArrearsBill, ArrearsLetter, ArrearsLetterBill, ArrearsTerms, Bill
from billing.models.arrears import ON_ITS_WAY, PROVEN
from billing.models.bills import BillQuerySet
from billing.rules.arrears import rung_after
from billing.rules.exact import NOTHING
from billing.states import REFUSALS, Cause
from estate.models import PersonPhone
from sla.models import Clock
from sla.queries import versions_in_force
from visits.models import HomeVisit

REMIND_CLOCK = "arrears.remind"
LETTER_CLOCK = "arrears.letter"
DECISION_CLOCK = "arrears.legal"
LIMITATION_CLOCK = "arrears.limitation"
UNPAID_CLOCK = "arrears.unpaid"


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


def visits_to(arrears: Arrears) -> list[HomeVisit]:
    """The visits that were made to collect it, the oldest first. One statement."""
    made = HomeVisit.objects.filter(case__parent=arrears.case_id, made_at__isnull=False)
    return list(made.select_related("case", "made_by", "photo__file").order_by("made_at", "pk"))


def demanded_of(arrears: Arrears) -> list[Bill]:
    """What is still owed of what letters demanded whose delivery can be shown, the oldest first: what may be filed."""
    proven = ArrearsLetter.objects.filter(PROVEN, arrears=arrears)
    lines = ArrearsLetterBill.objects.filter(letter__in=proven)
    demanded = set(lines.values_list("bill_id", flat=True))
    return [bill for bill in owed_of(arrears) if bill.pk in demanded]


@dataclass(frozen=True)
class Missing:
    """What is missing for the legal channel: `wait` (until when they have time to pay), or `cause` (what is known)."""

    what: str
    until: date | None = None
    cause: str = ""


def missing_for_legal(arrears: Arrears, at: datetime) -> list[Missing]:
    """What the standard asks for before the legal channel and is not there: time to pay since the letter, a refusal.

    Source: 三(4)④ (对长期无端拒缴…可通过法律渠道处理).
    """
    found = []
    until = time_to_pay(arrears)
    if until is not None and at < until:
        found.append(Missing("wait", until=until.astimezone(arrears.case.project.tz).date()))
    if arrears.cause not in REFUSALS:
        found.append(Missing("cause", cause=arrears.cause))
    return found


def missing_words(missing: Iterable[Missing]) -> str:
    """What is missing for the legal channel, in words."""
    return _("; ").join(_missing(one) for one in missing)


def _missing(one: Missing) -> str:
    if one.until is not None:
        return _("they have time to pay until %(day)s") % {"day": one.until.isoformat()}
    cause = str(Cause(one.cause).label) if one.cause else _("not known yet")
    return _("no refusal is recorded (why it is not paid: %(cause)s)") % {"cause": cause}


def time_to_pay(arrears: Arrears) -> datetime | None:
    """Until when who got a letter has time to pay; None where no rule gives any. A pause moves it."""
    clock = Clock.objects.filter(case=arrears.case_id, key=UNPAID_CLOCK).order_by("-pk").first()
    if clock is not None:
        return clock.due_at
    version = next((one for one in versions_in_force() if one.policy.key == UNPAID_CLOCK), None)
    if version is None or arrears.delivered_at is None:
        return None
    return arrears.delivered_at + timedelta(seconds=version.goal_seconds)  # it came before there was such a rule


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
    """Where a case stands on the ladder by what is still owed in it, whatever pauses it."""
    live = ArrearsBill.objects.filter(arrears=arrears, ended_at=None)
    named = ArrearsLetterBill.objects.filter(bill__in=live.values("bill_id"))
    letters = ArrearsLetter.objects.filter(arrears=arrears, pk__in=named.values("letter_id"))
    return rung_after(
        notified=live.filter(told_at__isnull=False).exists(),
        lettered=letters.filter(ON_ITS_WAY).exists(),
        delivered=letters.filter(delivered_on__isnull=False).exists(),
        filed=arrears.filed_at is not None,
    )


def phones_of(people: Iterable[int]) -> dict[int, str]:
    """The first phone of each person, by the person's key, in one statement."""
    rows = PersonPhone.objects.filter(person__in=list(people), ended_at=None).order_by("is_primary", "-pk")
    return dict(rows.values_list("person_id", "number"))


def phone_of(arrears: Arrears) -> str:
    """Where whoever is liable is reached; empty where it is not known."""
    return phones_of([arrears.debtor_id]).get(arrears.debtor_id, "") if arrears.debtor_id else ""
