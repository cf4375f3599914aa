"""The prices of the demonstration, who bears them, what the meters say, and the bills of the last two months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from simple_history.utils import bulk_create_with_history

from accounts.models import Project, User
from billing.actions.meters import Hung, Typed, hang_in_every_unit, hang_meter, take_readings
from billing.actions.running import prepare_run, raise_run
from billing.actions.sharing import Cost, raise_shares, share_out
from billing.actions.tariffs import Price, add_price, set_price
from billing.models import BillingRun, ChargeItem, Meter, Tariff, UnitCharge
from billing.rules.metering import Taken
from billing.rules.periods import DAY, Period, month_of, step
from billing.states import Basis, Book, MeterKind, ShareBy
from core.errors import NotNow
from estate.models import Building, Unit
from records.work import run_waiting

MANAGEMENT, PARKING, WATER, COMMON = "物业服务费", "车位管理费", "代收水费", "公共用电分摊"
# Homes whose water the company reads; elsewhere the waterworks does so itself.
READ_IN = "3"


@dataclass(frozen=True)
class Books:
    """The project, its people and the days between which the story of its money goes."""

    project: Project
    users: Mapping[str, User]
    now: datetime

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.project.tz).date()

    def month(self, ago: int) -> Period:
        """A whole month so many months ago."""
        return month_of(step(self.today.replace(day=1), -ago))

    def moment(self, day: date, at: str = "10:00") -> datetime:
        """A local time of a day, never in the future."""
        return min(datetime.combine(day, time.fromisoformat(at), self.project.tz), self.now)

    def days_ago(self, days: int, at: str = "10:00") -> datetime:
        """A local time so many days ago."""
        return self.moment(self.today - timedelta(days=days), at)

    def minutes_ago(self, minutes: int) -> datetime:
        """So long ago, but not before the day began: yesterday is closed."""
        return max(self.now - timedelta(minutes=minutes), datetime.combine(self.today, time(), self.project.tz))

    def home(self, number: str) -> Unit:
        """A home by its number."""
        return Unit.objects.select_related("project").get(project=self.project, number=number)

    @property
    def due_on(self) -> date:
        """By when the bills of the last two months are to be paid."""
        return self.month(-1).end


def make_prices(books: Books) -> dict[str, Tariff]:
    """Prices per m², parking space and reading; the first of them changed with the year."""
    since = books.month(3).start.replace(month=1, day=1)
    began = since.replace(year=since.year - 2)
    by, at = books.users["gm"], books.moment(began - timedelta(days=30))
    _behalf(books.project)
    prices = {
        MANAGEMENT: Price(starts_on=began, basis=Basis.AREA, unit_price=Decimal("2.60")),
        PARKING: Price(starts_on=began, basis=Basis.SPACE, unit_price=Decimal(80)),
        WATER: Price(starts_on=began, basis=Basis.READING, unit_price=Decimal("3.45")),
    }
    made = {
        name: add_price(project=books.project, name=name, price=price, reason="前期物业服务合同", by=by, at=at)
        for name, price in prices.items()
    }
    raised = Price(starts_on=since, basis=Basis.AREA, unit_price=Decimal("2.80"))
    reason, told = "业主大会决议：质价相符，调整为 2.80 元", books.moment(since - timedelta(days=40))
    made[MANAGEMENT] = set_price(tariff=made[MANAGEMENT], price=raised, reason=reason, by=by, at=told)
    return made


def _behalf(project: Project) -> None:
    """What is collected for the waterworks and the power company is no income of the company's."""
    for name in (WATER, COMMON):
        ChargeItem.objects.create(project=project, name=name, account_id=Book.ON_BEHALF)


def bear(books: Books, prices: Mapping[str, Tariff]) -> None:
    """Every home bears management and parking from two months ago on, those of one building water too."""
    since = books.month(2).start
    units = list(Unit.objects.filter(project=books.project).select_related("building").order_by("pk"))
    charges = [
        UnitCharge(unit=unit, tariff=tariff, starts_on=since)
        for unit in units
        for name, tariff in prices.items()
        if name != WATER or unit.building.code == READ_IN
    ]
    told = {"default_user": books.users["admin"], "default_date": books.moment(since)}
    bulk_create_with_history(charges, UnitCharge, batch_size=500, **told)


def read_meters(books: Books) -> None:
    """A water meter in every home of one building, read at the end of each month; one for the light of a stairwell."""
    by, first = books.users["cashier"], books.month(3).end
    item = ChargeItem.objects.get(project=books.project, name=WATER)
    building = Building.objects.get(project=books.project, code=READ_IN)
    hung, at = Hung(kind=MeterKind.WATER, item=item), books.moment(first, "09:00")
    hang_in_every_unit(project=books.project, hung=hung, building=building, by=by, at=at)
    light = Taken(day=first, value=Decimal(18204))
    place = Hung(kind=MeterKind.POWER)
    hang_meter(project=books.project, hung=place, place="3号楼楼道照明", number="DB-301", first=light, by=by, at=at)
    meters = list(Meter.objects.filter(project=books.project, kind=MeterKind.WATER).order_by("pk"))
    for month in range(3):
        day = books.month(3 - month).end
        typed = [Typed(meter=meter.pk, value=_shown(place, month)) for place, meter in enumerate(meters)]
        # Two homes could not be entered last time: a run says so.
        typed = typed[2:] if month == 2 else typed
        take_readings(project=books.project, day=day, typed=typed, by=by, at=books.moment(day, "16:00"))


def _shown(place: int, month: int) -> Decimal:
    """What a meter shows: between 4 and 14 m³ more each month."""
    return Decimal(100 + place * 37 % 400 + month * (4 + place * 7 % 11))


def raise_bills(books: Books) -> None:
    """Two runs of a month each, the day after it; the light of the stairwells shared out over a building."""
    items = list(ChargeItem.objects.filter(project=books.project).exclude(name=COMMON))
    for ago in (2, 1):
        month = books.month(ago)
        _run(books, items, month, books.moment(month.end + DAY, "09:00"))
    _share(books, books.month(1))


def _run(books: Books, items: Sequence[ChargeItem], month: Period, at: datetime) -> None:
    by = books.users["cashier"]
    run = prepare_run(
        project=books.project, items=items, start=month.start, end=month.end, due_on=books.due_on, by=by, at=at
    )
    _work(at)
    raise_run(run=BillingRun.objects.get(pk=run.pk), by=by, at=at)
    _work(at)


def _share(books: Books, month: Period) -> None:
    item, at = ChargeItem.objects.get(project=books.project, name=COMMON), books.moment(month.end + DAY, "11:00")
    cost = Cost(
        item=item,
        words=f"1号楼楼道照明 {month.start:%Y-%m}",
        amount=Decimal("412.37"),
        start=month.start,
        end=month.end,
        due_on=books.due_on,
        by=ShareBy.AREA,
        building=Building.objects.get(project=books.project, code="1"),
    )
    shared = share_out(project=books.project, cost=cost, by=books.users["cashier"], at=at)
    raise_shares(cost=shared, by=books.users["cashier"], at=at)
    _work(at)


def _work(at: datetime) -> None:
    """Do what a worker would do, at once. Raises `NotNow` where it fails: the demonstration is whole or not there."""
    if run_waiting(at)["failed"]:
        raise NotNow("The bills of the demonstration could not be raised.")
