"""What is typed about office costs."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files import File
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.actions.office import LONGEST, LONGEST_WORDS, WAYS, NewCost
from billing.rules.exact import LARGEST
from billing.states import Method, OfficeKey
from core.errors import DomainError
from records.amounts import AmountField
from records.documents import read_document
from records.forms import DayField
from records.images import Encoded

CENT = Decimal("0.01")
TAKEN = "image/*,application/pdf,.pdf"


class VoucherField(forms.FileField):
    """A photo or a PDF, read while the form is checked: no lock lasts as long as a picture is decoded."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.ClearableFileInput(attrs={"accept": TAKEN}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Encoded | None:
        """Read it; nothing where nothing was chosen. Raises `ValidationError`."""
        upload: File[bytes] | None = super().clean(data, initial)
        if not upload:
            return None
        try:
            return read_document(upload)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error


def _money(label: Any, **more: Any) -> forms.DecimalField:
    return AmountField(label=label, max_digits=9, decimal_places=2, min_value=CENT, max_value=LARGEST, **more)


class CostForm(forms.Form):
    """What every office cost has: words, and the voucher."""

    words = forms.CharField(
        label=_("What it is for"),
        max_length=LONGEST_WORDS,
        help_text=_("Such as: electricity of the office in October. Whoever decides reads it."),
    )
    file = VoucherField(
        label=_("Voucher"),
        required=False,
        help_text=_("The supplier's bill as a photo or PDF. More can be added afterwards."),
    )

    @property
    def vouchers(self) -> list[Encoded]:
        """The voucher, where one came with the form."""
        found = self.cleaned_data["file"]
        return [found] if found else []

    def new(self, kind: str) -> NewCost:
        """What is asked for, of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return NewCost(kind=kind, **given)


class SharedForm(CostForm):
    """The supplier's bill and the key by which the office's share is reckoned; the share itself is never typed."""

    supplier = forms.CharField(label=_("Supplier"), max_length=LONGEST, help_text=_("Whose bill it is."))
    start = DayField(label=_("From"))
    end = DayField(label=_("To"))
    whole = _money(_("Amount of the supplier's bill, yuan"))
    share_by = forms.ChoiceField(
        label=_("Shared by"), choices=OfficeKey.choices, widget=forms.RadioSelect, initial=OfficeKey.AREA
    )
    weight = AmountField(
        label=_("The office's part"),
        max_digits=12,
        decimal_places=4,
        help_text=_("Its m², heads or meter reading; for a fixed percentage the percentage itself."),
    )
    weight_all = AmountField(
        label=_("All together"),
        max_digits=12,
        decimal_places=4,
        required=False,
        help_text=_("Of the whole building, the office included; empty for a fixed percentage."),
    )
    field_order = ("words", "supplier", "start", "end", "whole", "share_by", "weight", "weight_all", "file")


class ReimbursedForm(CostForm):
    """What a colleague laid out and is paid back."""

    claimant = forms.ModelChoiceField(label=_("Who is paid back"), queryset=User.objects.none())
    amount = _money(_("Amount, yuan"))
    supplier = forms.CharField(
        label=_("Supplier"), max_length=LONGEST, required=False, help_text=_("Where it was bought; may stay empty.")
    )
    field_order = ("words", "claimant", "amount", "supplier", "file")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claimant"].queryset = people  # type: ignore[attr-defined]  # a field of choices of a model


class PayForm(forms.Form):
    """How an approved cost is paid, and who receives it."""

    method = forms.ChoiceField(
        label=_("How it is paid out"),
        choices=[(str(way), way.label) for way in WAYS],
        widget=forms.RadioSelect,
        initial=Method.TRANSFER,
    )
    received_by = forms.CharField(
        label=_("Received by"), max_length=LONGEST, help_text=_("Whoever signs for it on the form.")
    )
    reference = forms.CharField(label=_("Transaction number"), max_length=LONGEST, required=False)


class WhyForm(forms.Form):
    """Why a cost is refused, or taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class VoucherForm(forms.Form):
    """One more voucher."""

    file = VoucherField(label=_("Voucher"), help_text=_("A photo or PDF."))
