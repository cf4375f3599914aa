"""What is typed on the pages of tickets, as clean values: filters, a step's reason, an appointment, parts and hours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.states import Urgency
from core.numbers import whole_number
from records.amounts import AmountField
from records.forms import MomentField
from tickets.actions import Line
from tickets.models import Category, PriceItem
from tickets.reads.listing import VIEWS, Filters
from tickets.states import AcceptedBy, Charge, Kind, State

REASON = 500
LONGEST = 2000
MOST_LINES = 50
MOST_QUANTITY = Decimal(100_000)


def read_filters(asked: Mapping[str, str]) -> Filters:
    """The filters of an address; what is no filter of ours is left out, and so is never shown as one."""
    choices: dict[str, Iterable[str]] = {"state": State.values, "kind": Kind.values, "urgency": Urgency.values}
    fixed = {name: _one_of(asked.get(name, ""), values) for name, values in choices.items()}
    return Filters(
        view=_one_of(asked.get("view", ""), VIEWS) or "open",
        category=asked.get("category", "")[:40].replace("\x00", ""),
        handler=whole_number(asked.get("handler", "")),
        department=whole_number(asked.get("department", "")),
        building=whole_number(asked.get("building", "")),
        q=asked.get("q", "")[:100].replace("\x00", "").strip(),
        **fixed,
    )


def _one_of(raw: str, values: Iterable[str]) -> str:
    return raw if raw in values else ""


def local_moment(raw: str) -> datetime | None:
    """A moment from an address (2026-11-23T14:30), in the project's zone; None for what is none."""
    try:
        found = MomentField(required=False).clean(raw)
    except forms.ValidationError:
        return None
    return found if isinstance(found, datetime) else None


class StepForm(forms.Form):
    """A step's own small form. `lines_wanted` adds the price list to it."""

    lines_wanted = False


