"""What a workbook of readings would do: which meter each row means, and what is to be asked about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.models import Meter
from billing.queries.metering import Log, logs_of
from billing.reading_sheet import NEW_START, OLD_FINAL, ReadingRow, ReadingSheet
from billing.rules.metering import RIGHT, Asked, Taken, doubts, is_kept, judged, question_of_change, reading_of, step
from billing.states import Doubt, MeterKind, ReadHow
from estate.imports.messages import RowError

Place = tuple[str, int]
# What a tick beside a row means, by what is asked about it. Digits that a meter does not have are put right instead.
TICKED: Mapping[Doubt, str] = {Doubt.HIGH: RIGHT, Doubt.OTHER: RIGHT, Doubt.LOWER: ReadHow.WRAPPED}


class Became(StrEnum):
    """What becomes of a row."""

    KEPT = "kept"
    SAME = "same"
    ASKED = "asked"


@dataclass(frozen=True)
class Line:
    """A row with its meter. `last` is the reading before it, `used` how far the meter went since, multiplied.

    `answer` to what was `asked`, as the row says it or a tick does; it is kept with both.

    `wraps`: a lower value may be one of a meter that began again.
    """

    row: ReadingRow
    meter: Meter
    became: Became
    answer: str = ""
    asked: Asked | None = None
    doubt: Doubt | None = None
    last: Taken | None = None
    used: Decimal | None = None
    wraps: bool = False
    other: Decimal | None = None

    @property
    def place(self) -> str:
        """The room, or where a common meter hangs."""
        return place_of(self.meter)

    @property
    def may_tick(self) -> bool:
        """Say whether a tick settles what is asked."""
        if self.doubt == Doubt.LOWER:
            return self.wraps and not self.row.says_changed
        return self.doubt in TICKED

    @property
    def sentence(self) -> str:
        """What is asked, and what a tick means."""
        if self.doubt == Doubt.OTHER:
            return _("%(other)s is kept for this day. Tick to replace it.") % {"other": _plain(self.other)}
        return f"{self._question} {self._replaced}".strip()

    @property
    def _question(self) -> str:
        if self.doubt == Doubt.DIGITS:
            return _("More digits than the meter has. Put the value right.")
        if self.doubt == Doubt.HIGH:
            return _("Far above usual, or above what was read later: %(used)s used. Tick if it is right.") % {
                "used": _plain(self.used)
            }
        if self.row.says_changed:
            return self._wrong_change
        words = _("Lower than the %(last)s before. Where the meter was changed, fill in %(ends)s.") % {
            "last": _plain(self.last.value if self.last else None),
            "ends": f"{OLD_FINAL}、{NEW_START}",
        }
        if not self.wraps:
            return words
        again = _("Tick if it went past its last number and began again: %(used)s used.")
        return f"{words} {again % {'used': _plain(self.used)}}"

    @property
    def _wrong_change(self) -> str:
        if None in (self.row.old_final, self.row.new_start):
            return _("Where the meter was changed, fill in both: %(ends)s.") % {"ends": f"{OLD_FINAL}、{NEW_START}"}
        return _("One of the two meters would have gone backwards. Put the values of the change right.")

    @property
    def _replaced(self) -> str:
        if self.other is None or not self.may_tick:
            return ""
        return _("It replaces the %(other)s that is kept for this day.") % {"other": _plain(self.other)}


@dataclass(frozen=True)
class Looked:
    """What would become of the rows, and what is wrong with the others; in the order of the file."""

    lines: tuple[Line, ...]
    errors: tuple[RowError, ...]
    blank: int = 0

    @property
    def kept(self) -> list[Line]:
        """The rows that would be kept."""
        return [line for line in self.lines if line.became == Became.KEPT]

    @property
    def asked(self) -> list[Line]:
        """The rows that are asked about."""
        return [line for line in self.lines if line.became == Became.ASKED]

    @property
    def same(self) -> int:
        """How many are kept already."""
        return sum(1 for line in self.lines if line.became == Became.SAME)

    @property
    def mistakes(self) -> list[RowError]:
        """What keeps rows out."""
        return [error for error in self.errors if error.is_error]

    @property
    def remarks(self) -> list[RowError]:
        """What is only worth knowing."""
        return [error for error in self.errors if not error.is_error]


@dataclass
class _Meters:
    """The meters that the rows may mean, by their numbers and by where they hang."""

    by_number: dict[str, list[Meter]] = field(default_factory=lambda: defaultdict(list))
    by_place: dict[str, list[Meter]] = field(default_factory=lambda: defaultdict(list))


def look_through(
    project: Project, user: User, read: ReadingSheet, *, today: date, ticked: Mapping[Place, Doubt] | None = None
) -> Looked:
    """What the rows would do, the ticks beside them considered; nothing is written. Three statements.

    A tick counts for what was asked when it was made: where something else is asked by now, it is asked.
    """
    meters = _meters(project, user, read.rows)
    errors = list(read.errors)
    found: list[tuple[ReadingRow, Meter]] = []
    for row in read.rows:
        meter = _find(row, meters, today)
        if isinstance(meter, RowError):
            errors.append(meter)
        else:
            found.append((row, meter))
    lines, twice = _judge(found, ticked or {})
    order = {row.place: nth for nth, row in enumerate(read.rows)}
    lines.sort(key=lambda line: order[line.row.place])
    return Looked(tuple(lines), (*errors, *twice), read.blank)


def _meters(project: Project, user: User, rows: Sequence[ReadingRow]) -> _Meters:
    numbers, rooms = ({row.number for row in rows} - {""}, {row.room for row in rows} - {""})
    wanted = Q(number__in=numbers) | Q(unit__number__in=rooms) | Q(unit=None, place__in=rooms)
    found = _Meters()
    visible = Meter.objects.visible_to(user).filter(wanted, project=project)
    for meter in visible.select_related("unit").order_by("pk"):
        if meter.number:
            found.by_number[meter.number].append(meter)
        found.by_place[place_of(meter)].append(meter)
    return found


def place_of(meter: Meter) -> str:
    """The room of a meter, or where a common one hangs."""
    return meter.unit.number if meter.unit is not None else meter.place


def _find(row: ReadingRow, meters: _Meters, today: date) -> Meter | RowError:
    """The one meter that a row means, or why there is none."""
    if row.day > today:
        return _error(row, "day_to_come", "day")
    among = meters.by_number[row.number] if row.number else meters.by_place[row.room]
    fitting = [meter for meter in among if row.kind in ("", meter.kind)]
    if not fitting:
        return _error(row, "unknown_meter", "number") if row.number else _error(row, "room_without_meter", "room")
    here = [meter for meter in fitting if row.room in ("", place_of(meter))]
    if not here:
        return _error(row, "meter_elsewhere", "room", said=place_of(fitting[0]))
    hanging = [meter for meter in here if meter.ended_on is None or row.day <= meter.ended_on]
    if not hanging:
        return _error(row, "meter_down", "day", said=f"{here[-1].ended_on:%Y-%m-%d}")
    if len(hanging) > 1:
        names = (f"{MeterKind(meter.kind).label} {meter.number}".strip() for meter in hanging)
        return _error(row, "which_meter", "number", said="、".join(names))
    return hanging[0]


def _error(row: ReadingRow, code: str, name: str, **params: object) -> RowError:
    shown = {"room": row.room, "number": row.number, "day": f"{row.day:%Y-%m-%d}", "value": _plain(row.value)}[name]
    return RowError(row.sheet, row.row, "", shown, code, name, dict(params))


def _judge(
    found: Iterable[tuple[ReadingRow, Meter]], ticked: Mapping[Place, Doubt]
) -> tuple[list[Line], list[RowError]]:
    """What becomes of rows whose meters are known, day after day; and those that contradict another row."""
    rows = sorted(found, key=lambda one: one[0].day)
    logs = logs_of({meter.pk: meter for _row, meter in rows}.values())
    said: dict[tuple[int, date], ReadingRow] = {}
    lines: list[Line] = []
    errors: list[RowError] = []
    for row, meter in rows:
        first = said.setdefault((meter.pk, row.day), row)
        if first is not row and first.value != row.value:
            errors.append(_error(row, "read_twice", "value", number=first.row))
            continue
        line = _line(row, logs[meter.pk], ticked.get(row.place)) if first is row else Line(row, meter, Became.SAME)
        lines.append(line)
        if line.became == Became.KEPT:
            _put(logs[meter.pk], _said(row, line.answer))
    return lines, errors


def _line(row: ReadingRow, log: Log, tick: Doubt | None) -> Line:
    """One row in the light of what was read from its meter before."""
    digits = log.meter.digits
    if _is_same(row, log):
        return Line(row, log.meter, Became.SAME)
    before = [one for one in log.readings if one.day < row.day]
    last = before[-1] if before else None
    wraps = last is not None and _wraps(last, row, digits)
    # A row that brings both ends of a change says of itself what a page asks about.
    answer = ReadHow.CHANGED.value if row.says_changed else ""
    asked = Asked(question_of_change(_plainly(row), log.readings, digits), _plainly(row)) if answer else None
    taken, doubt = judged(_said(row, answer), log.readings, digits, answer=answer, asked=asked)
    other = next((one.value for one in log.readings if one.day == row.day), None)
    if doubt is None and answer and other is not None and tick is None:
        doubt = Doubt.OTHER
    if tick is not None and doubt == tick and (doubt != Doubt.LOWER or (wraps and not answer)):
        answer, asked = answer or TICKED.get(doubt, ""), Asked(doubt, taken)
        taken, doubt = judged(_said(row, answer), log.readings, digits, answer=answer, asked=asked)
        if doubt == Doubt.HIGH and taken.how == ReadHow.WRAPPED:
            # How much it comes to stood beside the tick.
            asked, doubt = Asked(doubt, taken), None
    return Line(
        row,
        log.meter,
        Became.KEPT if doubt is None else Became.ASKED,
        answer=answer if doubt is None else "",
        asked=asked if doubt is None else None,
        doubt=doubt,
        last=last,
        used=_used(last, taken, doubt, log),
        wraps=wraps,
        other=other,
    )


def _is_same(row: ReadingRow, log: Log) -> bool:
    """Whether a row is kept already; one that says no more than a lower value is as it was explained then."""
    if row.says_changed or doubts(_plainly(row), log.readings, log.meter.digits) != Doubt.LOWER:
        return is_kept(_said(row, ReadHow.CHANGED if row.says_changed else ""), log.readings)
    return any((one.day, one.value) == (row.day, row.value) for one in log.readings)


def _wraps(last: Taken, row: ReadingRow, digits: int) -> bool:
    """Whether it is likely that a meter began again: less than half of its numbers would have gone by."""
    return step(last.value, Taken(row.day, row.value, ReadHow.WRAPPED), digits) * 2 < Decimal(10) ** digits


def _used(last: Taken | None, taken: Taken, doubt: Doubt | None, log: Log) -> Decimal | None:
    """How far the meter went, multiplied; of a lower value, if it had begun again."""
    if last is None:
        return None
    lower = doubt == Doubt.LOWER and taken.how == ReadHow.PLAIN
    meant = Taken(taken.day, taken.value, ReadHow.WRAPPED) if lower else taken
    return step(last.value, meant, log.meter.digits) * log.meter.multiplier


def _plainly(row: ReadingRow) -> Taken:
    return Taken(row.day, row.value)


def _said(row: ReadingRow, answer: str) -> Taken:
    says = ReadHow.CHANGED.value if row.says_changed else answer
    return reading_of(row.day, row.value, says, row.old_final, row.new_start)


def _put(log: Log, taken: Taken) -> None:
    log.readings = sorted([one for one in log.readings if one.day != taken.day] + [taken], key=lambda one: one.day)


def _plain(value: Decimal | None) -> str:
    """A value without the noughts that nobody reads."""
    return "—" if value is None else f"{value.normalize():f}"
