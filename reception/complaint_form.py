"""Taking a complaint as a form: room and words are enough."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.rules import LONGEST
from complaints.actions import NewComplaint
from complaints.models import Topic
from complaints.queries import departments_of, staff_of
from complaints.states import Grade
from reception.forms import CHANNELS, CallerForm, ColleagueField
from reception.models import Contact
from records.forms import MomentField


def _moment(label: Any) -> MomentField:
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentField(label=label, required=False, widget=picker)


class ComplaintForm(CallerForm):
    """A complaint as it is told."""

    description = forms.CharField(
        label=gettext_lazy("Course of events"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write down what happened.")},
    )
    demand = forms.CharField(
        label=gettext_lazy("What the resident asks"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        required=False,
        choices=[("", gettext_lazy("By the words")), *Grade.choices],
        widget=forms.RadioSelect,
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=CHANNELS, required=False)
    about_department = forms.ChoiceField(label=gettext_lazy("Department complained of"), required=False)
    about_words = forms.CharField(label=gettext_lazy("Who is complained of"), required=False, max_length=100)
    about_person = ColleagueField(
        label=gettext_lazy("A colleague"),
        required=False,
        help_text=gettext_lazy("The complaint then passes by this colleague and is seen by those above only."),
    )
    about_service = forms.BooleanField(
        label=gettext_lazy("About the front desk itself: seen by the management only"), required=False
    )
    occurred_at = _moment(gettext_lazy("When it happened"))
    place = forms.CharField(label=gettext_lazy("Where"), required=False, max_length=200)
    wanted_by = _moment(gettext_lazy("Wanted by"))
    reachable = forms.CharField(label=gettext_lazy("When they can be reached"), required=False, max_length=100)
    harm_ongoing = forms.BooleanField(label=gettext_lazy("Harm is going on right now"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the project's departments, whoever works there in any role, and the topics in use."""
        super().__init__(*args, **kwargs)
        self.topics = {topic.code: topic for topic in Topic.objects.filter(active=True)}
        self.by_pk = {str(one.pk): one for one in departments_of(self.project)}
        self._choose("topic", _("By the words"), [(code, topic.name) for code, topic in self.topics.items()])
        self._choose("about_department", "—", [(pk, one.name) for pk, one in self.by_pk.items()])
        person = self.fields["about_person"]
        if isinstance(person, ColleagueField):
            person.offer((user, str(user)) for user in staff_of(self.project))

    def _choose(self, name: str, blank: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", blank), *choices]

    def new(self, *, contact: Contact | None) -> NewComplaint:
        """The complaint, from a valid form."""
        data, caller = self.cleaned_data, self.caller()
        same = ("description", "demand", "grade", "topic", "about_words", "about_service", "occurred_at", "place")
        return NewComplaint(
            project=self.project,
            unit=caller.unit,
            contact_name=caller.name,
            contact_phone=caller.phone,
            channel=contact.case.channel if contact else data["channel"] or "phone",
            contact=contact.case if contact else None,
            about_department=self.by_pk.get(data["about_department"]),
            about_person=self._person(),
            wanted_by=data["wanted_by"],
            reachable=data["reachable"],
            harm_ongoing=data["harm_ongoing"],
            **{name: data[name] for name in same},
        )

    def _person(self) -> User | None:
        found = self.cleaned_data["about_person"]
        return found if isinstance(found, User) else None
