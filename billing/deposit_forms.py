"""What is typed about deposits."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from billing.actions.deposits import LONGEST
from billing.actions.paying import LARGEST
from billing.states import Method

CENT = Decimal("0.01")


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=9, decimal_places=2, min_value=CENT, max_value=LARGEST)


def _method(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Method.choices, widget=forms.RadioSelect, initial=Method.CASH)


class TakeDepositForm(forms.Form):
    """A deposit that is handed over at the till."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=LONGEST,
        help_text=gettext_lazy("Such as: renovation deposit."),
    )
    amount = _amount(gettext_lazy("Amount"))
    method = _method(gettext_lazy("How it is paid"))
    payer = forms.CharField(label=gettext_lazy("Paid by"), required=False, max_length=LONGEST)
    reference = forms.CharField(label=gettext_lazy("Transaction number"), required=False, max_length=LONGEST)


class ReturnForm(forms.Form):
    """A deposit that is given back."""

    amount = _amount(gettext_lazy("Given back"))
    method = _method(gettext_lazy("How it is given back"))
    received_by = forms.CharField(
        label=gettext_lazy("Received by"),
        max_length=LONGEST,
        help_text=gettext_lazy("Whoever signs for it on the receipt."),
    )


class KeepForm(forms.Form):
    """A deposit that is to be kept, and why."""

    amount = _amount(gettext_lazy("To be kept"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
