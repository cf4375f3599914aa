"""The meters of a page of readings, in the order in which one walks past them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from accounts.models import Project, User
from billing.models import Meter, Reading
from billing.queries.metering import Log, logs_of
from billing.rules.metering import Taken
from billing.rules.periods import month_of
from estate.models import Building

PER_PAGE = 60


@dataclass(frozen=True)
class Row:
    """A meter with its last reading before the day, and the one of the day."""

    meter: Meter
    last: Taken | None
    today: Taken | None

    @property
    def place(self) -> str:
        """The room, or where a common meter hangs."""
        return self.meter.unit.number if self.meter.unit is not None else self.meter.place


def meters_of(user: User, project: Project, *, kind: str, building: Building | None) -> QuerySet[Meter]:
    """The meters of a kind that hang, by building, entrance, floor and room; the common ones first."""
    rows = Meter.objects.visible_to(user).filter(project=project, kind=kind, ended_on=None).select_related("unit")
    if building is not None:
        rows = rows.filter(unit__building=building)
    order = (
        F("unit__building__code").asc(nulls_first=True),
        "unit__entrance",
        "unit__floor",
        "unit__number",
        "place",
        "pk",
    )
    return rows.order_by(*order)


def rows_of(meters: Sequence[Meter], day: date) -> list[Row]:
    """The meters with what was read, in two statements."""
    logs = logs_of(meters)
    return [_row(logs[meter.pk], day) for meter in meters]


def _row(log: Log, day: date) -> Row:
    before = [one for one in log.readings if one.day < day]
    today = next((one for one in log.readings if one.day == day), None)
    return Row(log.meter, before[-1] if before else None, today)


def rows_of_month(meters: Sequence[Meter], day: date) -> list[tuple[Row, date]]:
    """The meters with their last reading in the month of a day, or none, and the day to read them on.

    Two statements.
    """
    logs, month, found = logs_of(meters), month_of(day), []
    for meter in meters:
        days = [one.day for one in logs[meter.pk].readings if month.start <= one.day <= month.end]
        read_on = days[-1] if days else day
        found.append((_row(logs[meter.pk], read_on), read_on))
    return found


def readings_of(meter: Meter) -> list[Reading]:
    """The last readings of a meter, the newest first, those that were replaced too."""
    rows = meter.readings.select_related("by", "replaced_by").order_by("-day", "-pk")
    return list(rows[:PER_PAGE])


def buildings_of(project: Project) -> QuerySet[Building]:
    """The buildings of a project, by number."""
    return Building.objects.filter(project=project).order_by("code")
