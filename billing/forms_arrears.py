"""What is typed on the pages of arrears, as clean values."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from billing.states import Cause, Reminder
from records.forms import DayField

REASON = 500
CAUSES: list[tuple[str, Any]] = [("", gettext_lazy("not known yet")), *Cause.choices]


def _area(label: Any, *, required: bool = True, longest: int = REASON) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    """A step's own small form."""

    lines_wanted = False


class NotifyForm(StepForm):
    """How they were reminded, whether it reached them, what they said."""

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Reminder.choices, widget=forms.RadioSelect)
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
    """When the letter was delivered, and the courier's slip."""

    on = DayField(label=gettext_lazy("Delivered on"))
    tracking_number = forms.CharField(label=gettext_lazy("Courier's number"), max_length=60, required=False)
    proof = forms.FileField(
        label=gettext_lazy("Photo of the courier's slip"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )


class WhyForm(StepForm):
    """A reason that has to be given."""

    reason = _area(gettext_lazy("Reason"))


class PerhapsForm(StepForm):
    """A reason that may be given."""

    reason = _area(gettext_lazy("Reason"), required=False)


class VisitForm(StepForm):
    """How the visit went."""

    report = _area(gettext_lazy("How the visit went"), longest=2000)


class PromiseForm(StepForm):
    """By when it is paid."""

    until = DayField(label=gettext_lazy("Paid by"))
    note = _area(gettext_lazy("What they said"), required=False)


class FindingForm(StepForm):
    """What was found of a dispute."""

    finding = _area(gettext_lazy("What was found"))
