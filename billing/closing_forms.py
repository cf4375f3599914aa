"""What a cashier counts at the end of the day, and what leaders type about days and statements."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.actions.dayclose import (
    LARGEST,
    LONGEST,
    LONGEST_REMARK,
    LONGEST_WORDS,
    PIECES,
    Count,
    counted_in_cash,
)
from billing.models import Receipt
from billing.rules.exact import NOTHING
from billing.states import Method
from core.errors import Invalid
from records.amounts import AmountField


class CloseForm(forms.Form):
    """The count of a day: an amount for each way of paying, why it differs, and who took the money over."""

    handed_to = forms.CharField(
        label=gettext_lazy("Handed over to"),
        max_length=LONGEST,
        help_text=gettext_lazy("A colleague's name, or the bank."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=LONGEST_WORDS)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)

    def __init__(self, *args: Any, recorded: Mapping[str, Decimal], receipts: Sequence[Receipt], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recorded = {Method.CASH.value: NOTHING, **recorded} if recorded else {}
        self.receipts = receipts
        self.fields["seen"].initial = json.dumps({method: str(amount) for method, amount in recorded.items()})
        for method in self.recorded:
            self._add_method(method)
        for piece in PIECES if self.recorded else ():
            self.fields[f"piece_{piece}"] = forms.IntegerField(
                label=_("¥%(piece)s") % {"piece": piece}, required=False, min_value=0, max_value=100_000
            )
        for receipt in receipts:
            self.fields[f"remark_{receipt.pk}"] = forms.CharField(
                label=_("Word on %(number)s") % {"number": receipt.number}, required=False, max_length=LONGEST_REMARK
            )

    def _add_method(self, method: str) -> None:
        words = {"method": Method(method).label}
        self.fields[f"counted_{method}"] = AmountField(
            label=_("%(method)s counted") % words,
            max_digits=10,
            decimal_places=2,
            max_value=LARGEST,
            min_value=-LARGEST,
            required=method != Method.CASH,
            widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        )
        self.fields[f"explanation_{method}"] = forms.CharField(
            label=_("Why %(method)s differs") % words, required=False, max_length=LONGEST_WORDS
        )

    def clean(self) -> dict[str, Any]:
        """Cash may be counted by notes and coins in place of a sum; both must agree where both are given."""
        cleaned = super().clean() or self.cleaned_data
        if not self.recorded or "counted_cash" in self.errors:
            return cleaned
        try:
            cleaned["counted_cash"] = counted_in_cash(cleaned.get("counted_cash"), self._pieces())
        except Invalid as problem:
            self.add_error("counted_cash", str(problem))
        return cleaned

    def _pieces(self) -> dict[str, int]:
        counted = {piece: self.cleaned_data.get(f"piece_{piece}") for piece in PIECES}
        return {piece: count for piece, count in counted.items() if count}

    @property
    def counts(self) -> dict[str, Count]:
        """What was counted, by way of paying."""
        given = self.cleaned_data
        return {
            method: Count(
                counted=given[f"counted_{method}"],
                explanation=given[f"explanation_{method}"],
                pieces=self._pieces() if method == Method.CASH else {},
            )
            for method in self.recorded
        }

    @property
    def remarks(self) -> dict[int, str]:
        """Words on single receipts, by the receipt's key."""
        return {receipt.pk: self.cleaned_data[f"remark_{receipt.pk}"] for receipt in self.receipts}

    @property
    def seen_amounts(self) -> dict[str, Decimal] | None:
        """What was recorded when the page was shown; None where the form does not say."""
        try:
            return {str(k): Decimal(str(v)) for k, v in json.loads(self.cleaned_data["seen"]).items()}
        except (ValueError, AttributeError, InvalidOperation, RecursionError):
            return None

    @property
    def rows(self) -> list[tuple[str, Decimal, BoundField, BoundField]]:
        """Each way of paying: its name, what is recorded, and its two fields."""
        return [
            (str(Method(method).label), amount, self[f"counted_{method}"], self[f"explanation_{method}"])
            for method, amount in self.recorded.items()
        ]

    @property
    def piece_fields(self) -> list[BoundField]:
        """The fields of notes and coins."""
        return [self[f"piece_{piece}"] for piece in PIECES if self.recorded]

    @property
    def counts_pieces(self) -> bool:
        """Say whether somebody counted by notes and coins."""
        return any(field.value() for field in self.piece_fields)

    @property
    def receipt_rows(self) -> list[tuple[Receipt, BoundField]]:
        """Each receipt of the day with the field for a word on it."""
        return [(receipt, self[f"remark_{receipt.pk}"]) for receipt in self.receipts]

    @property
    def has_remarks(self) -> bool:
        """Say whether a word stands on a receipt."""
        return any(field.value() for _receipt, field in self.receipt_rows)


class CloseForForm(CloseForm):
    """The count of somebody else's day, and why they do not close it themselves."""

    reason = forms.CharField(
        label=gettext_lazy("Why they do not close it themselves"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReopenForm(forms.Form):
    """Why a closed day is opened again."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SpanForm(forms.Form):
    """The days of a household's statement."""

    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput)
    until = forms.DateField(label=gettext_lazy("As of"), widget=forms.DateInput)

    def clean(self) -> dict[str, Any]:
        """The days are in their order."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", _("It ends before it begins."))
        return cleaned
