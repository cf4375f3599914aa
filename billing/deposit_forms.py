"""What is typed about deposits."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from billing.actions.deposits import LONGEST
from billing.forms import offer
from billing.models import DepositMove
from billing.rules.exact import LARGEST
from billing.states import COUNTER_CHOICES, EntryKind, Method
from records.amounts import AmountField

CENT = Decimal("0.01")


def _amount(label: Any) -> forms.DecimalField:
    return AmountField(label=label, max_digits=9, decimal_places=2, min_value=CENT, max_value=LARGEST)


def _method(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=COUNTER_CHOICES, widget=forms.RadioSelect, initial=Method.CASH)


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


class MoveBackForm(forms.Form):
    """Which part of a deposit that was given back or kept is held again, and why."""

    move = forms.TypedChoiceField(label=gettext_lazy("What is taken back"), coerce=int)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, moves: Sequence[DepositMove], **kwargs: Any) -> None:
        """`moves` are those that stand, with their entries."""
        super().__init__(*args, **kwargs)
        offer(self, "move", [(move.pk, _words(move)) for move in moves])


def _words(move: DepositMove) -> str:
    kind = EntryKind(move.entry.kind).label
    return f"{kind} ¥{move.amount:,.2f} · {move.entry.day:%Y-%m-%d} · {move.reason or move.received_by}"
