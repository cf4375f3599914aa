"""Quick intake (快速登记) as a form: only room and words are required, in the order people speak."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from cases.rules import LONGEST
from cases.states import Channel, Urgency
from estate.models import Building
from reception.forms import CHANNELS, CallerForm
from records.forms import MomentField
from tickets.actions import NewTicket
from tickets.models import Category
from tickets.states import Kind

# A half day that is nearly over is not offered any more; chosen while it was, it is taken until its end.
TOO_LATE = timedelta(minutes=30)
MORNING, AFTERNOON = (time(9), time(12)), (time(14), time(18))


def windows(at: datetime, project: Project, *, chosen: str = "") -> list[tuple[str, str]]:
    """The half days that callers name: value `from|to`, and how they are said.

    Those that are over or nearly so are left out; of the latter `chosen` stays, if it is one.
    """
    today = at.astimezone(project.tz).date()
    days = (
        (today, _("Today, morning"), _("Today, afternoon")),
        (today + timedelta(days=1), _("Tomorrow, morning"), _("Tomorrow, afternoon")),
        (today + timedelta(days=2), _("The day after, morning"), _("The day after, afternoon")),
    )
    found = []
    for day, morning, afternoon in days:
        for (begins, ends), words in ((MORNING, morning), (AFTERNOON, afternoon)):
            start, end = datetime.combine(day, begins, project.tz), datetime.combine(day, ends, project.tz)
            value = f"{start.isoformat()}|{end.isoformat()}"
            if end > at + (timedelta() if value == chosen else TOO_LATE):
                found.append((value, f"{words} {begins:%H:%M}–{ends:%H:%M}"))
    return found


class IntakeForm(CallerForm):
    """A repair, service, enquiry or suggestion as it is told."""

    description = forms.CharField(
        label=gettext_lazy("What is the matter"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write down what it is about.")},
    )
    place = forms.CharField(
        label=gettext_lazy("Public place"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Instead of a room: lift, gate, corridor …"),
    )
    building = forms.ChoiceField(label=gettext_lazy("Building"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=CHANNELS, required=False)
    when = forms.ChoiceField(
        label=gettext_lazy("Convenient time"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This half day is over by now. Choose another time.")},
    )
    preferred_from = MomentField(
        label=gettext_lazy("Convenient from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    preferred_to = MomentField(
        label=gettext_lazy("Convenient until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    when_chosen = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    category_chosen = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)
    urgent = forms.BooleanField(label=gettext_lazy("Urgent: cannot wait"), required=False)
    urgent_chosen = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: datetime, categories: list[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.sorts = {category.code: category for category in categories}
        self.houses = {str(house.pk): house for house in Building.objects.filter(project=self.project)}
        self._choose("when", [("", _("Any time")), *windows(at, self.project, chosen=self.data.get("when", ""))])
        self._choose("building", [("", "—"), *((pk, str(house)) for pk, house in self.houses.items())])
        self._choose("category", [("", _("By the words")), *self._grouped()])

    def _choose(self, name: str, choices: list[Any]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def _grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, category in self.sorts.items():
            groups.setdefault(str(Kind(category.kind).label), []).append((code, category.name))
        return list(groups.items())

    def clean(self) -> dict[str, Any]:
        """A room or a place; both ends of a time, or a half day."""
        cleaned = super().clean()
        if "unit" not in self.errors and not cleaned.get("unit") and not cleaned.get("place", "").strip():
            self.add_error("unit", _("Which room is it? For the common parts, write the place below."))
        if cleaned.get("when"):
            begins, _bar, ends = cleaned["when"].partition("|")
            cleaned["preferred_from"], cleaned["preferred_to"] = map(datetime.fromisoformat, (begins, ends))
        return cleaned

    def new(self, **more: Any) -> NewTicket:
        """The ticket, from a valid form."""
        data = self.cleaned_data
        caller = self.caller()
        category = self.sorts.get(data["category"])
        chosen = Urgency.URGENT if data["urgent"] else Urgency.NORMAL
        return NewTicket(
            project=self.project,
            kind=category.kind if category else Kind.REPAIR,
            description=data["description"].strip(),
            unit=caller.unit,
            building=None if caller.unit else self.houses.get(data["building"]),
            place="" if caller.unit else data["place"].strip(),
            category=category,
            urgency=chosen if data["urgent_chosen"] else (Urgency.URGENT if data["urgent"] else ""),
            contact_name=caller.name,
            contact_phone=caller.phone,
            channel=data["channel"] or Channel.PHONE,
            preferred_from=data["preferred_from"],
            preferred_to=data["preferred_to"],
            **more,
        )
