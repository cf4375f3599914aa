"""What the desk fills in: a contact and how it ended, who moves in, a person's data."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from cases.rules import LONGEST
from cases.states import Channel
from core.numbers import whole_number
from estate.models import HouseholdMember, Unit
from estate.queries import match_unit, people_to_ask
from estate.search import cannot_be_dialled, plain_phone
from estate.states import Relation
from reception.actions import Caller, Correction, NewContact
from reception.queries.desk import Colleague
from reception.states import AskedFor, Purpose
from records.forms import DayField
from records.masking import masked_phone

# How the desk hears of something; patrols and residents' own reports come another way.
CHANNELS = [(c.value, c.label) for c in Channel if c not in (Channel.PATROL, Channel.STAFF, Channel.ONLINE)]


class ColleagueField(forms.ChoiceField):
    """One of the colleagues whom the view offers; no statement of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people: dict[str, User] = {}

    def offer(self, people: Iterable[tuple[User, str]]) -> None:
        """Say who can be chosen, and what each is called."""
        named = {str(user.pk): (user, name) for user, name in people}
        self.people = {pk: user for pk, (user, _name) in named.items()}
        self.choices = [("", "—"), *((pk, name) for pk, (_user, name) in named.items())]

    def clean(self, value: Any) -> User | None:
        """The colleague chosen."""
        return self.people.get(super().clean(value))


