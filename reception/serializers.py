"""Contacts as JSON, and what their verbs take. Input becomes clean Python values here; nothing is written."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from accounts.queries import colleagues
from cases.models import Case
from cases.rules import LONGEST
from cases.serializers import CaseSerializer, LinkedInput, Verb
from cases.states import Channel, Urgency
from reception.actions import Caller, NewContact
from reception.models import Contact
from reception.states import AskedFor, Outcome, Purpose
from records.parsing import MomentInput


class ContactSerializer(CaseSerializer):
    """A contact: the case, and what the work log keeps beside it."""

    purpose = serializers.CharField(source="contact.purpose")
    is_resident = serializers.BooleanField(source="contact.is_resident")
    text = serializers.CharField(source="contact.said")
    done = serializers.CharField(source="contact.done")
    outcome = serializers.CharField(source="contact.outcome")
    asked_for = serializers.CharField(source="contact.asked_for")
    question = serializers.CharField(source="contact.question")
    served_by = serializers.CharField(source="contact.served_by.username", default=None, allow_null=True)
    promised_to = serializers.CharField(source="contact.promised_to.username", default=None, allow_null=True)
    handed_to = serializers.CharField(source="contact.handed_to.username", default=None, allow_null=True)
    queued_at = serializers.DateTimeField(source="contact.queued_at", allow_null=True)
    served_at = serializers.DateTimeField(source="contact.served_at", allow_null=True)
    held_seconds = serializers.IntegerField(source="contact.held_seconds")

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "purpose",
            "is_resident",
            "text",
            "done",
            "outcome",
            "asked_for",
            "question",
            "served_by",
            "promised_to",
            "handed_to",
            "queued_at",
            "served_at",
            "held_seconds",
        ]
        read_only_fields = fields


# --- what comes in ---------------------------------------------------------------------------------------------------
class NewContactInput(LinkedInput):
    """A call, visit or letter. Nothing but the project is required; a walk-in joins the line."""

    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default=Channel.PHONE)
    purpose = serializers.ChoiceField(choices=Purpose.choices, required=False, default=Purpose.ENQUIRY)
    contact_name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, default=Urgency.NORMAL)
    asked_for = serializers.ChoiceField(choices=AskedFor.choices, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The contact as the action takes it."""
        given = super().validate(attrs)
        name, phone = given.pop("contact_name").strip(), given.pop("contact_phone")
        caller = Caller(name=name, phone=phone, unit=given.pop("unit"))
        said, urgent = given.pop("text").strip(), given.pop("urgency") == Urgency.URGENT
        return {"new": NewContact(**given, said=said, urgent=urgent, caller=caller)}


class DoneVerb(Verb):
    """A verb that may say what was done."""

    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class CloseVerb(DoneVerb):
    """How it ended; left out: answered, or left where nobody had served them yet."""

    outcome = serializers.ChoiceField(
        choices=[Outcome.ANSWERED, Outcome.LEFT], required=False, allow_blank=True, default=""
    )


class ColleagueVerb(DoneVerb):
    """A verb that names a colleague by username."""

    to = serializers.CharField(max_length=150)

    def validate_to(self, value: str) -> User:
        """The colleague."""
        found = colleagues(self.context["request"].user).filter(username=value).first()
        if found is None:
            raise serializers.ValidationError(_("Not a colleague."))
        return found


class RouteVerb(DoneVerb):
    """Who can answer: a department by kind or name, a colleague by username, or both. Without `text`: what was said.

    `until` is when they were promised the answer, where that was said.
    """

    department = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    to = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    until = MomentInput(required=False, allow_null=True, default=None)

    def validate_to(self, value: str) -> User | None:
        """The colleague."""
        return ColleagueVerb.validate_to(self, value) if value else None  # type: ignore[arg-type]


class PromiseVerb(Verb):
    """Who answers what by when; without a question: what was said."""

    to = serializers.CharField(max_length=150)
    at = MomentInput()
    question = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")

    validate_to = ColleagueVerb.validate_to

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the agreed time the name that the action knows."""
        attrs["until"] = attrs.pop("at")
        return attrs


def contact_of(case: Case) -> Contact:
    """The contact of a case, holding on to the case that was read."""
    contact = case.contact
    contact.case = case
    return contact
