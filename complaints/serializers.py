"""Complaints as JSON, and what the verbs take. Input becomes clean Python values here; nothing is written."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Department, Project, User
from accounts.queries import colleagues
from cases.models import Case
from cases.rules import LONGEST
from cases.serializers import CaseSerializer, NewCaseInput, ReasonVerb, Verb, photos_of, shown_user
from complaints.actions import About, Mended, NewComplaint, Responsible
from complaints.models import Complaint, Remedy, Responsibility, Topic
from complaints.queries import said_at
from complaints.states import Grade, Outcome, Party, RemedyState, Rung, Told
from records.amounts import AmountInput
from records.parsing import MomentInput


class ResponsibilitySerializer(serializers.ModelSerializer[Responsibility]):
    """One of those responsible."""

    department = serializers.CharField(source="department.name", default=None, allow_null=True)

    class Meta:
        model = Responsibility
        fields = ["party", "department", "note"]
        read_only_fields = fields


class RemedySerializer(serializers.ModelSerializer[Remedy]):
    """One way to make it good."""

    class Meta:
        model = Remedy
        fields = ["id", "text", "cost", "state", "proposed_at", "settled_at"]
        read_only_fields = fields


class ComplaintSerializer(CaseSerializer):
    """A complaint in a list: the case and what was complained of."""

    description = serializers.CharField(source="complaint.description")
    received_at = serializers.DateTimeField(source="complaint.received_at")
    occurred_at = serializers.DateTimeField(source="complaint.occurred_at", allow_null=True)
    about_department = serializers.CharField(source="complaint.about_department.name", default=None, allow_null=True)
    about_person = serializers.SerializerMethodField()
    demand = serializers.CharField(source="complaint.demand")
    wanted_by = serializers.DateTimeField(source="complaint.wanted_by", allow_null=True)
    reachable = serializers.CharField(source="complaint.reachable")
    replier = serializers.SerializerMethodField()
    harm_ongoing = serializers.BooleanField(
        source="complaint.harm_goes_on", help_text="now: false once it is recorded how the harm was stopped"
    )
    harm_stopped_at = serializers.DateTimeField(source="complaint.harm_stopped_at", allow_null=True)
    acknowledged_at = serializers.DateTimeField(source="complaint.acknowledged_at", allow_null=True)
    answered_at = serializers.DateTimeField(source="complaint.answered_at", allow_null=True)
    outcome = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    resolved_at = serializers.DateTimeField(source="complaint.resolved_at", allow_null=True)
    informed_at = serializers.DateTimeField(source="complaint.informed_at", allow_null=True)
    informed_how = serializers.CharField(source="complaint.informed_how")

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "description",
            "received_at",
            "occurred_at",
            "about_department",
            "about_person",
            "demand",
            "wanted_by",
            "reachable",
            "replier",
            "harm_ongoing",
            "harm_stopped_at",
            "acknowledged_at",
            "answered_at",
            "outcome",
            "result",
            "resolved_at",
            "informed_at",
            "informed_how",
        ]
        read_only_fields = fields

    def get_about_person(self, case: Case) -> str | None:
        """Whom it is about: a colleague, or as the resident named them."""
        return shown_user(case.complaint.about_person, self.reader) or case.complaint.about_words or None

    def get_replier(self, case: Case) -> str | None:
        """Who will reply."""
        return shown_user(case.complaint.replier, self.reader)

    def get_outcome(self, case: Case) -> str:
        """How it ended; residents read it once they were told."""
        return case.complaint.outcome if self._may_know(case) else ""

    def get_result(self, case: Case) -> str:
        """What it came to; residents read it once they were told."""
        return case.complaint.result if self._may_know(case) else ""

    def told(self, case: Case) -> dict[str, Any]:
        """Nor is it said that there is a result before they hear it."""
        shown = super().told(case)
        return shown if case.complaint.informed_at is not None else {**shown, "resolved_at": None}

    def _may_know(self, case: Case) -> bool:
        return case.complaint.informed_at is not None or self.reads_whole(case)


class ComplaintDetailSerializer(ComplaintSerializer):
    """One complaint with everything about it; what the department found is the staff's until it is told."""

    cause = serializers.SerializerMethodField()
    responsible = serializers.SerializerMethodField()
    remedies = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()

    class Meta(ComplaintSerializer.Meta):
        fields = [*ComplaintSerializer.Meta.fields, "cause", "responsible", "remedies", "photos"]
        read_only_fields = fields

    def get_cause(self, case: Case) -> str:
        """The root cause, for the staff."""
        return case.complaint.cause if self.reads_whole(case) else ""

    def get_responsible(self, case: Case) -> list[dict[str, Any]]:
        """Who is responsible, for the staff."""
        if not self.reads_whole(case):
            return []
        rows = case.complaint.responsibilities.filter(ended_at=None).select_related("department")
        return [dict(row) for row in ResponsibilitySerializer(rows, many=True).data]

    @extend_schema_field(RemedySerializer(many=True))
    def get_remedies(self, case: Case) -> list[dict[str, Any]]:
        """The ways to make it good; residents read those that they answered to, once they were told the result."""
        rows = list(case.complaint.remedies.all())
        if not self.reads_whole(case):
            rows = [row for row in rows if row.state != RemedyState.PROPOSED] if self._may_know(case) else []
        return [dict(row) for row in RemedySerializer(rows, many=True).data]

    def get_photos(self, case: Case) -> list[dict[str, str]]:
        """Pictures, with the addresses under which their readers get them."""
        return photos_of(case, self.reader)