class CallerForm(forms.Form):
    """Who it is: a room of the project as people say it, a name, a phone, masked where the register filled it in."""

    unit = forms.CharField(
        label=gettext_lazy("Room"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Who"), required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, project: Project, user: User, known: str = "", **kwargs: Any) -> None:
        """`known` is the phone that the page shows with stars because it is on record already."""
        self.project, self.user, self.known = project, user, known
        super().__init__(*args, **kwargs)

    def clean_unit(self) -> Unit | None:
        """The unit meant, if any."""
        raw = self.cleaned_data["unit"]
        if not raw.strip():
            return None
        unit = match_unit(number=raw, project_id=self.project.pk, user=self.user)
        if unit is None:
            raise forms.ValidationError(
                _(
                    "There is no single room “%(room)s” in %(project)s. Choose one from the list; where the room is "
                    "not known, leave it empty and write down what is."
                )
                % {"room": raw, "project": self.project}
            )
        return unit

    def clean(self) -> dict[str, Any]:
        """Read a masked phone back from the register; nobody saw it in clear."""
        cleaned = super().clean() or self.cleaned_data
        raw = cleaned.get("contact_phone", "")
        if "*" not in raw:
            if cannot_be_dialled(raw):
                self.add_error("contact_phone", _("Nobody can be called at this number. Type its digits."))
            return cleaned
        if self.known and raw.strip() == masked_phone(self.known):
            cleaned["contact_phone"] = self.known
            return cleaned
        unit = cleaned.get("unit")
        cleaned["contact_phone"] = unmask(raw, cleaned.get("contact_name", ""), unit) if unit else ""
        if not cleaned["contact_phone"] and "unit" not in self.errors:
            self.add_error("contact_phone", _("Type the whole number, or choose the person of the room again."))
        return cleaned

    def caller(self) -> Caller:
        """Who it is, from a valid form."""
        data = self.cleaned_data
        return Caller(name=data["contact_name"].strip(), phone=plain_phone(data["contact_phone"]), unit=data["unit"])


def unmask(masked: str, name: str, unit: Unit) -> str:
    """The phone of a person of the unit that a page showed with stars; empty where nobody's fits."""
    fitting = [
        (one.name == name.strip(), phone.number)
        for one in people_to_ask(unit)
        for phone in one.person.phones.all()
        if masked_phone(phone.number) == masked.strip()
    ]
    return max(fitting, default=(False, ""), key=lambda one: one[0])[1]


class JoinForm(CallerForm):
    """Somebody joins the waiting line; nothing is required, so that it takes two keys."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices, required=False)
    asked_for = forms.ChoiceField(label=gettext_lazy("Asks for"), choices=AskedFor.choices, required=False)
    urgent = forms.BooleanField(label=gettext_lazy("Urgent: cannot wait"), required=False)

    def new(self) -> NewContact:
        """The contact, from a valid form."""
        data = self.cleaned_data
        return NewContact(
            project=self.project,
            channel=Channel.WALK_IN,
            purpose=data["purpose"] or Purpose.ENQUIRY,
            caller=self.caller(),
            urgent=data["urgent"],
            asked_for=data["asked_for"],
        )


class ReplyForm(forms.Form):
    """The promised reply."""

    text = forms.CharField(
        label=gettext_lazy("What was replied"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class CorrectForm(CallerForm):
    """What was taken down wrongly in a contact that is over, and why it is changed."""

    said = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices)
    reason = forms.CharField(label=gettext_lazy("Why it is changed"), max_length=500)

    def correction(self) -> Correction:
        """What it should have said, from a valid form."""
        data = self.cleaned_data
        return Correction(caller=self.caller(), purpose=data["purpose"], said=data["said"])


class PassForm(forms.Form):
    """A colleague who is to serve somebody."""

    to = ColleagueField(label=gettext_lazy("Colleague"))
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def __init__(self, *args: Any, colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ColleagueField, self.fields["to"]).offer((one.user, str(one)) for one in colleagues)


def local_input(moment: datetime) -> str:
    """A moment as a browser's picker wants it, in the active zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


# --- the register ----------------------------------------------------------------------------------------------------
class PersonForm(forms.Form):
    """A person's name, phones (masked ones stay as they are) and wishes."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    phones = forms.CharField(
        label=gettext_lazy("Phones"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("One a line, the one to try first at the top. Starred numbers stay as they are."),
        widget=forms.Textarea(attrs={"rows": 3, "inputmode": "tel", "autocomplete": "off"}),
    )
    preferences = forms.CharField(
        label=gettext_lazy("Wishes and notes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reviewed = forms.BooleanField(label=gettext_lazy("Checked with them just now"), required=False)

    # Which numbers the form was shown with: one that somebody added meanwhile was not taken out of it.
    shown = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    # How the row stood when the form was shown.
    stamp = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    field_order = ("shown", "stamp", "name", "phones", "preferences", "reviewed")

    def __init__(self, *args: Any, known: Mapping[int, str] | None = None, **kwargs: Any) -> None:
        """`known` are the person's numbers on record by key, in clear."""
        self.known = dict(known or {})
        super().__init__(*args, **kwargs)

    def clean_phones(self) -> list[str]:
        """The numbers, starred ones read back from the record."""
        keys = {whole_number(key) for key in self.cleaned_data.get("shown", "").split(",")}
        said = bool(keys - {None})
        shown = [number for key, number in self.known.items() if key in keys or not said]
        lines = [line.strip() for line in re.split("[,，\n]", self.cleaned_data["phones"])]
        found = [number for line in lines for number in self._meant(line, lines, shown)]
        return list(dict.fromkeys([*found, *(number for number in self.known.values() if number not in shown)]))

    @staticmethod
    def _meant(line: str, lines: list[str], shown: list[str]) -> list[str]:
        """The numbers that a line stands for: itself, or what is behind its stars."""
        if "*" not in line:
            return [line] if line else []
        behind = [number for number in shown if masked_phone(number) == line]
        if not behind:
            raise forms.ValidationError(_("“%(number)s” is none of their numbers. Type it whole.") % {"number": line})
        if lines.count(line) < len(behind):
            raise forms.ValidationError(
                _("Several of their numbers read “%(number)s”. Type the ones that stay whole.") % {"number": line}
            )
        return behind


class MoveInForm(forms.Form):
    """Somebody moves in, as owner, tenant or family."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    relation = forms.ChoiceField(label=gettext_lazy("Relation"), choices=Relation.choices)
    on = DayField(label=gettext_lazy("Moves in on"))
    lives_here = forms.BooleanField(label=gettext_lazy("Lives here"), required=False, initial=True)
    # Who lived there when the form was shown.
    living = forms.CharField(required=False, max_length=LONGEST, strip=False, widget=forms.HiddenInput)


class MoveOutForm(forms.Form):
    """Somebody moves out."""

    on = DayField(label=gettext_lazy("Last day"))
    member = forms.ChoiceField(label=gettext_lazy("Who moves out"), required=False, widget=forms.RadioSelect)
    # Who lived there when the form was shown.
    living = forms.CharField(required=False, max_length=LONGEST, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: HouseholdMember | None = None, **kwargs: Any) -> None:
        """`member` is the one from whose name the form was opened; the other choice is everybody."""
        super().__init__(*args, **kwargs)
        one = [(str(member.pk), _("Only %(name)s") % {"name": member.person.name})] if member is not None else []
        cast(forms.ChoiceField, self.fields["member"]).choices = [*one, ("", _("The whole household"))]


class RevealForm(forms.Form):
    """Why somebody needs a number in clear."""

    field = forms.ChoiceField(choices=[("phone", "phone"), ("id_number", "id_number")], widget=forms.HiddenInput)
    phone = forms.IntegerField(required=False, min_value=1, max_value=2**60, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why you need the number.")},
    )
