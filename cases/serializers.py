"""A case as JSON, the same for every kind; each collection adds its own fields to it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Project, User
from accounts.states import STAFF_ROLES
from cases.models import Attachment, Case, Event
from cases.parts import Part, parts_of
from cases.permissions import read_whole
from cases.registry import kind_of, told_state
from cases.rules import LONGEST
from cases.sentences import sentence
from cases.states import Channel
from estate.models import Building, Unit
from records.masking import masked_phone
from records.parsing import MomentInput


class ClockField(serializers.Serializer[dict[str, Any]]):
    """One promise of the case, or of one opened for it."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    case = serializers.CharField()
    subject = serializers.CharField()
    cycle = serializers.IntegerField()
    state = serializers.CharField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    met_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class EventField(serializers.Serializer[dict[str, Any]]):
    """Something that happened; `sentence` is in the reader's language, `text` what somebody typed."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    claimed_at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()
    text = serializers.CharField()


def events(cases: Sequence[Case], reader: User) -> dict[int, Part]:
    """What happened to the cases, oldest first; residents get what is meant for them."""
    zones = {case.pk: case.project.tz for case in cases}
    found: dict[int, Part] = {pk: [] for pk in zones}
    rows = Event.objects.meant_for(reader).filter(case__in=zones).select_related("by").order_by("at", "pk")
    for event in rows:
        with timezone.override(zones[event.case_id]):
            words = sentence(event.kind, event.data)
        found[event.case_id].append(
            {
                "kind": event.kind,
                "at": event.at,
                "claimed_at": event.claimed_at,
                "by": shown_user(event.by, reader),
                "sentence": words,
                "text": event.text,
            }
        )
    return found


def photos_of(case: Case, reader: User) -> list[dict[str, str]]:
    """Pictures and papers of a case, with the addresses under which their readers get them."""
    rows = Attachment.objects.meant_for(reader).filter(case=case).select_related("file")
    name = "api_case_file"
    return [{"label": row.label, "url": reverse(name, args=[case.number, row.file.token])} for row in rows]


def shown_user(user: User | None, reader: User) -> str | None:
    """A colleague by username, as programs name people; residents read a name and learn nothing to sign in with."""
    if user is None:
        return None
    return user.username if reader.is_office else str(user)


def case_context(cases: Sequence[Case], reader: User) -> dict[str, Any]:
    """What serializers of cases need beside the rows: clocks and events, and what of them and above them one may read.

    Read for all of them at once: which the person reads as staff, which they see of what these were opened for.
    """
    parts = {"events": events(cases, reader), **parts_of(cases, reader)}
    return {"parts": parts, "read_whole": read_whole(reader, cases), "parents": _parents(cases, reader)}


def _parents(cases: Sequence[Case], reader: User) -> set[int]:
    """The keys of those cases that the reader sees among what these were opened for."""
    above = {case.parent_id for case in cases if case.parent_id is not None} - {case.pk for case in cases}
    seen = Case.objects.visible_to(reader).filter(pk__in=above).values_list("pk", flat=True) if above else ()
    return {*seen, *(case.pk for case in cases)}


class CaseSerializer(serializers.ModelSerializer[Case]):
    """Any case, as the contract says; residents read of it what they were told. Needs `case_context` as its context."""

    project = serializers.CharField(source="project.code", read_only=True)
    unit = serializers.CharField(source="unit.number", read_only=True, default=None, allow_null=True)
    building = serializers.CharField(source="building.code", read_only=True, default=None, allow_null=True)
    handler = serializers.SerializerMethodField()
    taken_by = serializers.SerializerMethodField()
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]
    department = serializers.CharField(source="department.name", read_only=True, default=None, allow_null=True)
    contact_phone = serializers.SerializerMethodField()
    kind_label = serializers.SerializerMethodField()
    state_label = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "number",
            "version",
            "kind",
            "kind_label",
            "state",
            "state_label",
            "phase",
            "project",
            "unit",
            "building",
            "place",
            "title",
            "category",
            "grade",
            "urgency",
            "channel",
            "contact_name",
            "contact_phone",
            "opened_at",
            "promised_at",
            "due_at",
            "closed_at",
            "handler",
            "taken_by",
            "department",
            "parent",
            "clocks",
            "events",
        ]
        read_only_fields = fields

    @property
    def reader(self) -> User:
        """For whom the case is shown."""
        return cast(User, self.context["request"].user)

    def to_representation(self, instance: Case) -> dict[str, Any]:
        """The case as JSON."""
        shown: dict[str, Any] = super().to_representation(instance)
        return shown if self.reads_whole(instance) else {**shown, **self.told(instance)}

    def reads_whole(self, case: Case) -> bool:
        """Say whether the reader has the case before them as staff."""
        return case.pk in self.context.get("read_whole", ())

    def told(self, case: Case) -> dict[str, Any]:
        """What reads otherwise for residents: the state they know of, and the first due time promised to them."""
        kind, state = kind_of(case.kind), told_state(case.kind, case.state)
        clocks = self.context.get("parts", {}).get("clocks", {}).get(case.pk, [])
        running = [row["due_at"] for row in clocks if row["ended_at"] is None and row["paused_at"] is None]
        due_at = self.fields["due_at"].to_representation(min(running)) if running else None
        return {"state": state, "state_label": str(kind.states[state]), "due_at": due_at}

    def get_contact_phone(self, case: Case) -> str:
        """The phone under its mask."""
        return masked_phone(case.contact_phone)

    def get_handler(self, case: Case) -> str | None:
        """Who has it."""
        return shown_user(case.handler, self.reader)

    def get_parent(self, case: Case) -> str | None:
        """What it was opened for, as far as the reader sees that."""
        is_seen = case.parent is not None and case.parent_id in self.context.get("parents", ())
        return case.parent.number if case.parent is not None and is_seen else None

    def get_taken_by(self, case: Case) -> str | None:
        """Who took it."""
        return shown_user(case.taken_by, self.reader)

    def get_kind_label(self, case: Case) -> str:
        """The kind's name."""
        return str(kind_of(case.kind).label)

    def get_state_label(self, case: Case) -> str:
        """The state's name."""
        return str(kind_of(case.kind).states[case.state])

    @extend_schema_field(ClockField(many=True))
    def get_clocks(self, case: Case) -> list[dict[str, Any]]:
        """What is promised."""
        return self._part("clocks", case, ClockField)

    @extend_schema_field(EventField(many=True))
    def get_events(self, case: Case) -> list[dict[str, Any]]:
        """What happened."""
        return self._part("events", case, EventField)

    def _part(self, name: str, case: Case, shape: type[serializers.Serializer[dict[str, Any]]]) -> list[dict[str, Any]]:
        parts: Mapping[str, Mapping[int, Part]] = self.context.get("parts", {})
        rows: Any = parts.get(name, {}).get(case.pk, [])
        return list(shape(rows, many=True).data)


