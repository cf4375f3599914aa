"""What is typed on the pages of complaints, as clean values."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from cases.rules import LONGEST
from complaints.actions import About, Responsible
from complaints.models import Remedy, Topic
from complaints.states import WHY, Grade, Outcome, Party, Rung, Told
from records.amounts import AmountField
from tickets.forms import ReasonForm, StepForm, TextForm, WhomForm


def _area(label: Any, *, required: bool = True, longest: int = LONGEST) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": 3}))


class HarmForm(StepForm):
    """What was done at once against the harm."""

    action = _area(gettext_lazy("What was done to stop the harm"))


class AmendForm(WhomForm):
    """Whom to call, where it was, what it is about."""

    reachable = forms.CharField(label=gettext_lazy("When they can be reached"), required=False, max_length=100)
    place = forms.CharField(label=gettext_lazy("Where"), required=False, max_length=200)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    about_department = forms.ChoiceField(label=gettext_lazy("About which department"), required=False)
    about_person = forms.ChoiceField(
        label=gettext_lazy("About which colleague"),
        required=False,
        help_text=gettext_lazy("Whoever it is about does not see it any more; only those above them do."),
    )
    about_words = forms.CharField(label=gettext_lazy("Or as the resident named them"), required=False, max_length=100)
    about_service = forms.BooleanField(
        label=gettext_lazy("About the service itself: only the management reads it"), required=False
    )

    def __init__(
        self, *args: Any, departments: Sequence[Department], staff: Sequence[User], unnamed: bool, **kwargs: Any
    ) -> None:
        """Offer the topics in use, the project's departments and whoever works there.

        `unnamed`: it passes the desk by already though nobody is named.
        """
        super().__init__(*args, **kwargs)
        self.departments = {str(one.pk): one for one in departments}
        self.staff = {str(one.pk): one for one in staff}
        self.unnamed = unnamed
        for name, rows, empty in (
            ("about_department", self.departments, _("As it is")),
            ("about_person", self.staff, _("No colleague by name")),
        ):
            offered = self.fields[name]
            if isinstance(offered, forms.ChoiceField):
                offered.choices = [("", empty), *((pk, str(one)) for pk, one in rows.items())]
        self.topics = {topic.code: topic for topic in Topic.objects.filter(active=True)}
        field = self.fields["topic"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("As it is")), *((code, topic.name) for code, topic in self.topics.items())]

    def clean_topic(self) -> Topic | None:
        """The topic, if one was chosen."""
        return self.topics.get(self.cleaned_data["topic"])

    def clean(self) -> dict[str, Any]:
        """Whom it is about as the action takes it."""
        given = super().clean() or self.cleaned_data
        service = given.pop("about_service", self.unnamed)
        person = self.staff.get(given.pop("about_person", ""))
        words = given.pop("about_words", "")
        department = self.departments.get(given.pop("about_department", ""))
        if person and words != self.initial.get("about_words", "") and "about_person" not in self.changed_data:
            person = None  # named anew in words, the colleague chosen before left standing
        if "about_person" not in self.data and "about_words" not in self.data:
            given["about"] = None
            return given
        given["about"] = About(
            person=person,
            words="" if person else words,
            department=department,
            service=None if service == self.unnamed else service,
        )
        return given


class RegradeForm(ReasonForm):
    """Another grade and why."""

    grade = forms.ChoiceField(label=gettext_lazy("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    field_order = ("grade", "reason")


class PeopleForm(StepForm):
    """A form that offers departments and the people in them. `people` are members with a department of the project."""

    def __init__(self, *args: Any, departments: Sequence[Department], people: Iterable[User], **kwargs: Any) -> None:
        """Offer the project's own."""
        super().__init__(*args, **kwargs)
        self.by_pk = {str(one.pk): one for one in departments}
        self.users = {str(one.pk): one for one in people}
        names = [(pk, one.name) for pk, one in self.by_pk.items()]
        for name in ("department", "departments", "responsible"):
            if name in self.fields:
                self._offer(name, names)
        if "person" in self.fields:
            self._offer("person", [("", _("The head decides")), *((pk, str(one)) for pk, one in self.users.items())])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class ReferForm(PeopleForm):
    """Which department, and who there."""

    department = forms.ChoiceField(label=gettext_lazy("Department"))
    person = forms.ChoiceField(label=gettext_lazy("Person responsible"), required=False)

    def clean_department(self) -> Department:
        """The department."""
        return self.by_pk[self.cleaned_data["department"]]

    def clean_person(self) -> User | None:
        """The colleague, if one was named."""
        return self.users.get(self.cleaned_data["person"])


