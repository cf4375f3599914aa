"""A common cost as somebody types it off the supplier's bill."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.actions.sharing import Cost
from billing.models import ChargeItem
from billing.rules.exact import LARGEST
from billing.states import MeterKind, ShareBy
from estate.models import Building
from records.amounts import AmountField
from records.forms import DayField


class SharedCostForm(forms.Form):
    """What was paid for whom, for which days, and by what it is shared."""

    item = forms.ModelChoiceField(
        label=_("Charged as"),
        queryset=ChargeItem.objects.none(),
        help_text=_("Charges that are collected on behalf."),
    )
    words = forms.CharField(label=_("What it is for"), max_length=100)
    amount = AmountField(
        label=_("Amount of the supplier's bill, yuan"),
        min_value=Decimal("0.01"),
        max_value=LARGEST,
        max_digits=9,
        decimal_places=2,
    )
    start = DayField(label=_("From"))
    end = DayField(label=_("To"))
    building = forms.ModelChoiceField(
        label=_("Shared over"), queryset=Building.objects.none(), required=False, empty_label=_("The whole project")
    )
    by = forms.ChoiceField(
        label=_("Shared by"), choices=ShareBy.choices, widget=forms.RadioSelect, initial=ShareBy.AREA
    )
    meter_kind = forms.ChoiceField(
        label=_("Which meters"),
        choices=[("", _("Only where it is shared by meter")), *MeterKind.choices],
        required=False,
    )
    due_on = DayField(label=_("Due on"))

    def __init__(self, *args: Any, items: QuerySet[ChargeItem], buildings: QuerySet[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]  # a field of choices of a model
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]

    @property
    def cost(self) -> Cost:
        """What was typed, of a valid form."""
        return Cost(**self.cleaned_data)
