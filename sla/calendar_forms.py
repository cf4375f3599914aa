"""A calendar as somebody types it: hours as one writes them, single days as rows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import Invalid
from core.moments import is_reckoned
from core.numbers import whole_number
from sla.actions import Proposed
from sla.calendar_words import Run, runs_of
from sla.calendars import read_hours
from sla.models import CalendarVersion
from sla.states import WORKED, DayKind

DAY = timedelta(days=1)
SPARE_ROWS = 4
MOST_ROWS = 120
LONGEST_ROW = 62
DASH = re.compile(r"\s*[-–—~至到]\s*")
APART = re.compile(r"[,、;\s]+")
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?-(\d{1,2})(?:[:.](\d{2}))?")


def written(hours: Iterable[Iterable[str]]) -> str:
    """Hours as one types them: 09:00-12:00, 13:30-18:00."""
    return ", ".join("-".join(span) for span in hours)


def parse_hours(raw: str) -> list[list[str]]:
    """Hours out of what somebody typed: `9-12, 13:30-18:00` → `[["09:00", "12:00"], ["13:30", "18:00"]]`.

    Raises `Invalid`, with the piece that is no span of hours, or for hours out of order.
    """
    found = []
    # Chinese keyboards write wide digits, colons and commas.
    plain = DASH.sub("-", unicodedata.normalize("NFKC", raw).strip())
    for piece in filter(None, APART.split(plain)):
        match = SPAN.fullmatch(piece)
        if match is None:
            raise Invalid(_("“%(raw)s” are no hours; write 09:00-12:00, 13:30-18:00.") % {"raw": piece})
        begins, ends = _time(match[1], match[2]), _time(match[3], match[4])
        found.append([begins, "24:00" if ends == "00:00" else ends])
    read_hours(found)
    return found


def _time(hour: str, minute: str | None) -> str:
    return f"{int(hour):02d}:{minute or '00'}"


class HoursField(forms.CharField):
    """Several spans of hours in one line; empty where nobody works."""

    def to_python(self, value: Any) -> Any:
        """The hours as a calendar keeps them."""
        typed = super().to_python(value) or ""
        self.run_validators(typed)
        try:
            return parse_hours(typed)
        except Invalid as error:
            raise ValidationError(str(error)) from error


def _hours(label: Any) -> HoursField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"})
    return HoursField(label=label, required=False, max_length=120, widget=widget)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DayRow(forms.Form):
    """A single day, or several in a row, that are other than their weekday."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the day is"),
        choices=[("", gettext_lazy("as its weekday")), *DayKind.choices],
        required=False,
    )
    first = _day(gettext_lazy("Day, or the first of several"))
    last = _day(pgettext_lazy("of several days", "Last day"))
    hours = _hours(gettext_lazy("Hours on a workday"))
    name = forms.CharField(label=gettext_lazy("What for"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """A row says which days, and hours where somebody works."""
        given = super().clean() or {}
        kind, first, last = given.get("kind"), given.get("first"), given.get("last")
        if not kind:
            if first and self.empty_permitted:
                self.add_error("kind", _("Say what the day is."))
            return given
        self._clean_days(first, last)
        if kind in WORKED and not given.get("hours") and "hours" not in self.errors:
            self.add_error("hours", _("A workday has hours; write 09:00-18:00."))
        if kind not in WORKED and given.get("hours"):
            self.add_error("hours", _("On a day off nobody works: leave the hours empty."))
        return given

    def _clean_days(self, first: date | None, last: date | None) -> None:
        if first is None:
            if "first" not in self.errors:
                self.add_error("first", _("Say which day."))
        elif not is_reckoned(first) or not is_reckoned(last or first):
            self.add_error("first", _("%(day)s lies too far away.") % {"day": first.isoformat()})
        elif last is not None and last < first:
            self.add_error("last", _("The last day comes before the first."))
        elif last is not None and (last - first).days >= LONGEST_ROW:
            self.add_error("last", _("At most %(count)s days in one row.") % {"count": LONGEST_ROW})

    def days(self) -> dict[str, dict[str, Any]]:
        """The days as a calendar keeps them; none for a row that leaves them as their weekday."""
        given = self.cleaned_data
        first, kind = given.get("first"), given.get("kind")
        if not kind or first is None or self.errors:
            return {}
        row = {"hours": given.get("hours") or [], "name": given["name"].strip(), "kind": kind}
        count = ((given.get("last") or first) - first).days + 1
        return {(first + n * DAY).isoformat(): dict(row) for n in range(count)}


class _DayRows(BaseFormSet):  # type: ignore[type-arg]  # no generic when it runs
    """The rows; no day stands in two of them."""

    def clean(self) -> None:
        """Say beside the second row which day it has twice."""
        seen: set[str] = set()
        for row in self.forms:
            here = row.days() if row.is_valid() else {}
            twice = sorted(seen & set(here))
            if twice:
                row.add_error("first", _("%(day)s stands in two rows.") % {"day": twice[0]})
            seen |= set(here)


DayRows = forms.formset_factory(
    DayRow, formset=_DayRows, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS + SPARE_ROWS
)


class CalendarForm(forms.Form):
    """What may be changed of a calendar; it begins with what is followed now, from the given year on."""

    provisional_years = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Years whose public holidays are an estimate"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Take the tick away once the days below are those that the State Council announced."),
    )
    reason = forms.CharField(
        label=gettext_lazy("A note for the leader"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    based_on = forms.IntegerField(min_value=1, max_value=2**60, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, version: CalendarVersion, year: int) -> None:
        """Offer the years that the calendar speaks of from `year` on, and its days as rows."""
        initial = {f"hours_{day}": written(version.week.get(str(day), [])) for day in range(7)}
        super().__init__(
            data,
            initial=initial
            | {"provisional_years": [str(one) for one in version.provisional_years], "based_on": version.pk},
        )
        self.version = version
        for day in range(7):
            self.fields[f"hours_{day}"] = _hours(WEEKDAYS[day])
        offered = {year, year + 1, *version.provisional_years} | {int(iso[:4]) for iso in version.days}
        years = self.fields["provisional_years"]
        if isinstance(years, forms.TypedMultipleChoiceField):
            years.choices = [(str(one), str(one)) for one in sorted(offered) if one >= year]
        shown = runs_of(version.days, since=date(year, 1, 1))
        self.kept = _without(version.days, shown)
        self.rows = DayRows(data, initial=[_row(run) for run in shown], prefix="day")

    def week_fields(self) -> list[forms.BoundField]:
        """The hours of the weekdays, Monday first."""
        return [self[f"hours_{day}"] for day in range(7)]

    def is_valid(self) -> bool:
        """The form and its rows."""
        return all([super().is_valid(), self.rows.is_valid()])

    def proposed(self) -> Proposed:
        """The calendar as typed; days before those shown stay as they are."""
        given = self.cleaned_data
        typed = [row.days() for row in self.rows.forms]
        earlier = {year for year in self.version.provisional_years if str(year) not in self._years()}
        return Proposed(
            week={str(day): hours for day in range(7) if (hours := given[f"hours_{day}"])},
            days=self.kept | {day: row for days in typed for day, row in days.items()},
            provisional_years=tuple(sorted({*given["provisional_years"], *earlier})),
        )

    def _years(self) -> set[str]:
        years = self.fields["provisional_years"]
        return {str(value) for value, _label in getattr(years, "choices", [])}

    def refuse(self, fields: Mapping[str, object], sentence: str) -> None:
        """Show what the action refused."""
        for name, problem in fields.items():
            self.add_error(name if name in self.fields else None, str(problem))
        if not fields:
            self.add_error(None, sentence)


def _row(run: Run) -> dict[str, Any]:
    last = run.last if run.last != run.first else None
    return {"kind": run.kind, "first": run.first, "last": last, "hours": written(run.hours), "name": run.name}


def _without(days: Mapping[str, dict[str, Any]], shown: Iterable[Run]) -> dict[str, dict[str, Any]]:
    """The days that no row shows: those of years gone by."""
    first = min((run.first for run in shown), default=None)
    return {iso: row for iso, row in days.items() if first is None or date.fromisoformat(iso) < first}


def more_rows(data: QueryDict) -> QueryDict:
    """The same input with room for more single days."""
    more = data.copy()
    total = whole_number(data.get("day-TOTAL_FORMS", ""), digits=4) or 0
    more["day-TOTAL_FORMS"] = str(min(total, MOST_ROWS) + SPARE_ROWS)
    return more
