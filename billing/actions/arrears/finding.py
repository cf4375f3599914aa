"""Who is overdue, found by the calendar: once a local day for each project, in batches, statements by the batch.

Killed anywhere, the batch in hand is as if it had not begun; run twice, the second finds nothing. Source: ARR-1.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import Department, Project
from accounts.states import DepartmentKind
from billing.actions.arrears.marking import mark
from billing.actions.arrears.pausing import end_promises
from billing.actions.arrears.reminding import notice_of, said, sms_data
from billing.actions.arrears.settling import catch_up
from billing.actions.arrears.turns import TEMPLATE, Turn
from billing.actions.crediting import settle_overdue
from billing.models import Arrears, ArrearsBill, ArrearsNotice, ArrearsRound, Bill
from billing.queries.arrears import Terms, overdue, phones_of, terms_of, total_of
from billing.queries.sums import MoneySum
from billing.rules.arrears import breached_at, overdue_before, title
from billing.states import KIND, ArrearsState, Reminder
from cases.actions import NewCase, lock_rows, open_cases, retitle
from cases.models import Case
from cases.states import Channel, Phase
from estate.models import Household, Person, Unit
from notifications.actions.outside import Sms, send_sms, sms_channel
from sla.actions import Occasion, happen_to_many

BATCH = 500
# So many batches in one pass: deadlines are watched by the same process.
MOST_BATCHES = 4
# Whose bill it is: household, who of it is liable, and home; the home alone where nobody is registered.
Key = tuple[int | None, int | None, int]


def collect(at: datetime) -> dict[str, int]:
    """The periodic work of arrears: promises that ran out, and once a local day what has become overdue."""
    counts = {"promises": end_promises(at=at), "opened": 0, "bills": 0}
    days = {project: at.astimezone(project.tz).date() for project in Project.objects.order_by("pk")}
    rounds = ArrearsRound.objects.filter(day__in=set(days.values()), finished_at__isnull=False)
    done = set(rounds.values_list("project_id", "day"))
    for project, day in days.items():
        if (project.pk, day) not in done:
            for name, count in find_overdue(project, day=day, at=at).items():
                counts[name] += count
    return counts


def find_overdue(project: Project, *, day: date, at: datetime, batch: int = BATCH) -> dict[str, int]:
    """Go on with a project's round of a day; at most `MOST_BATCHES` batches, the rest is the next pass's.

    Whoever paid enough in advance is not found: that settles what is overdue first.
    """
    counts = {"opened": 0, "bills": 0}
    settle_overdue(project, before=overdue_before(day, terms_of(project).grace_days), at=at)
    ArrearsRound.objects.bulk_create([ArrearsRound(project=project, day=day)], ignore_conflicts=True)
    for _turn in range(MOST_BATCHES):
        found = _find_batch(project, day, at, batch)
        if found is None:
            break
        counts["opened"] += found.opened
        counts["bills"] += found.bills
    return counts


@dataclass
class _Found:
    """What a batch came to."""

    opened: int = 0
    bills: int = 0


@transaction.atomic
def _find_batch(project: Project, day: date, at: datetime, batch: int) -> _Found | None:
    """The next batch; None where the round is over, or another pass has it in hand."""
    rounds = ArrearsRound.objects.select_for_update(skip_locked=True)
    this = rounds.filter(project=project, day=day, finished_at=None).first()
    if this is None:
        return None
    terms = terms_of(project)
    late = overdue(project, overdue_before(day, terms.grace_days))
    units = set(late.order_by("unit_id", "pk").values_list("unit_id", flat=True)[:batch])
    if not units:
        catch_up(project, at=at)
        ArrearsRound.objects.filter(pk=this.pk).update(finished_at=at)
        return None
    _lock(units)
    bills = list(late.filter(unit__in=units).order_by("due_on", "pk"))
    return _Batch(project, terms, at).take(bills) if bills else _Found()


def _lock(units: Collection[int]) -> None:
    """In the one order: cases, then units. Whoever pays holds the unit, so that what is read next is how it stands."""
    lock_rows(Arrears.objects.open().filter(unit__in=units).values_list("case_id", flat=True))
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk"))


@dataclass
class _Batch:
    """Bills of some units that became overdue, put into the cases of their households."""

    project: Project
    terms: Terms
    at: datetime
    groups: dict[Key, list[Bill]] = field(default_factory=lambda: defaultdict(list))

    def take(self, bills: Sequence[Bill]) -> _Found:
        """Open cases where none takes up what falls due, add the bills, start their clocks, send the SMS."""
        for bill in bills:
            self.groups[_key(bill)].append(bill)
        known = self._climbing_ones()
        fresh = [key for key in self.groups if key not in known]
        known |= self._open(fresh)
        ArrearsBill.objects.bulk_create(
            [
                ArrearsBill(arrears=known[key], bill=bill, added_at=self.at)
                for key, mine in self.groups.items()
                for bill in mine
            ]
        )
        mark(bill.pk for bill in bills)
        happen_to_many(list(self._occasions(known, set(fresh))), at=self.at)
        _retitle([known[key] for key in self.groups if key not in fresh])
        self._send(known)
        return _Found(opened=len(fresh), bills=len(bills))

    def _climbing_ones(self) -> dict[Key, Arrears]:
        """The cases that take up the bills, as they stand now that they are locked; what was filed takes up nothing."""
        households = [household for household, _debtor, _unit in self.groups if household is not None]
        bare = [unit for household, _debtor, unit in self.groups if household is None]
        rows = Arrears.objects.climbing().filter(Q(household__in=households) | Q(household=None, unit__in=bare))
        found = {_key(row): row for row in rows.select_related("case__project", "case__unit", "unit")}
        return {key: found[key] for key in self.groups if key in found}

    def _open(self, keys: Sequence[Key]) -> dict[Key, Arrears]:
        """New cases with what hangs on them."""
        if not keys:
            return {}
        debtors = {key: self.groups[key][-1].debtor_id for key in keys}
        people = Person.objects.in_bulk({pk for pk in debtors.values() if pk is not None})
        phones = phones_of(people)
        units = Unit.objects.in_bulk({unit for _household, _debtor, unit in keys})
        households = Household.objects.in_bulk({household for household, *_ in keys if household is not None})
        finance = Department.objects.filter(project=self.project, kind=DepartmentKind.FINANCE).first()
        news = []
        for key in keys:
            mine, debtor = self.groups[key], debtors[key]
            news.append(
                NewCase(
                    kind=KIND,
                    state=ArrearsState.TO_REMIND,
                    project=self.project,
                    title=title(total_of(mine), len(mine)),
                    unit=units[key[2]],
                    household=households.get(key[0]) if key[0] is not None else None,
                    contact_name=people[debtor].name if debtor else "",
                    contact_phone=phones.get(debtor, "") if debtor else "",
                    channel=Channel.STAFF,
                    department=finance,
                )
            )
        cases = open_cases(news=news, at=self.at)
        made = Arrears.objects.bulk_create(
            [
                Arrears(case=case, unit=units[key[2]], household_id=key[0], debtor_id=debtors[key])
                for case, key in zip(cases, keys, strict=True)
            ]
        )
        return dict(zip(keys, made, strict=True))

    def _occasions(self, known: dict[Key, Arrears], fresh: set[Key]) -> Iterable[Occasion]:
        """Opened, or added to; and for each day on which bills were due, that they are overdue since its end."""
        for key, mine in self.groups.items():
            case = known[key].case
            data = {"count": len(mine), "amount": f"{total_of(mine):.2f}"}
            yield Occasion(case=case, kind=_kind(case, fresh=key in fresh), data=data)
            due: dict[date, list[Bill]] = defaultdict(list)
            for bill in mine:
                due[bill.due_on].append(bill)
            for day, bills in due.items():
                yield Occasion(
                    case=case,
                    kind="arrears.bills_overdue",
                    data={
                        "bills": [bill.number for bill in bills],
                        "amount": f"{total_of(bills):.2f}",
                        "due": {"on": day.isoformat()},
                    },
                    subjects=[bill.number for bill in bills],
                    since=min(breached_at(day, self.project.tz), self.at),
                )

    def _send(self, known: dict[Key, Arrears]) -> None:
        """The SMS that goes at once, where one is wanted and a way to send it is set up."""
        channel = sms_channel(self.project) if self.terms.sms_at_once else None
        if channel is None:
            return
        people = {arrears.debtor_id for arrears in known.values() if arrears.debtor_id is not None}
        phones = phones_of(people)
        owed: dict[int, list[Bill]] = defaultdict(list)
        links = ArrearsBill.objects.filter(arrears__in=[one.pk for one in known.values()], ended_at=None)
        for link in links.select_related("bill").order_by("bill__due_on", "bill_id"):
            owed[link.arrears_id].append(link.bill)
        last = ArrearsNotice.objects.filter(arrears__in=[one.pk for one in known.values()], how=Reminder.SMS)
        sent = {
            pk: at.astimezone(self.project.tz).date() for pk, at in last.values_list("arrears", "at").order_by("pk")
        }
        notices: list[ArrearsNotice] = []
        messages: list[Sms] = []
        for arrears in known.values():
            phone = phones.get(arrears.debtor_id, "") if arrears.debtor_id else ""
            turn = _Terms(arrears, arrears.case, None, self.at, known=self.terms)
            if not phone or arrears.case.phase != Phase.OPEN or sent.get(arrears.pk) == turn.today:
                continue
            notice = notice_of(arrears, owed[arrears.pk], how=Reminder.SMS, reached=False, turn=turn)
            notices.append(notice)
            data = sms_data(arrears, owed[arrears.pk], notice)
            key = f"arrears:{arrears.case.number}:{turn.today:%Y%m%d}"
            messages.append(Sms(key=key, case=arrears.case, address=phone, template=TEMPLATE, data=data))
        ArrearsNotice.objects.bulk_create(notices)
        send_sms(messages, project=self.project, channel=channel, at=self.at)
        happen_to_many(
            [
                Occasion(
                    case=notice.arrears.case,
                    kind="arrears.sms_sent",
                    data=said(owed[notice.arrears_id], notice) | {"how": {"zh": "短信", "en": "by SMS"}},
                )
                for notice in notices
            ],
            at=self.at,
        )


@dataclass
class _Terms(Turn):
    """A turn of the calendar's whose project's terms are known already."""

    known: Terms = field(default_factory=Terms)

    @property
    def terms(self) -> Terms:
        """How the project collects."""
        return self.known


def _retitle(grown: Sequence[Arrears]) -> None:
    """Call the cases that took up more by all that is owed in them now."""
    if not grown:
        return
    live = ArrearsBill.objects.filter(arrears__in=[one.pk for one in grown], ended_at=None).order_by()
    sums = live.values("arrears").annotate(sum=MoneySum("bill__outstanding"), n=Count("*"))
    owed = {row["arrears"]: (row["sum"], row["n"]) for row in sums}
    retitle(titles={arrears.case: title(*owed[arrears.pk]) for arrears in grown})


def _kind(case: Case, *, fresh: bool) -> str:
    """What adding bills is called: while a case rests nobody is to be reminded of them, that waits until it goes on."""
    if fresh:
        return "arrears.opened"
    return "arrears.bills_added" if case.phase == Phase.OPEN else "arrears.bills_joined"


def _key(of: Bill | Arrears) -> Key:
    return of.household_id, of.debtor_id if of.household_id else None, of.unit_id
