"""A rule as somebody types it: lengths as a number and a unit, events and people by name, steps as rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sla.models import MOST_STEPS, PolicyVersion
from sla.states import Audience, Counting, Goal
from sla.vocabulary import event_words, events_for, kind_names, part_names

MINUTE, HOUR, DAY = 60, 3600, 86400
UNITS = [
    (DAY, pgettext_lazy("unit of time", "days")),
    (HOUR, pgettext_lazy("unit of time", "hours")),
    (MINUTE, pgettext_lazy("unit of time", "minutes")),
    (1, pgettext_lazy("unit of time", "seconds")),
]
LISTS = ("case_kinds", "starts", "stops", "pauses", "resumes", "cancels")
SPARE_ROWS = 2
# Where the action names a field of the rule that the form shows as several.
SHOWN_AS = {"goal_seconds": "goal_count", "goal_urgent_seconds": "urgent_count"}


def split(seconds: int) -> tuple[int, int]:
    """A length in the largest unit that it is a whole number of: how many, and the unit's seconds."""
    size = next(size for size, _name in UNITS if seconds % size == 0) if seconds else MINUTE
    return seconds // size, size


def _count(label: Any, *, required: bool = False, least: int = 0) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=required, min_value=least, max_value=10_000_000)


def _unit() -> forms.TypedChoiceField:
    label = gettext_lazy("Unit of time")
    widget = forms.Select(attrs={"aria-label": label})
    return forms.TypedChoiceField(label=label, choices=UNITS, coerce=int, initial=HOUR, required=False, widget=widget)


def _ticks(label: Any, *, required: bool = False) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=required, widget=forms.CheckboxSelectMultiple)


