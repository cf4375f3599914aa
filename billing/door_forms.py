"""What is typed about collecting at the door."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.actions.dayclose import LARGEST, LONGEST_WORDS
from billing.actions.doors import LONGEST, LONGEST_NOTE, LONGEST_SAID, Window
from billing.models import Bill
from billing.states import DOOR_METHODS, Method, Missed
from core.words import LONGEST_REASON
from records.amounts import AmountField
from records.forms import MomentField


def _moment(label: Any) -> MomentField:
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentField(label=label, widget=picker)


def _words(label: Any, longest: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, widget=forms.Textarea(attrs={"rows": 2}))


class WindowForm(forms.Form):
    """When somebody is expected at the door."""

    window_start = _moment(_("Appointment from"))
    window_end = _moment(_("Appointment until"))

    @property
    def window(self) -> Window:
        """The appointment as it was typed."""
        start: datetime = self.cleaned_data["window_start"]
        return Window(start, self.cleaned_data["window_end"])


class AskForm(WindowForm):
    """A home's bills that are to be collected at its door: who asked, when, and who goes."""

    payer = forms.CharField(label=_("Asked for by"), max_length=LONGEST)
    collector = forms.ChoiceField(label=_("Who collects"))
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("What the collector should know: ring twice, a dog, change for a hundred."),
    )
    field_order = ("payer", "window_start", "window_end", "collector", "note")

    def __init__(self, *args: Any, collectors: Sequence[User], bills: Sequence[Bill] = (), **kwargs: Any) -> None:
        """`bills` are those that were ticked."""
        super().__init__(*args, **kwargs)
        self.bills = bills
        self.people = {str(user.pk): user for user in collectors}
        self.fields["collector"].choices = [(pk, str(user)) for pk, user in self.people.items()]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> User:
        """Who was chosen."""
        return self.people[self.cleaned_data["collector"]]


class ConfirmForm(WindowForm):
    """That identity, address, time and amount were confirmed by phone: with whom, and what was said."""

    spoke_to = forms.CharField(label=_("Spoken to"), max_length=LONGEST)
    said = _words(_("Words of the call"), LONGEST_SAID)
    checked = forms.BooleanField(label=_("Their name, the owner's name, the address, the time and the amount agree."))
    amount = AmountField(max_digits=14, decimal_places=2, widget=forms.HiddenInput)
    field_order = ("spoke_to", "window_start", "window_end", "said", "checked", "amount")


class PrepareForm(forms.Form):
    """Nothing is typed: the receipt says what was confirmed."""


class CollectForm(forms.Form):
    """How the confirmed amount was paid at the door."""

    method = forms.ChoiceField(
        label=_("How it is paid"), choices=DOOR_METHODS, widget=forms.RadioSelect, initial=Method.CASH
    )
    reference = forms.CharField(
        label=_("Transaction number"),
        required=False,
        max_length=LONGEST,
        help_text=_("Of a transfer, a card or a code that was scanned."),
    )


class MissForm(forms.Form):
    """Why nothing was collected."""

    why = forms.ChoiceField(
        label=_("Why nothing was collected"), choices=Missed.choices, widget=forms.RadioSelect, initial=Missed.NOBODY
    )
    reason = _words(_("In words"), LONGEST_REASON, required=False)


class CancelForm(forms.Form):
    """Why a visit is called off."""

    reason = _words(_("Reason"), LONGEST_REASON)


class HandInForm(forms.Form):
    """The cash that was counted, and why it differs from what is recorded."""

    counted = AmountField(
        label=_("Cash counted"), max_digits=10, decimal_places=2, min_value=Decimal(0), max_value=LARGEST
    )
    explanation = _words(_("Why it differs"), LONGEST_WORDS, required=False)