class HeadsForm(PeopleForm):
    """Whose heads come, and where to."""

    departments = forms.MultipleChoiceField(label=gettext_lazy("Departments"), widget=forms.CheckboxSelectMultiple)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200)

    def clean_departments(self) -> list[Department]:
        """The departments."""
        return [self.by_pk[pk] for pk in self.cleaned_data["departments"]]


class EstablishForm(PeopleForm):
    """Who is responsible, and why it came to this."""

    parties = forms.MultipleChoiceField(
        label=gettext_lazy("Who is responsible"), choices=Party.choices, widget=forms.CheckboxSelectMultiple
    )
    responsible = forms.MultipleChoiceField(
        label=gettext_lazy("Of the company: which departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cause = _area(gettext_lazy("Root cause"))
    apologised = forms.BooleanField(label=gettext_lazy("An apology was made"), required=False)

    def clean(self) -> dict[str, Any]:
        """Who is responsible as the action takes it: the company by its departments."""
        given = super().clean() or self.cleaned_data
        parties = given.pop("parties", [])
        named = [self.by_pk[pk] for pk in given.pop("responsible", [])]
        if named and Party.COMPANY not in parties:
            self.add_error("parties", _("A department is responsible: tick the property company too."))
        others = [Responsible(party=party) for party in parties if party != Party.COMPANY or not named]
        company = [Responsible(party=Party.COMPANY, department=one) for one in named]
        given["responsible"] = [*company, *others]
        return given


class EscalateForm(ReasonForm):
    """Where to, or to whom, and why; without a word of one's own the standard's own reason for it."""

    to = forms.ChoiceField(label=gettext_lazy("Where to, or whom"), choices=Rung.choices, widget=forms.RadioSelect)
    field_order = ("to", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """One tap says where to."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        """Say why, where nothing was typed."""
        given = super().clean() or self.cleaned_data
        if given.get("to") and not given.get("reason"):
            given["reason"] = str(WHY[given["to"]])
        return given


class RemedyForm(TextForm):
    """A way to make it good, and what it costs."""

    text = _area(gettext_lazy("How it is made good"))
    cost = AmountField(
        label=gettext_lazy("Cost in yuan"), required=False, min_value=Decimal(0), max_digits=12, decimal_places=2
    )


class SettleForm(StepForm):
    """The resident's word on a remedy."""

    remedy = forms.ChoiceField(label=gettext_lazy("Remedy"))
    agreed = forms.TypedChoiceField(
        label=gettext_lazy("The resident"),
        choices=[("1", gettext_lazy("agrees")), ("0", gettext_lazy("does not agree"))],
        coerce=lambda raw: raw == "1",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, remedies: Sequence[Remedy], **kwargs: Any) -> None:
        """Offer the remedies that wait for an answer."""
        super().__init__(*args, **kwargs)
        self.remedies = {str(one.pk): one for one in remedies}
        field = self.fields["remedy"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(pk, one.text[:60]) for pk, one in self.remedies.items()]

    def clean_remedy(self) -> Remedy:
        """The remedy."""
        return self.remedies[self.cleaned_data["remedy"]]


class ResolveForm(StepForm):
    """What it came to."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What it came to"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    result = _area(gettext_lazy("Result; of an unfounded complaint, why it is"))
    agreed = forms.NullBooleanField(label=gettext_lazy("The resident agreed"), required=False)


class InformForm(StepForm):
    """How the resident was told the result."""

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Told.choices, widget=forms.RadioSelect)
    text = _area(gettext_lazy("What was said"), required=False)


class CloseForm(StepForm):
    """The resident's word, or the reason for closing without it."""

    confirmed = forms.TypedChoiceField(
        label=gettext_lazy("The resident's word"),
        choices=[
            ("1", gettext_lazy("The resident confirms that it is solved")),
            ("0", gettext_lazy("Closed without it: say why")),
        ],
        coerce=lambda raw: raw == "1",
        widget=forms.RadioSelect,
    )
    reason = _area(gettext_lazy("Reason"), required=False, longest=500)

    def __init__(self, *args: Any, unconfirmed: bool, **kwargs: Any) -> None:
        """Offer to close without the resident's word to whoever may (`unconfirmed`)."""
        super().__init__(*args, **kwargs)
        field = self.fields["confirmed"]
        if not unconfirmed and isinstance(field, forms.TypedChoiceField):
            field.choices = [("1", _("The resident confirms that it is solved"))]
            field.help_text = _("Without it, a supervisor or manager closes it and says why.")
            del self.fields["reason"]
