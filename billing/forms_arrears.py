"""What is typed on the pages of arrears, as clean values."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from billing.actions.arrears import Proof
from billing.models import Arrears
from billing.queries.arrears import missing_for_legal, missing_words
from billing.states import Cause, Delivered, Reminder, Undelivered
from records.forms import DayField
from visits.forms import PlanFields, ReportFields
from visits.queries.home_visits import visitors_of

REASON = 500
CAUSES: list[tuple[str, Any]] = [("", gettext_lazy("not known yet")), *Cause.choices]


def _area(label: Any, *, required: bool = True, longest: int = REASON) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    """A step's own small form."""

    lines_wanted = False

    def __init__(
        self,
        *args: Any,
        arrears: Arrears | None = None,
        at: datetime | None = None,
        missing: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`arrears` is what the step is taken on at a moment; some ask what fits it.

        `missing`: what is missing for the legal channel, in words, where its page knows it already.
        """
        super().__init__(*args, **kwargs)
        self.missing = missing
        if arrears is not None and at is not None:
            self.fit(arrears, at)

    def fit(self, arrears: Arrears, at: datetime) -> None:
        """Offer what the case allows; nothing of a step that is the same everywhere."""

    def given(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        return dict(self.cleaned_data)


class NotifyForm(StepForm):
    """How they were reminded, whether it reached them, what they said."""

    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=Reminder.choices, initial=Reminder.PHONE, widget=forms.RadioSelect
    )
    reached = forms.TypedChoiceField(
        label=gettext_lazy("Were they reached?"),
        choices=[("1", gettext_lazy("Reached")), ("0", gettext_lazy("Not reached"))],
        coerce=lambda raw: raw == "1",
        initial="1",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("An SMS reaches nobody for certain; it does not count."),
    )
    cause = forms.ChoiceField(label=gettext_lazy("Why it is not paid"), choices=CAUSES, required=False)
    note = _area(gettext_lazy("What they said"), required=False)


class CauseForm(StepForm):
    """Why it is not paid."""

    cause = forms.ChoiceField(label=gettext_lazy("Why it is not paid"), choices=Cause.choices)
    note = _area(gettext_lazy("In their words"), required=False)


class LetterForm(StepForm):
    """The courier's number."""

    tracking_number = forms.CharField(
        label=gettext_lazy("Courier's number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("May be added when the delivery is written down."),
    )


class DeliverForm(StepForm):
    """When the letter was delivered, how, and what shows it."""

    on = DayField(label=gettext_lazy("Delivered on"))
    how = forms.ChoiceField(
        label=gettext_lazy("How it was delivered"),
        choices=Delivered.choices,
        initial=Delivered.COURIER,
        widget=forms.RadioSelect,
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Courier's number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Wanted where the letter went by courier and has none yet."),
    )
    carrier_status = forms.CharField(
        label=gettext_lazy("What the courier says of the delivery"), max_length=300, required=False
    )
    witness = forms.CharField(label=gettext_lazy("Handed over in person: who saw it"), max_length=100, required=False)
    proof = forms.FileField(
        label=gettext_lazy("Photo of the courier's slip, or of the signature"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )

    def given(self) -> dict[str, Any]:
        """The day, and the proof."""
        rest = dict(self.cleaned_data)
        return {"on": rest.pop("on"), "proof": Proof(file=rest.pop("proof"), **rest)}


class ReturnForm(StepForm):
    """Whether the letter came back or was refused, and why."""

    how = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=Undelivered.choices,
        initial=Undelivered.RETURNED,
        widget=forms.RadioSelect,
    )
    reason = _area(gettext_lazy("Reason"))


class FileForm(StepForm):
    """Why it goes to the legal channel; and why all the same, where something is missing for that."""

    reason = _area(gettext_lazy("Reason"))
    despite = _area(gettext_lazy("Why all the same"), required=False)

    def fit(self, arrears: Arrears, at: datetime) -> None:
        """Say what is missing; where nothing is, nobody explains it."""
        what = missing_words(missing_for_legal(arrears, at)) if self.missing is None else self.missing
        if what:
            self.fields["despite"].help_text = gettext("Missing for the legal channel: %(what)s.") % {"what": what}
        elif not self.is_bound:
            del self.fields["despite"]


class WhyForm(StepForm):
    """A reason that has to be given."""

    reason = _area(gettext_lazy("Reason"))


class PlanForm(PlanFields, StepForm):
    """Who goes there, on which day, when on it."""

    def fit(self, arrears: Arrears, at: datetime) -> None:
        """Offer whoever collects in the project."""
        self.offer(visitors_of(arrears.case))


class VisitForm(ReportFields, StepForm):
    """How the visit went."""

    def given(self) -> dict[str, Any]:
        """The report."""
        return {"report": self.reported()}


class PromiseForm(StepForm):
    """By when it is paid."""

    until = DayField(label=gettext_lazy("Paid by"))
    note = _area(gettext_lazy("What they said"), required=False)


class FindingForm(StepForm):
    """What was found of a dispute."""

    finding = _area(gettext_lazy("What was found"))
