"""Readings as somebody types them down a list, and new meters."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from billing.actions.meters import Hung, Typed
from billing.models import ChargeItem
from billing.rules.metering import EXPLAINED, RIGHT, Asked, Taken
from billing.states import Doubt, MeterKind, ReadHow
from estate.models import Building
from records.amounts import AmountField
from records.forms import DayField

ANSWERS: dict[str, Sequence[tuple[str, Any]]] = {
    Doubt.LOWER: [
        ("", _("Choose")),
        (ReadHow.CHANGED, ReadHow.CHANGED.label),
        (ReadHow.WRAPPED, ReadHow.WRAPPED.label),
    ],
    Doubt.CHANGE: [
        ("", _("Choose")),
        (ReadHow.PLAIN, ReadHow.PLAIN.label),
        (ReadHow.CHANGED, ReadHow.CHANGED.label),
    ],
    Doubt.HIGH: [("", _("Choose")), (RIGHT, _("Yes, it is right"))],
    Doubt.OTHER: [("", _("Choose")), (RIGHT, _("Yes, replace the one that is kept"))],
}


class ChooseForm(forms.Form):
    """Which meters are read on which day; all of it lives in the address."""

    kind = forms.ChoiceField(label=_("Kind"), choices=MeterKind.choices)
    building = forms.ModelChoiceField(
        label=_("Building"), queryset=Building.objects.none(), required=False, empty_label=_("All buildings")
    )
    day = DayField(label=_("Read on"))

    def __init__(self, *args: Any, buildings: QuerySet[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]  # a field of choices of a model


class ReadingForm(forms.Form):
    """One meter's value; the rest is asked only where the value is doubted."""

    value = AmountField(required=False, min_value=0, max_digits=12, decimal_places=3)
    answer = forms.ChoiceField(
        label=_("What happened?"), required=False, choices=[("", ""), (RIGHT, ""), *ReadHow.choices]
    )
    old_final = AmountField(
        label=_("Last value of the old meter"), required=False, min_value=0, max_digits=12, decimal_places=3
    )
    new_start = AmountField(
        label=_("First value of the new meter"), required=False, min_value=0, max_digits=12, decimal_places=3
    )

    # What the answer is to.
    asked = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, meter: int, words: str) -> None:
        super().__init__(data, prefix=f"m{meter}")
        self.meter = meter
        self.asks_ends = False
        given = {"class": "reading", "inputmode": "decimal", "autocomplete": "off", "aria-label": words}
        self.fields["value"].label = words
        self.fields["value"].widget = forms.TextInput(attrs=given)
        for name in ("old_final", "new_start"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def ask(self, asked: Asked) -> None:
        """Offer the answers to what is asked about the value. An answer to something else is not one to this."""
        doubt, how = asked.doubt, asked.about.how
        # A yes to a reading that was explained leaves it explained.
        yes = RIGHT if how == ReadHow.PLAIN else how
        choices = [(yes if value == RIGHT else value, label) for value, label in ANSWERS.get(doubt, [])]
        field = self["answer"]
        field.field.widget = forms.Select(choices=choices)
        if doubt not in EXPLAINED:
            field.label = _("Is it right?")
        self.asks_ends = doubt in EXPLAINED or how == ReadHow.CHANGED
        self._put_down(asked)

    def _put_down(self, asked: Asked) -> None:
        """Bring back what was asked with what was typed; of the answers only a change whose ends are still wrong."""
        given, token = QueryDict(mutable=True), _written(asked)
        given.update(self.data)
        names = {name: self.add_prefix(name) for name in ("answer", "asked", "new_start")}
        is_anew = given.get(names["asked"]) != token
        says_changed = asked.doubt in EXPLAINED and self.cleaned_data.get("answer") == ReadHow.CHANGED
        if is_anew and not says_changed:
            given[names["answer"]] = ""
        given[names["asked"]] = token
        if self.asks_ends and not given.get(names["new_start"]):
            given[names["new_start"]] = "0"
        self.data = given
        if says_changed and not is_anew:
            self.add_error("old_final", _("Both values are needed, and neither meter goes backwards."))

    @property
    def typed(self) -> Typed | None:
        """What was typed, of a valid form; None where nothing was."""
        given = self.cleaned_data
        if given.get("value") is None:
            return None
        named = {name: given.get(name) for name in ("old_final", "new_start")}
        answer, asked = given.get("answer", ""), _read(given.get("asked", ""))
        return Typed(meter=self.meter, value=given["value"], answer=answer, asked=asked, **named)


def _written(asked: Asked) -> str:
    """What was asked, as it travels with the page."""
    about = asked.about
    ends = ["" if one is None else _plain(one) for one in (about.value, about.old_final, about.new_start)]
    return " ".join([asked.doubt, about.day.isoformat(), about.how, *ends]).strip()


def _read(written: str) -> Asked | None:
    """What was asked, of the words that travelled; None where they are none."""
    try:
        doubt, day, how, *numbers = written.split()
        value, *ends = (Decimal(one) for one in numbers if Decimal(one).is_finite())
        old_final, new_start = ends or (None, None)
        return Asked(Doubt(doubt), Taken(date.fromisoformat(day), value, ReadHow(how), old_final, new_start))
    except (ValueError, ArithmeticError):
        return None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


class ChangeMeterForm(forms.Form):
    """What is known of a meter that hangs."""

    number = forms.CharField(label=_("Number on the meter"), max_length=40, required=False)
    item = forms.ModelChoiceField(
        label=_("Charged by"),
        queryset=ChargeItem.objects.none(),
        required=False,
        empty_label=_("Nothing: it is only read"),
    )
    multiplier = AmountField(label=_("Multiplier"), min_value=Decimal("0.001"), max_digits=8, decimal_places=3)
    digits = forms.IntegerField(label=_("Digits before the point"), min_value=3, max_value=9)
    ended_on = DayField(label=_("Taken down on"), required=False)

    def __init__(self, *args: Any, items: QuerySet[ChargeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]  # a field of choices of a model


class MeterForm(forms.Form):
    """A meter of a room, a common one, or one for every room that has none of the kind."""

    kind = forms.ChoiceField(label=_("Kind"), choices=MeterKind.choices)
    item = forms.ModelChoiceField(
        label=_("Charged by"),
        queryset=ChargeItem.objects.none(),
        required=False,
        empty_label=_("Nothing: it is only read"),
    )
    every = forms.BooleanField(
        label=_("One for every room that has none of this kind"),
        required=False,
        help_text=_("The first reading of each is where it begins to count."),
    )
    building = forms.ModelChoiceField(
        label=_("Building"), queryset=Building.objects.none(), required=False, empty_label=_("All buildings")
    )
    unit = forms.CharField(label=_("Room"), max_length=60, required=False, help_text=_("Empty for a common meter."))
    place = forms.CharField(label=_("Where it hangs"), max_length=100, required=False)
    number = forms.CharField(label=_("Number on the meter"), max_length=40, required=False)
    multiplier = AmountField(
        label=_("Multiplier"), min_value=Decimal("0.001"), max_digits=8, decimal_places=3, initial=1
    )
    digits = forms.IntegerField(label=_("Digits before the point"), min_value=3, max_value=9, initial=6)
    first_day = DayField(label=_("First read on"), required=False)
    first_value = AmountField(label=_("First value"), required=False, min_value=0, max_digits=12, decimal_places=3)

    def __init__(self, *args: Any, items: QuerySet[ChargeItem], buildings: QuerySet[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]  # a field of choices of a model
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]

    @property
    def hung(self) -> Hung:
        """What the new meters have in common, of a valid form."""
        given = self.cleaned_data
        return Hung(kind=given["kind"], item=given["item"], multiplier=given["multiplier"], digits=given["digits"])

    def clean(self) -> dict[str, Any]:
        """Refuse a first value without its day, and a day without a value."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        day, value = given.get("first_day"), given.get("first_value")
        if (day is None) != (value is None):
            self.add_error("first_day" if day is None else "first_value", _("Both or neither."))
        return given

    @property
    def first(self) -> Taken | None:
        """The first reading, of a valid form."""
        day: date | None = self.cleaned_data["first_day"]
        return Taken(day, self.cleaned_data["first_value"]) if day else None
