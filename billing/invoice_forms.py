"""What is typed about a tax invoice."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from billing.actions.invoicing import LONGEST_TITLE, MOST_RECEIPTS, NewInvoice
from billing.models import Receipt
from billing.rules.exact import LARGEST
from records.amounts import AmountField

BETWEEN = re.compile(r"[\s,;，；、]+")


class NumberForm(forms.Form):
    """Code and number of an invoice, and its day: what a red-letter one adds to its original."""

    code = forms.CharField(
        label=gettext_lazy("Invoice code"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Empty for a fully digital invoice, whose number has twenty digits."),
    )
    number = forms.CharField(label=gettext_lazy("Invoice number"), max_length=20)
    day = forms.DateField(label=gettext_lazy("Issued on"), widget=forms.DateInput(attrs={"type": "date"}))


class InvoiceForm(NumberForm):
    """An invoice and the receipts that it is for, by their numbers."""

    title = forms.CharField(label=gettext_lazy("Buyer's title"), max_length=LONGEST_TITLE)
    tax_number = forms.CharField(
        label=gettext_lazy("Buyer's tax number"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Empty for a person."),
    )
    amount = AmountField(
        label=gettext_lazy("Amount with tax"),
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=LARGEST,
    )
    receipts = forms.CharField(
        label=gettext_lazy("Receipts"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Their numbers, one after the other."),
    )
    field_order = ("code", "number", "day", "title", "tax_number", "amount", "receipts")

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.user = project, user

    def clean_tax_number(self) -> str:
        """Capital letters, however it was typed."""
        return str(self.cleaned_data["tax_number"]).upper()

    def clean_receipts(self) -> list[Receipt]:
        """The receipts by their numbers; one that cannot be seen is not there."""
        numbers = {word.upper()[:60] for word in BETWEEN.split(self.cleaned_data["receipts"]) if word}
        rows = Receipt.objects.visible_to(self.user).filter(payment__project=self.project, number__in=numbers)
        found = list(rows.select_related("payment").order_by("pk")[: MOST_RECEIPTS + 1])
        missing = sorted(numbers - {receipt.number for receipt in found})
        if missing or not found:
            raise forms.ValidationError(_("No such receipt here: %(number)s") % {"number": " ".join(missing)[:200]})
        return found

    def new(self) -> NewInvoice:
        """The invoice, from a valid form."""
        data = self.cleaned_data
        given = {name: data[name] for name in ("code", "number", "title", "tax_number", "amount", "day")}
        return NewInvoice(**given)