# --- what comes in ---------------------------------------------------------------------------------------------------
def departments_named(project: Project, word: str) -> QuerySet[Department]:
    """Departments of a project by kind or by one of their names."""
    return Department.objects.filter(Q(kind=word) | Q(name_zh=word) | Q(name_en=word), project=project).order_by("pk")


class NewComplaintInput(NewCaseInput):
    """What somebody complains of; words are enough."""

    grade = serializers.ChoiceField(choices=Grade.choices, required=False, allow_blank=True, default="")
    category = serializers.CharField(max_length=40, required=False, allow_blank=True, allow_null=True)
    occurred_at = MomentInput(required=False, allow_null=True, default=None)
    about_department = serializers.CharField(max_length=100, required=False, allow_blank=True, allow_null=True)
    about_person = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    about_service = serializers.BooleanField(required=False, default=False)
    demand = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    wanted_by = MomentInput(required=False, allow_null=True, default=None)
    reachable = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    harm_ongoing = serializers.BooleanField(required=False, default=False)

    def links(self, project: Project, attrs: Mapping[str, Any]) -> dict[str, QuerySet[Any]]:
        """Its topic and the department complained of, too."""
        topics = Topic.objects.filter(active=True, code=attrs.get("category") or "")
        named = departments_named(project, attrs.get("about_department") or "")
        return {**super().links(project, attrs), "category": topics, "about_department": named}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A colleague by username for who works here; else the words that the resident has for them."""
        user: User = self.context["request"].user
        given = super().validate(attrs)
        topic, words = given.pop("category"), given.pop("about_person").strip()
        given |= _kept_of(given["contact"], given, channel=attrs.get("channel"))
        person = None
        if words and user.is_office:
            person = colleagues(user).filter(username=words).first()
        given |= {"about_person": person, "about_words": "" if person else words, "topic": topic.code if topic else ""}
        return {"new": NewComplaint(**given)}


def _kept_of(contact: Case | None, given: Mapping[str, Any], *, channel: str | None) -> dict[str, Any]:
    """What was typed at the contact, wherever the body leaves it out. Source: CMP-1."""
    if contact is None:
        return {}
    known = {
        "unit": contact.unit,
        "contact_name": contact.contact_name,
        "contact_phone": contact.contact_phone,
    }
    found = {name: value for name, value in known.items() if not given.get(name)}
    if not channel:
        found["channel"] = contact.channel
    if not given["description"].strip():
        found["description"] = said_at(contact)
    return found


class HarmVerb(Verb):
    """What was done to stop the harm."""

    action = serializers.CharField(max_length=LONGEST)


class AmendVerb(Verb):
    """Whom to call, where it was, what it is about; what is left out stays as it is."""

    contact_name = serializers.CharField(source="name", max_length=100, required=False, allow_blank=True)
    contact_phone = serializers.CharField(source="phone", max_length=20, required=False, allow_blank=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    reachable = serializers.CharField(max_length=100, required=False, allow_blank=True)
    topic = serializers.SlugRelatedField(
        slug_field="code", queryset=Topic.objects.filter(active=True), required=False, allow_null=True
    )

    about_person = serializers.CharField(
        max_length=150, required=False, allow_blank=True, help_text="a colleague's username, else the resident's words"
    )
    about_department = serializers.CharField(max_length=100, required=False)
    about_service = serializers.BooleanField(required=False)

    def validate_about_department(self, value: str) -> Department:
        """The department."""
        found = departments_named(self.context["project"], value).first()
        if found is None:
            raise serializers.ValidationError(_("There is no such department here."))
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gather what is put right; whom it is about stays where nothing is said of it."""
        happened_at = attrs.pop("happened_at", None)
        names = ("about_person", "about_department", "about_service")
        given: dict[str, Any] = {name: attrs.pop(name) for name in names if name in attrs}
        if given:
            attrs["about"] = self._about(given)
        return {"mended": Mended(**attrs), "happened_at": happened_at}

    def _about(self, given: dict[str, Any]) -> About:
        department, service = given.get("about_department"), given.get("about_service")
        if "about_person" not in given:
            return About(department=department, service=service, whom_stays=True)
        words = given["about_person"].strip()
        person = colleagues(self.context["request"].user).filter(username=words).first() if words else None
        return About(person=person, words="" if person else words, department=department, service=service)


