"""China's public holidays and make-up workdays as days of a calendar, out of the `holidays` library.

Source: the State Council's yearly notice (国务院办公厅关于节假日安排的通知), which the library follows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import holidays

from sla.states import DayKind

DAY = timedelta(days=1)
SATURDAY = 5
REST, EVE = "休息日", "农历除夕"
_WORKED_FOR = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_announced(year: int) -> bool:
    """Say whether the library knows what was announced: every notice has make-up workdays, an estimate has none."""
    return any(day.year == year for day in _known(year).weekend_workdays)


def statutory_days(year: int, week: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, dict[str, Any]]:
    """The holidays of a year with the weekends beside them, and its make-up workdays with the hours of `week`.

    A make-up workday has the hours of the weekday that it is worked for. Named as the notice names them.
    """
    known = _known(year)
    made_up = set(known.weekend_workdays)
    found: dict[date, dict[str, Any]] = {}
    for run in _runs(_with_weekends(known, made_up)):
        name = _name_of([known[day] for day in run if day in known])
        for day in run:
            found[day] = {"hours": [], "name": name, "kind": str(DayKind.HOLIDAY)}
            worked = _WORKED_FOR.search(known.get(day) or "")
            if worked:
                hours = list(week.get(str(day.weekday())) or next(filter(None, week.values()), []))
                row = {"hours": hours, "name": name, "kind": str(DayKind.MAKE_UP)}
                found[date.fromisoformat(worked[0])] = row
    return {day.isoformat(): row for day, row in sorted(found.items()) if day.year == year}


def _known(year: int) -> Any:
    return holidays.country_holidays("CN", years=(year - 1, year, year + 1), language="zh_CN")


def _with_weekends(known: Iterable[date], made_up: set[date]) -> list[date]:
    """The holidays and the weekends that they run into: the notice says “1 to 7 October” for both."""
    off = set(known)
    for day in known:
        for step in (-DAY, DAY):
            beside = day + step
            while beside.weekday() >= SATURDAY and beside not in made_up:
                off.add(beside)
                beside += step
    return sorted(off)


def _runs(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _name_of(names: Sequence[str]) -> str:
    """What a run of days off is called: after its feast, not after the eve or the days that were moved."""
    plain = [name.split("（")[0].replace("; ", "、") for name in names if not name.startswith(REST)]
    return next((name for name in plain if name != EVE), "")
