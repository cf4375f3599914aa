"""What is billed, for which months, due when."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import ChargeItem
from core.moments import is_reckoned
from records.forms import DayField


class MonthField(forms.DateField):
    """A month, as its first day; `2026-11` where the browser has no picker of months."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"})
    input_formats = ("%Y-%m", "%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        """Read a month. Raises `ValidationError` for a year beyond all use."""
        found = super().to_python(value)
        if found is not None and not is_reckoned(found):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found.replace(day=1) if found else None

    def prepare_value(self, value: Any) -> Any:
        """What was typed, or the month of a day."""
        return f"{value:%Y-%m}" if isinstance(value, date) else value


class ChargesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no generic at work
    """Charge items; a key that no database holds is no valid choice."""

    def clean(self, value: Any) -> QuerySet[ChargeItem]:
        """Read the keys. Raises `ValidationError` for one that is none."""
        try:
            found: QuerySet[ChargeItem] = super().clean(value)
        except OverflowError as error:
            raise forms.ValidationError(
                self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": "…"}
            ) from error
        return found


class RunForm(forms.Form):
    """A billing run to be looked at."""

    items = ChargesField(
        label=_("What is billed"), queryset=ChargeItem.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    start = MonthField(label=_("From month"))
    end = MonthField(
        label=_("To month"), help_text=_("The same month for one month. A quarter is billed where it begins.")
    )
    due_on = DayField(label=_("Due on"))

    def __init__(self, *args: Any, items: QuerySet[ChargeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = items  # type: ignore[attr-defined]  # a field of choices of a model


class CancelForm(forms.Form):
    """Why bills are taken back."""

    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