class RegradeVerb(ReasonVerb):
    """Another grade and why."""

    grade = serializers.ChoiceField(choices=Grade.choices)


class DepartmentVerb(Verb):
    """A verb that names a department of the case's project, by kind or name. Needs `project` in its context."""

    department = serializers.CharField(max_length=100)

    def validate_department(self, value: str) -> Department:
        """The department."""
        found = departments_named(self.context["project"], value).first()
        if found is None:
            raise serializers.ValidationError(_("There is no such department here."))
        return found


class ReferVerb(DepartmentVerb):
    """The department and, by username, the person directly responsible there."""

    person = serializers.CharField(max_length=150, required=False, allow_blank=True, allow_null=True, default=None)

    def validate_person(self, value: str | None) -> User | None:
        """The colleague."""
        if not value:
            return None
        found = colleagues(self.context["request"].user).filter(username=value).first()
        if found is None:
            raise serializers.ValidationError(_("Not a colleague."))
        return found


class HeadsVerb(Verb):
    """Departments whose heads come, and where to."""

    departments = serializers.ListField(child=serializers.CharField(max_length=100), min_length=1, max_length=10)
    place = serializers.CharField(max_length=200)

    def validate_departments(self, value: list[str]) -> list[Department]:
        """The departments."""
        found = [departments_named(self.context["project"], word).first() for word in value]
        if None in found:
            raise serializers.ValidationError(_("There is no such department here."))
        return [one for one in found if one is not None]


class EscalateVerb(ReasonVerb):
    """Where to, or to whom, and why."""

    to = serializers.ChoiceField(choices=Rung.choices)


class ResponsibleInput(serializers.Serializer[Any]):
    """One of those responsible."""

    party = serializers.ChoiceField(choices=Party.choices)
    department = serializers.CharField(max_length=100, required=False, allow_blank=True, allow_null=True, default=None)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the department."""
        word = attrs.pop("department")
        found = departments_named(self.context["project"], word).first() if word else None
        if word and found is None:
            raise serializers.ValidationError({"department": [_("There is no such department here.")]})
        return {**attrs, "department": found}


class EstablishVerb(Verb):
    """Who is responsible, and the root cause."""

    responsible = ResponsibleInput(many=True, min_length=1, max_length=10)  # type: ignore[call-arg]
    cause = serializers.CharField(max_length=LONGEST)
    apologised = serializers.BooleanField(required=False, default=False)

    def validate_responsible(self, value: list[dict[str, Any]]) -> list[Responsible]:
        """As the action takes them."""
        return [Responsible(**row) for row in value]


class RemedyVerb(Verb):
    """A way to make it good, and what it costs in yuan."""

    text = serializers.CharField(max_length=LONGEST)
    cost = AmountInput(max_digits=12, decimal_places=2, min_value=0, required=False, allow_null=True, default=None)


class SettleVerb(Verb):
    """Whether the resident agreed to a remedy."""

    remedy = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    agreed = serializers.BooleanField()


class ResolveVerb(Verb):
    """What it came to: `outcome` is how it ended, or the words of a solution."""

    outcome = serializers.CharField(max_length=LONGEST)
    result = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    agreed = serializers.BooleanField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Words in `outcome` are the result of a complaint that was solved."""
        if attrs["outcome"] not in Outcome.values:
            attrs["result"], attrs["outcome"] = attrs["outcome"], Outcome.SOLVED.value
        return attrs


class InformVerb(Verb):
    """How the resident was told."""

    how = serializers.ChoiceField(choices=Told.choices)
    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class CloseComplaintVerb(Verb):
    """The resident's word, or the reason for closing without it."""

    confirmed = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Who gives a reason and says nothing of the resident's word has not got it."""
        return {"confirmed": False if attrs["reason"].strip() else None, **attrs}


def complaint_of(case: Case) -> Complaint:
    """The complaint of a case, holding on to the case that was read."""
    complaint = case.complaint
    complaint.case = case
    return complaint