class ReasonForm(StepForm):
    """A step that says why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


class TextForm(StepForm):
    """What the resident was told."""

    text = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write down what was said.")},
    )


class DispatchForm(StepForm):
    """Who goes, and when; without a time they go when they can."""

    technician = forms.TypedChoiceField(
        label=gettext_lazy("Who goes"),
        error_messages={
            "required": gettext_lazy("Choose who goes."),
            "invalid_choice": gettext_lazy("Nobody of that name can be sent to this ticket."),
        },
    )
    window_from = MomentField(label=gettext_lazy("Agreed from"), required=False)
    window_to = MomentField(label=gettext_lazy("Agreed until"), required=False)

    def __init__(self, *args: Any, people: Mapping[User, str], **kwargs: Any) -> None:
        """Offer only people who can be sent, in the order given, each with the words beside the name."""
        super().__init__(*args, **kwargs)
        self.people = people
        choice = self.fields["technician"]
        by_pk = {str(user.pk): user for user in people}
        if isinstance(choice, forms.TypedChoiceField):
            choice.choices = [(str(user.pk), words) for user, words in people.items()]
            choice.coerce = by_pk.__getitem__

    def clean(self) -> dict[str, Any]:
        """A time has two ends; where the second is left out, the visit takes an hour."""
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("window_from"), given.get("window_to")
        if begins and not ends and "window_to" not in self.errors:
            given["window_to"] = begins + timedelta(hours=1)
        if ends and not begins and "window_from" not in self.errors:
            self.add_error("window_from", _("Say from when."))
        return given


class AcceptQuoteForm(StepForm):
    """How the resident agreed to the price."""

    how = forms.ChoiceField(
        label=gettext_lazy("How the resident agreed"),
        choices=AcceptedBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say how the resident agreed.")},
    )


class OverrideForm(ReasonForm):
    """Who pays after all, and why."""

    charge = forms.ChoiceField(
        label=gettext_lazy("Who pays"),
        choices=[(value, label) for value, label in Charge.choices if value != Charge.UNDECIDED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who pays.")},
    )
    field_order = ("charge", "reason")


class JoinForm(StepForm):
    """The ticket that this one repeats."""

    other = forms.CharField(
        label=gettext_lazy("Number of the other ticket"),
        max_length=30,
        error_messages={"required": gettext_lazy("Write the number of the ticket that stays open.")},
    )


class CategoryForm(StepForm):
    """What it is about after all; department and who pays follow."""

    category = forms.ModelChoiceField(
        queryset=Category.objects.none(),
        label=gettext_lazy("Category"),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a category.")},
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=Urgency.choices)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        """Offer the categories of this kind of ticket."""
        super().__init__(*args, **kwargs)
        choice = self.fields["category"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = Category.objects.filter(kind=kind, active=True)


class WhomForm(StepForm):
    """Whom to ask. The number on record is not shown here: empty means as it is."""

    name = forms.CharField(label=gettext_lazy("Contact person"), required=False, max_length=100)
    phone = forms.CharField(
        label=gettext_lazy("New phone"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Leave it empty to keep the number."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class ContactForm(WhomForm):
    """Whom to ask, where, and when it suits them."""

    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=200)
    preferred_from = MomentField(label=gettext_lazy("Convenient from"), required=False)
    preferred_to = MomentField(label=gettext_lazy("Convenient until"), required=False)


class CallerForm(StepForm):
    """Somebody else who reported the same matter."""

    name = forms.CharField(label=gettext_lazy("Who"), max_length=100)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LeakTestForm(StepForm):
    """What the leak test showed. Where it still leaks, the ticket is opened again."""

    result = forms.CharField(
        label=gettext_lazy("What the test showed"),
        max_length=REASON,
        initial=gettext_lazy("Tight, no water came through."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write down what the test showed.")},
    )
    leaks = forms.BooleanField(label=gettext_lazy("It still leaks: open the ticket again"), required=False)


@dataclass(frozen=True)
class Typed:
    """A line as it was typed, to be shown again."""

    item: PriceItem
    quantity: str


class LinesForm(StepForm):
    """Lines chosen from the price list: pairs of `item` and `quantity` in the order given."""

    lines_wanted = True

    def __init__(self, *args: Any, prices: Iterable[PriceItem] = (), **kwargs: Any) -> None:
        """Take lines from what the project offers only."""
        super().__init__(*args, **kwargs)
        self.prices = {str(item.pk): item for item in prices}
        self.chosen: list[Line] = []
        self.typed: list[Typed] = []

    def clean(self) -> dict[str, Any]:
        """Read the pairs; a mistake in one is named with its line."""
        given = super().clean() or self.cleaned_data
        items, quantities = _pairs(self.data)
        if len(items) != len(quantities) or len(items) > MOST_LINES:
            raise forms.ValidationError(_("These lines cannot be read. Choose them again."))
        for raw, quantity in zip(items, quantities, strict=True):
            self._add(self.prices.get(raw), quantity)
        return given

    def _add(self, item: PriceItem | None, raw: str) -> None:
        if item is None:
            self.add_error(None, _("A line is no longer in the price list. Choose it again."))
            return
        self.typed.append(Typed(item, raw))
        quantity = read_quantity(raw)
        if quantity is None:
            self.add_error(None, _("“%(name)s”: the quantity must be a number above 0.") % {"name": item.name})
            return
        self.chosen.append(Line(item=item, quantity=quantity))


def _pairs(data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    if isinstance(data, QueryDict):
        return data.getlist("item"), data.getlist("quantity")
    return [], []


def read_quantity(raw: str) -> Decimal | None:
    """A quantity with two decimals at most, None for what is none."""
    try:
        found = Decimal(raw.strip())
    except InvalidOperation:
        return None
    if not found.is_finite() or not 0 < found <= MOST_QUANTITY or found != found.quantize(Decimal("0.01")):
        return None
    return found


class QuoteForm(LinesForm):
    """The price offered before the work."""

    def clean(self) -> dict[str, Any]:
        """A quote has at least one line."""
        given = super().clean()
        if not self.chosen and not self.errors:
            raise forms.ValidationError(_("Choose at least one line of the price list."))
        return given


class AnswerForm(StepForm):
    """The answer to an enquiry or a suggestion."""

    text = forms.CharField(
        label=gettext_lazy("The answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write down the answer.")},
    )


class CompleteForm(LinesForm):
    """What was done, with parts and hours."""

    report = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what was done.")},
    )
    hours = AmountField(
        label=gettext_lazy("Hours of work"), required=False, min_value=0, max_value=99, max_digits=6, decimal_places=2
    )


class PhoneCompleteForm(CompleteForm):
    """The end of a job on a phone: a phrase to tap, more words only where there is more to say."""

    PHRASES = (
        gettext_lazy("Mended, tried out, works."),
        gettext_lazy("Parts replaced, tried out, works."),
        gettext_lazy("Cleared, flows freely."),
        gettext_lazy("Made safe for now, more to be done."),
    )
    phrase = forms.CharField(required=False, max_length=200)
    field_order = ("phrase", "report", "hours")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the phrase stand for the report."""
        super().__init__(*args, **kwargs)
        self.fields["report"].required = False

    def clean(self) -> dict[str, Any]:
        """Join phrase and words; one of them is needed."""
        given = super().clean()
        words = [given.get("phrase", "").strip(), given.get("report", "").strip()]
        given["report"] = " ".join(word for word in words if word)
        if not given["report"]:
            self.add_error("report", _("Say what was done."))
        return given


class BulkForm(forms.Form):
    """Several tickets and the one person to send to them."""

    technician = forms.ModelChoiceField(
        queryset=User.objects.filter(is_active=True), error_messages={"required": gettext_lazy("Choose who goes.")}
    )