class RuleForm(forms.Form):
    """What may be changed of a rule; it begins with the rule in force."""

    goal = forms.ChoiceField(label=gettext_lazy("Counted as"), choices=Goal.choices)
    goal_count = _count(gettext_lazy("How long"))
    goal_unit = _unit()
    urgent_count = _count(gettext_lazy("How long when urgent"))
    urgent_unit = _unit()
    counts = forms.ChoiceField(
        label=gettext_lazy("What time a length of time counts"),
        choices=Counting.choices,
        required=False,
        help_text=gettext_lazy(
            "Natural time runs day and night. Working time runs in the working hours of the project’s calendar only."
        ),
    )
    goal_months = _count(gettext_lazy("Months"))
    goal_more_days = _count(gettext_lazy("Days after those months"))
    goal_days = _count(gettext_lazy("Working days"))
    goal_field = forms.ChoiceField(
        label=gettext_lazy("A promised time that goes before it"),
        required=False,
        choices=[
            ("", gettext_lazy("none")),
            ("promised_at", gettext_lazy("the time promised for the matter")),
            ("event.until", gettext_lazy("the time that the starting event names")),
        ],
    )
    case_kinds = _ticks(gettext_lazy("Which cases"), required=True)
    starts = _ticks(gettext_lazy("What starts it"), required=True)
    stops = _ticks(gettext_lazy("What meets it"), required=True)
    pauses = _ticks(gettext_lazy("What pauses it"))
    resumes = _ticks(gettext_lazy("What lets it run again"))
    cancels = _ticks(gettext_lazy("After what it is no longer owed"))
    restarts = forms.BooleanField(label=gettext_lazy("A repeated start sets it anew"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it should change"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None, *, version: PolicyVersion) -> None:
        """Offer what there is: the kinds of case, and the events that can happen to those concerned."""
        super().__init__(data, initial=_initial(version))
        self.version = version
        self.parts = part_names(version.case_kinds)
        for code, name in self.parts.items():
            self.fields[f"part_{code}_count"], self.fields[f"part_{code}_unit"] = _count(name), _unit()
        self._offer("case_kinds", kind_names().items())
        # Events of kinds that were just ticked are offered too, and what the rule names already.
        chosen = data.getlist("case_kinds") if data is not None else []
        used = [event for field in LISTS[1:] for event in getattr(version, field)]
        events = dict.fromkeys([*events_for([*version.case_kinds, *chosen]), *used])
        for field in LISTS[1:]:
            self._offer(field, [(event, event_words(event)) for event in events])
        self.steps = StepRows(data, initial=[_row(raw) for raw in version.steps], prefix="step")

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(choices)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The lengths by category, each with its unit."""
        return [(self[f"part_{code}_count"], self[f"part_{code}_unit"]) for code in self.parts]

    def is_valid(self) -> bool:
        """The form and its rows."""
        return all([super().is_valid(), self.steps.is_valid()])

    def changes(self) -> dict[str, Any]:
        """The fields of the rule as typed; what was left as it was is exactly as it was."""
        given = self.cleaned_data
        typed: dict[str, Any] = {name: _in_order(given[name], getattr(self.version, name)) for name in LISTS}
        typed |= {name: given[name] for name in ("goal", "goal_field", "restarts")}
        typed["counts"] = given["counts"] or self.version.counts
        typed |= {name: given[name] or 0 for name in ("goal_months", "goal_more_days", "goal_days")}
        typed["goal_seconds"] = (given["goal_count"] or 0) * (given["goal_unit"] or HOUR)
        urgent = given["urgent_count"]
        typed["goal_urgent_seconds"] = None if urgent is None else urgent * (given["urgent_unit"] or HOUR)
        typed["goal_by_category"] = self._by_category()
        typed["steps"] = typed_steps(self.steps.forms, self.version.steps)
        return typed

    def _by_category(self) -> dict[str, int]:
        kept = {code: n for code, n in self.version.goal_by_category.items() if code not in self.parts}
        given = self.cleaned_data
        counts = {code: given[f"part_{code}_count"] for code in self.parts}
        return kept | {code: n * (given[f"part_{code}_unit"] or HOUR) for code, n in counts.items() if n is not None}

    def refuse(self, fields: Mapping[str, object], sentence: str) -> None:
        """Show what the action refused beside the fields that it names."""
        for name, problem in fields.items():
            shown = SHOWN_AS.get(name, name)
            self.add_error(shown if shown in self.fields else None, str(problem))
        if not fields:
            self.add_error(None, sentence)


def _in_order(chosen: Sequence[str], before: Sequence[str]) -> list[str]:
    """What was ticked, in the order in which it stood."""
    kept = [one for one in before if one in chosen]
    return kept + [one for one in chosen if one not in kept]


def _initial(version: PolicyVersion) -> dict[str, Any]:
    named = ("goal", "counts", "goal_field", "restarts", *LISTS)
    found: dict[str, Any] = {name: getattr(version, name) for name in named}
    found |= {name: getattr(version, name) or None for name in ("goal_months", "goal_more_days", "goal_days")}
    found["goal_count"], found["goal_unit"] = split(version.goal_seconds)
    if version.goal_urgent_seconds is not None:
        found["urgent_count"], found["urgent_unit"] = split(version.goal_urgent_seconds)
    for code, seconds in version.goal_by_category.items():
        found[f"part_{code}_count"], found[f"part_{code}_unit"] = split(seconds)
    return found


WHEN = [
    ("", gettext_lazy("not at all")),
    ("percent", gettext_lazy("when so much of the time is over (%)")),
    ("before", gettext_lazy("so long before it is due")),
    ("due", gettext_lazy("when it is due")),
    ("after", gettext_lazy("so long after it was due")),
]


class StepRow(forms.Form):
    """Who is told when."""

    when = forms.ChoiceField(label=gettext_lazy("When"), choices=WHEN, required=False)
    amount = _count(gettext_lazy("How much"))
    unit = _unit()
    to = forms.MultipleChoiceField(
        label=gettext_lazy("Whom"), choices=Audience.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """A row that tells somebody says whom and how much."""
        given = super().clean() or {}
        if given.get("when") and not given.get("to"):
            self.add_error("to", _("Say who is told, or choose “not at all”."))
        if given.get("when") in ("percent", "before", "after") and given.get("amount") is None:
            self.add_error("amount", _("Say how much."))
        if given.get("when") == "percent" and (given.get("amount") or 0) > 100:
            self.add_error("amount", _("At most 100 %."))
        return given

    def step(self) -> dict[str, Any] | None:
        """The step as a rule keeps it; None where nobody is to be told."""
        given = self.cleaned_data
        when, amount = given.get("when"), given.get("amount") or 0
        if not when:
            return None
        if when == "percent":
            return {"to": given["to"], "percent": amount}
        seconds = 0 if when == "due" else amount * (given.get("unit") or HOUR)
        return {"to": given["to"], "offset": -seconds if when == "before" else seconds}


def _row(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw.get("percent") is not None:
        return {"when": "percent", "amount": raw["percent"], "unit": HOUR, "to": raw["to"]}
    offset = int(raw.get("offset", 0))
    amount, unit = split(abs(offset))
    when = "due" if offset == 0 else "before" if offset < 0 else "after"
    return {"when": when, "amount": amount if offset else None, "unit": unit, "to": raw["to"]}


def typed_steps(rows: Iterable[StepRow], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as a rule keeps them; one that stood there already stays as it was written."""
    typed = [step for row in rows if (step := row.step()) is not None]
    return [next((dict(old) for old in before if _alike(old, step)), step) for step in typed]


def _alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    same_time = old.get("percent") == new.get("percent") and old.get("offset", 0) == new.get("offset", 0)
    return same_time and set(old["to"]) == set(new["to"])


StepRows = forms.formset_factory(StepRow, extra=SPARE_ROWS, max_num=MOST_STEPS, absolute_max=MOST_STEPS + SPARE_ROWS)


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "required": True})
    )


class ExtendForm(ReasonForm):
    """How much longer, and why. What counts working time is given hours of it: a day of it has no length of its own."""

    by_hours = forms.FloatField(label=gettext_lazy("How much more time"), min_value=0)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("Unit of time"),
        choices=[(size, name) for size, name in UNITS if size in (DAY, HOUR)],
        coerce=int,
        initial=HOUR,
        widget=forms.RadioSelect,
    )
    field_order = ("by_hours", "unit", "reason")

    def __init__(self, *args: Any, counts: str, **kwargs: Any) -> None:
        """Ask for hours and days, or for working hours. `counts` is a value of `Counting`."""
        super().__init__(*args, **kwargs)
        if counts == Counting.WORKING:
            del self.fields["unit"]
            self.fields["by_hours"].label = _("How many more working hours")

    def clean(self) -> dict[str, Any]:
        """The length in hours."""
        given = super().clean() or self.cleaned_data
        unit = given.pop("unit", HOUR)
        if "by_hours" in given:
            given["by_hours"] *= unit / HOUR
        return given
