"""Meters hung, and readings taken down: what is as expected is kept, the rest is asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import ChargeItem, Meter, Reading
from billing.permissions import can_read_meters
from billing.queries.metering import logs_of
from billing.rules.metering import Asked, Taken, is_kept, judged, reading_of
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import Building, Unit
from records.actions import audit

AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A value typed for a meter, by its key, in the meter's steps.

    `answer`: empty, `right`, or of `ReadHow`, to what was `asked`; it counts for no other question and no other value.
    """

    meter: int
    value: Decimal
    answer: str = ""
    asked: Asked | None = None
    old_final: Decimal | None = None
    new_start: Decimal | None = None


@dataclass(frozen=True)
class Hung:
    """What new meters have in common."""

    kind: str
    item: ChargeItem | None = None
    multiplier: Decimal = Decimal(1)
    digits: int = 6


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What of a meter may be put right; the readings are put right by reading anew."""

    number: str
    item: ChargeItem | None
    multiplier: Decimal
    digits: int
    ended_on: date | None = None


@transaction.atomic
def hang_meter(
    *,
    project: Project,
    hung: Hung,
    unit: Unit | None = None,
    place: str = "",
    number: str = "",
    first: Taken | None = None,
    by: User,
    at: datetime,
) -> Meter:
    """Note down a meter of a unit, or a common one by its place; `first` is what it shows when it begins to count.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: it hangs nowhere or in another project, or the project has a meter of the kind with this number.
    """
    _require(by, project)
    place, number = place.strip(), number.strip()
    if unit is None and not place:
        raise Invalid(_("Say which room it belongs to, or where it hangs."), fields={"unit": _("Required.")})
    others = (one.project_id for one in (unit, hung.item) if one is not None)
    if any(other != project.pk for other in others):
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    if number and Meter.objects.filter(project=project, kind=hung.kind, number=number).exists():
        raise Invalid(_("There is a meter with this number."), fields={"number": _("Taken.")})
    meter = _meter(project, hung, unit, place=place, number=number)
    meter.save()
    if first is not None:
        Reading.objects.create(meter=meter, day=first.day, value=first.value, at=at, by=by)
    audit(at=at, by=by, project=project, action="meter.hung", target=number or (unit.number if unit else place))
    return meter


@transaction.atomic
def change_meter(*, meter: Meter, changed: Changed, by: User, at: datetime) -> Meter:
    """Put right what is known of a meter, or take it down from a day on; what was charged stays as it was.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: another meter of the kind has the number, or the item is another project's.
    """
    meter = Meter.objects.select_for_update(of=("self",)).select_related("project").get(pk=meter.pk)
    _require(by, meter.project)
    number = changed.number.strip()
    others = Meter.objects.filter(project=meter.project, kind=meter.kind, number=number).exclude(pk=meter.pk)
    if number and others.exists():
        raise Invalid(_("There is a meter with this number."), fields={"number": _("Taken.")})
    if changed.item is not None and changed.item.project_id != meter.project_id:
        raise Invalid(_("Choose what is billed."), fields={"item": _("Not in this project.")})
    before = {"number": meter.number, "multiplier": str(meter.multiplier), "item": str(meter.item or "")}
    meter.number, meter.item, meter.ended_on = number, changed.item, changed.ended_on
    meter.multiplier, meter.digits = changed.multiplier, changed.digits
    meter.save()
    data = {"before": " · ".join(before.values()), "after": f"{number} · {meter.multiplier} · {meter.item or ''}"}
    target = number or (str(meter.unit) if meter.unit_id else meter.place)
    audit(at=at, by=by, project=meter.project, action="meter.changed", target=target[:100], data=data)
    return meter


@transaction.atomic
def hang_in_every_unit(
    *, project: Project, hung: Hung, building: Building | None = None, by: User, at: datetime
) -> int:
    """Give every unit without a meter of the kind one; how many were given. The first reading begins to count.

    Raises `NotAllowed`; `Invalid` for an item or building of another project.
    """
    _require(by, project)
    if any(one is not None and one.project_id != project.pk for one in (building, hung.item)):
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    have = Meter.objects.filter(project=project, kind=hung.kind, unit__isnull=False, ended_on=None).values("unit")
    units = Unit.objects.filter(project=project).exclude(pk__in=have)
    if building is not None:
        units = units.filter(building=building)
    new = [_meter(project, hung, unit) for unit in units.order_by("pk")]
    Meter.objects.bulk_create(new, batch_size=AT_ONCE)
    if new:
        target = building.code if building else ""
        audit(at=at, by=by, project=project, action="meter.hung", target=target, data={"units": len(new)})
    return len(new)


def _meter(project: Project, hung: Hung, unit: Unit | None, *, place: str = "", number: str = "") -> Meter:
    return Meter(
        project=project,
        unit=unit,
        place=place,
        kind=hung.kind,
        number=number,
        multiplier=hung.multiplier,
        digits=hung.digits,
        item=hung.item,
    )


@transaction.atomic
def take_workbook(
    *,
    project: Project,
    rows: Sequence[tuple[date, Typed]],
    source: str,
    notes: Sequence[str] = (),
    by: User,
    at: datetime,
) -> None:
    """Keep the readings of a workbook, of several days, all of them or none; `notes` go into the audit trail.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: a day is to come, or one of the meters is not the project's.
        NotNow: one of them is asked about, because something was read meanwhile.
    """
    for day, found in groupby(sorted(rows, key=itemgetter(0)), key=itemgetter(0)):
        typed = [one for _day, one in found]
        if take_readings(project=project, day=day, typed=typed, by=by, at=at):
            raise NotNow(_("Something was read meanwhile. Look the rows through once more."), code="read_meanwhile")
    data = {"count": len(rows), "notes": " · ".join(notes)[:1000]}
    audit(at=at, by=by, project=project, action="readings.imported", target=source[:100], data=data)


@transaction.atomic
def take_readings(*, project: Project, day: date, typed: Sequence[Typed], by: User, at: datetime) -> dict[int, Asked]:
    """Keep the readings of a day that are as expected or were explained; what is asked about the others, by meter.

    The same reading once more adds nothing; another one for a day replaces what was kept for it. Six statements at
    most.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: the day is to come, or one of the meters is not the project's.
    """
    _require(by, project)
    if day > at.astimezone(project.tz).date():
        raise Invalid(_("This day is to come."), fields={"day": _("Not after today.")})
    keys = {one.meter for one in typed}
    rows = Meter.objects.select_for_update(of=("self",)).filter(project=project, pk__in=keys).order_by("pk")
    logs = logs_of(rows)
    if len(logs) != len(keys):
        raise Invalid(_("One of these meters is not this project's."))
    asked: dict[int, Asked] = {}
    kept: list[tuple[Typed, Taken]] = []
    for one in typed:
        log, said = logs[one.meter], reading_of(day, one.value, one.answer, one.old_final, one.new_start)
        if is_kept(said, log.readings):
            continue
        taken, doubt = judged(said, log.readings, log.meter.digits, answer=one.answer, asked=one.asked)
        if doubt is not None:
            asked[one.meter] = Asked(doubt, taken)
        elif not is_kept(taken, log.readings):
            kept.append((one, taken))
    _keep(kept, day=day, project=project, by=by, at=at)
    return asked


def _keep(kept: Iterable[tuple[Typed, Taken]], *, day: date, project: Project, by: User, at: datetime) -> None:
    rows = list(kept)
    if not rows:
        return
    meters = [one.meter for one, _taken in rows]
    standing: Mapping[int, int] = dict(
        Reading.objects.filter(meter__in=meters, day=day, replaced_by=None).values_list("meter", "pk")
    )
    Reading.objects.bulk_create(
        [
            Reading(
                meter_id=one.meter,
                day=day,
                value=taken.value,
                how=taken.how,
                old_final=taken.old_final,
                new_start=taken.new_start,
                confirmed=bool(one.answer and one.asked and one.asked.about.value == taken.value),
                at=at,
                by=by,
                replaces_id=standing.get(one.meter),
            )
            for one, taken in rows
        ]
    )
    data = {"count": len(rows), "replaced": len(standing), "day": f"{day:%Y-%m-%d}"}
    audit(at=at, by=by, project=project, action="readings.taken", data=data)


def _require(by: User, project: Project) -> None:
    if not can_read_meters(by, project):
        raise NotAllowed(_("Only cashiers and supervisors take readings down."))
