"""A contact as it is spoken, as a form; and the ways in which it ends, as the page offers them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Department
from cases.rules import LONGEST
from cases.states import Channel
from complaints.queries import departments_of
from reception.actions import NewContact
from reception.forms import CHANNELS, CallerForm, ColleagueField
from reception.queries.desk import Colleague
from reception.states import Purpose, State
from records.forms import MomentField

Words = str | Promise


@dataclass(frozen=True)
class WayOut:
    """One way in which a contact goes on: what is chosen, what it means, what the button then says it will do."""

    verb: str
    label: Words
    hint: Words
    save: Words
    wants: tuple[str, ...] = ()  # the fields that belong to it
    free: tuple[str, ...] = ()  # those of them that may stay empty, though other ways need them
    purpose: str = ""  # why somebody calls who mostly wants this


WAYS_OUT = (
    WayOut(
        "answer",
        gettext_lazy("Answered at once"),
        gettext_lazy("They have their answer; this contact is over."),
        gettext_lazy("Save: answered"),
        wants=("done",),
    ),
    WayOut(
        "ticket",
        gettext_lazy("Make it a ticket"),
        gettext_lazy("The next page asks about the repair."),
        gettext_lazy("Save and go on to the ticket"),
        purpose=Purpose.REPAIR,
    ),
    WayOut(
        "complaint",
        gettext_lazy("Make it a complaint"),
        gettext_lazy("The next page asks about the complaint."),
        gettext_lazy("Save and go on to the complaint"),
        purpose=Purpose.COMPLAINT,
    ),
    WayOut(
        "promise",
        gettext_lazy("Promise the reply"),
        gettext_lazy("Somebody who knows calls back by the time agreed."),
        gettext_lazy("Save and promise the reply"),
        wants=("to", "until", "question"),
    ),
    WayOut(
        "route",
        gettext_lazy("Pass the question on"),
        gettext_lazy("A department or a colleague answers it; you hear when they have."),
        gettext_lazy("Save and pass the question on"),
        wants=("department", "to", "until", "question"),
        free=("to", "until"),
        purpose=Purpose.SUGGESTION,
    ),
    WayOut(
        "hand_over",
        gettext_lazy("Hand it to a colleague"),
        gettext_lazy("The colleague goes on with it now."),
        gettext_lazy("Save and hand over"),
        wants=("to", "done"),
        purpose=Purpose.OFFICIAL,
    ),
)
# A reply is owed: what was written may be put right, or another time agreed on.
ONLY_WRITE = WayOut(
    "",
    gettext_lazy("Only change what was written"),
    gettext_lazy("The promise stands as it is."),
    gettext_lazy("Save the change"),
    wants=("done",),
)
OWED = (ONLY_WRITE, *(way for way in WAYS_OUT if way.verb in ("promise", "ticket", "complaint")))


def ways_out(state: str) -> tuple[WayOut, ...]:
    """The ways in which a contact of this state can end; a new one has none yet."""
    return OWED if state == State.PROMISED else WAYS_OUT


def likely(ways: Sequence[WayOut], *, sent: Collection[str], purpose: str) -> WayOut:
    """The way that stands chosen: the one sent, else the one that the purpose suggests, else the first."""
    chosen = next((way for way in ways if way.verb in sent), None)
    return chosen or next((way for way in ways if way.purpose and way.purpose == purpose), ways[0])


class ContactForm(CallerForm):
    """A contact as it is spoken: who, why, what was said, what was done; and how it ends."""

    said = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices, required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=CHANNELS, required=False)
    done = forms.CharField(
        label=gettext_lazy("What was answered or done"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    to = ColleagueField(label=gettext_lazy("Colleague"), required=False)
    until = MomentField(
        label=gettext_lazy("Reply by"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    question = forms.CharField(
        label=gettext_lazy("Question to answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    field_order = ("unit", "contact_name", "contact_phone", "said", "purpose", "channel", "done")

    def __init__(self, *args: Any, colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(ColleagueField, self.fields["to"]).offer((one.user, str(one)) for one in colleagues)
        self.departments = {str(one.pk): one for one in departments_of(self.project)}
        named = [("", "—"), *((pk, one.name) for pk, one in self.departments.items())]
        cast(forms.ChoiceField, self.fields["department"]).choices = named

    def clean_department(self) -> Department | None:
        """The department, if one was chosen."""
        return self.departments.get(self.cleaned_data["department"])

    def new(self) -> NewContact:
        """The contact, from a valid form."""
        data = self.cleaned_data
        return NewContact(
            project=self.project,
            channel=data["channel"] or Channel.PHONE,
            purpose=data["purpose"] or Purpose.ENQUIRY,
            said=data["said"].strip(),
            caller=self.caller(),
        )