# --- what comes in ---------------------------------------------------------------------------------------------------
class Verb(serializers.Serializer[Any]):
    """A verb without anything to say. A phone out of signal says when it happened."""

    happened_at = MomentInput(required=False, allow_null=True)


class TextVerb(Verb):
    """A verb with words."""

    text = serializers.CharField(max_length=LONGEST)


class ReasonVerb(Verb):
    """A verb with a reason."""

    reason = serializers.CharField(max_length=500)


class LinkedInput(serializers.Serializer[Any]):
    """A body that names what it belongs to by numbers and codes; they are looked up here for every kind of case."""

    project = serializers.CharField(max_length=30)
    unit = serializers.CharField(max_length=60, required=False, allow_blank=True, allow_null=True)
    parent = serializers.CharField(  # type: ignore[assignment]
        max_length=30, required=False, allow_blank=True, allow_null=True
    )

    def links(self, project: Project, attrs: Mapping[str, Any]) -> dict[str, QuerySet[Any]]:
        """Rows among which the numbers and codes are looked for, by the input's name; kinds add their own."""
        user: User = self.context["request"].user
        staff = user.has_role(project.pk, *STAFF_ROLES)
        units = Unit.objects.all() if staff else Unit.objects.visible_to(user)
        cases = Case.objects.visible_to(user).filter(project=project)
        return {
            "unit": units.filter(project=project, number=attrs.get("unit") or ""),
            "parent": cases.filter(number=attrs.get("parent") or ""),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find what the numbers and codes name. A project that one does not belong to is 404, as if it were not."""
        user: User = self.context["request"].user
        project = next((one for one in user.projects if one.code == attrs["project"]), None)
        if project is None:
            raise Http404
        found: dict[str, Any] = {"project": project}
        wrong: dict[str, list[str]] = {}
        for name, rows in self.links(project, attrs).items():
            found[name] = rows.first() if attrs.get(name) else None
            if attrs.get(name) and found[name] is None:
                wrong[name] = [_("There is none of that number or code here.")]
        if wrong:
            raise serializers.ValidationError(wrong)
        return {**attrs, **found}


class NewCaseInput(LinkedInput):
    """What any matter that somebody brings is opened with; words are enough, kinds add their own."""

    building = serializers.CharField(max_length=40, required=False, allow_blank=True, allow_null=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    description = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    contact_name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    contact = serializers.CharField(max_length=30, required=False, allow_blank=True, allow_null=True)

    def links(self, project: Project, attrs: Mapping[str, Any]) -> dict[str, QuerySet[Any]]:
        """The building and the contact it came with, too."""
        contacts = Case.objects.visible_to(self.context["request"].user).filter(project=project, kind="contact")
        return {
            **super().links(project, attrs),
            "building": Building.objects.filter(project=project, code=attrs.get("building") or ""),
            "contact": contacts.filter(number=attrs.get("contact") or ""),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Staff have it from a call, residents write it themselves, unless the body says otherwise."""
        found = super().validate(attrs)
        staff = self.context["request"].user.has_role(found["project"].pk, *STAFF_ROLES)
        return {"channel": Channel.PHONE if staff else Channel.ONLINE, **found}


# A case whose reader gave it out of hand and sees no more of it than where it stands, or all of it.
GIVEN_OUT_OF_HAND: dict[str, Any] = {
    "type": "object",
    "description": "The case; for whoever no longer sees it by this step, only where it stands.",
    "required": ["number", "version", "kind", "state", "phase"],
    "properties": {
        "number": {"type": "string"},
        "version": {"type": "integer"},
        "kind": {"type": "string"},
        "state": {"type": "string"},
        "phase": {"type": "string"},
    },
}
