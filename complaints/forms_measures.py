"""What is typed about improvement measures, as clean values."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from cases.rules import LONGEST
from complaints.models import Complaint, Topic
from records.forms import DayField
from tickets.forms import ReasonForm, StepForm


class MeasureForm(forms.Form):
    """What, who, until when, and what it was drawn from."""

    what = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    handler = forms.ChoiceField(label=gettext_lazy("Who does it"))
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    due_on = DayField(label=gettext_lazy("To be done by"))
    topic = forms.ChoiceField(label=gettext_lazy("Against which cause"), required=False)
    complaints = forms.CharField(
        label=gettext_lazy("From which complaints"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Their numbers, with blanks between; none where it is about a cause as such."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, departments: Sequence[Department], people: Iterable[User], seen: Any, **kwargs: Any
    ) -> None:
        """`seen` are the complaints that may be named."""
        super().__init__(*args, **kwargs)
        self.seen = seen
        self.by_pk = {str(one.pk): one for one in departments}
        self.users = {str(one.pk): one for one in people}
        self.topics = {topic.code: topic for topic in Topic.objects.filter(active=True)}
        self._offer("handler", "—", [(pk, str(one)) for pk, one in self.users.items()])
        self._offer("department", _("That of who does it"), [(pk, one.name) for pk, one in self.by_pk.items()])
        self._offer("topic", "—", [(code, topic.name) for code, topic in self.topics.items()])

    def _offer(self, name: str, blank: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", blank), *choices]

    def clean_handler(self) -> User:
        """The colleague."""
        return self.users[self.cleaned_data["handler"]]

    def clean_department(self) -> Department | None:
        """The department, if one was chosen."""
        return self.by_pk.get(self.cleaned_data["department"])

    def clean_topic(self) -> Topic | None:
        """The topic, if one was chosen."""
        return self.topics.get(self.cleaned_data["topic"])

    def clean_complaints(self) -> list[Complaint]:
        """The complaints by their numbers."""
        numbers = dict.fromkeys(self.cleaned_data["complaints"].upper().replace(",", " ").replace("，", " ").split())
        found = {one.case.number: one for one in self.seen.filter(case__number__in=list(numbers)[:50])}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise forms.ValidationError(_("There is no complaint %(number)s here.") % {"number": missing[0]})
        return list(found.values())


class FinishForm(StepForm):
    """What was done."""

    result = forms.CharField(
        label=gettext_lazy("What was done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class AnotherDayForm(ReasonForm):
    """Another day, and why."""

    due_on = DayField(label=gettext_lazy("To be done by"))
    field_order = ("due_on", "reason")
