"""What is typed about money: at the till, and when a bill or a receipt is put right."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Bill, Posting
from billing.rules.exact import LARGEST, NOTHING
from billing.states import COUNTER_CHOICES, Method
from records.amounts import AmountField


def offer(form: forms.Form, name: str, rows: Sequence[tuple[int, str]]) -> None:
    """Let a field of a form offer these, by their keys; the only one is chosen already."""
    field = cast(forms.TypedChoiceField, form.fields[name])
    field.choices = rows
    field.initial = rows[0][0] if len(rows) == 1 else None


class PayForm(forms.Form):
    """Which bills, how much was handed over, and how. What is more than the bills is change, or paid in advance."""

    method = forms.ChoiceField(
        label=gettext_lazy("How it is paid"), choices=COUNTER_CHOICES, widget=forms.RadioSelect, initial=Method.CASH
    )
    received = AmountField(
        label=gettext_lazy("Money received"),
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
    )
    keep_rest = forms.BooleanField(label=gettext_lazy("Keep what is more as paid in advance"), required=False)
    payer = forms.CharField(label=gettext_lazy("Paid by"), required=False, max_length=100)
    reference = forms.CharField(
        label=gettext_lazy("Transaction number"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Of a transfer, a card or a code that was scanned."),
    )

    def __init__(self, *args: Any, bills: Sequence[Bill], missing: int = 0, **kwargs: Any) -> None:
        """`bills` are those that were ticked; `missing`, how many more of no bill of the project."""
        super().__init__(*args, **kwargs)
        self.bills, self.missing = bills, missing
        self.total = sum((bill.outstanding for bill in bills), NOTHING)

    def clean(self) -> dict[str, Any]:
        """Change is given in cash only, and money for nothing is kept only when that is said."""
        cleaned = super().clean() or self.cleaned_data
        if self.missing:
            self.add_error(None, _("One of these bills is not this project's."))
            return cleaned
        received = cleaned.get("received")
        if received is None or cleaned.get("keep_rest") or received <= self.total or self.is_stale:
            return cleaned
        if not self.bills:
            self.add_error("keep_rest", _("No bill is ticked: say that it is paid in advance."))
        elif cleaned.get("method") != Method.CASH:
            self.add_error(
                "keep_rest", _("This is more than is owed, and only cash gets change. Keep the rest, or correct it.")
            )
        return cleaned

    @property
    def amount(self) -> Decimal:
        """What is booked, in yuan: all that was handed over, less the change."""
        received: Decimal = self.cleaned_data["received"]
        return received if self.cleaned_data["keep_rest"] or self.is_stale else min(received, self.total)

    @property
    def is_stale(self) -> bool:
        """Say whether something ticked is owed no longer: taking the money says which, and takes none."""
        return any(not bill.outstanding for bill in self.bills)

    @property
    def change(self) -> Decimal:
        """What the payer gets back, in yuan."""
        received: Decimal = self.cleaned_data["received"]
        return received - self.amount


class ReverseForm(forms.Form):
    """Why a receipt is taken back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class VoidForm(ReverseForm):
    """Why a bill is made void."""


class WaiveForm(ReverseForm):
    """How much of a bill is to be waived, and why."""

    amount = AmountField(
        label=gettext_lazy("How much to waive"),
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
    )
    field_order = ("amount", "reason")


class ReverseWaiverForm(ReverseForm):
    """Which waiver of a bill is taken back, and why."""

    waiver = forms.TypedChoiceField(label=gettext_lazy("Which waiver"), coerce=int)
    field_order = ("waiver", "reason")

    def __init__(self, *args: Any, waivers: Sequence[Posting], **kwargs: Any) -> None:
        """`waivers` are those that stand, with their entries."""
        super().__init__(*args, **kwargs)
        offer(
            self,
            "waiver",
            [(one.entry_id, f"¥{one.amount:,.2f} · {one.entry.day:%Y-%m-%d} · {one.entry.text}") for one in waivers],
        )


class AskRefundForm(ReverseForm):
    """How much of what was paid in advance is given back, how, to whom, and why."""

    amount = AmountField(
        label=gettext_lazy("How much to give back"),
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
    )
    method = forms.ChoiceField(
        label=gettext_lazy("How it is given back"),
        choices=COUNTER_CHOICES,
        widget=forms.RadioSelect,
        initial=Method.CASH,
    )
    payee = forms.CharField(label=gettext_lazy("Who gets it"), max_length=100)
    field_order = ("amount", "method", "payee", "reason")
