"""A price as somebody types it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.actions.tariffs import Price
from billing.models.tariffs import check_formula
from billing.states import Basis, Rhythm
from records.amounts import AmountField
from records.forms import DayField


class PriceForm(forms.Form):
    """What one pays from a day on, and by which decision."""

    starts_on = DayField(label=_("In force from"))
    basis = forms.ChoiceField(label=_("How it is reckoned"), choices=Basis.choices)
    unit_price = AmountField(label=_("Unit price, yuan"), required=False, min_value=0, max_digits=12, decimal_places=4)
    fixed_amount = AmountField(
        label=_("Fixed amount, yuan"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    formula = forms.CharField(
        label=_("Formula"),
        required=False,
        max_length=200,
        validators=[check_formula],
        help_text=_(
            "Only for a formula of its own. Names: area, price, fixed, months, reading, vehicles, spaces, heads; and "
            "min, max, round."
        ),
    )
    reason = forms.CharField(label=_("By which decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def price(self) -> Price:
        """What was typed, of a valid form."""
        given: dict[str, Any] = self.cleaned_data
        return Price(
            starts_on=given["starts_on"],
            basis=given["basis"],
            unit_price=given["unit_price"] or Decimal(0),
            fixed_amount=given["fixed_amount"] or Decimal(0),
            formula=given["formula"],
        )


class NewPriceForm(PriceForm):
    """The price of a charge that has none yet, or one more beside others."""

    name = forms.CharField(label=_("Name of the charge"), max_length=100)
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices, initial=Rhythm.RECURRING)
    period_months = forms.IntegerField(label=_("Months per bill"), min_value=1, max_value=120, initial=1)
    field_order = ("name", "starts_on", "basis", "unit_price", "fixed_amount", "formula", "rhythm", "period_months")
