"""The register as JSON: phones under their mask, ID numbers only as "there is one"."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Project, User
from estate.models import Person, PersonPhone, Unit, Vehicle
from records.masking import masked_phone
from records.parsing import DayInput


class VisibleProject(serializers.SlugRelatedField[Project]):
    """A project by its code, among those the person belongs to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", queryset=Project.objects.none(), **kwargs)

    def get_queryset(self) -> Any:
        """What the person may see; another one's answer is that of one that does not exist."""
        request = self.context.get("request")
        return Project.objects.visible_to(request.user) if request else Project.objects.none()


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A residential community that the company manages."""

    # Whether a code is taken is the action's question: a project that one may not see must not be found by it.
    code = serializers.SlugField(max_length=30)

    class Meta:
        model = Project
        fields = ["code", "name_zh", "name_en", "time_zone", "address", "phone"]


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A home, shop or office."""

    project = serializers.CharField(source="project.code")
    building = serializers.CharField(source="building.code")

    class Meta:
        model = Unit
        fields = [
            "id",
            "project",
            "number",
            "building",
            "entrance",
            "room",
            "floor",
            "kind",
            "layout",
            "area",
            "inner_area",
            "rent",
            "status",
            "completed_on",
            "handed_over_on",
        ]


class UnitInput(serializers.ModelSerializer[Unit]):
    """What a unit is made or changed with; the building is the first part of the number where not given."""

    building = serializers.CharField(max_length=40, required=False, allow_blank=True)
    room = serializers.CharField(max_length=40, required=False, allow_blank=True)
    completed_on = DayInput(required=False, allow_null=True)
    handed_over_on = DayInput(required=False, allow_null=True)

    class Meta:
        model = Unit
        fields = [name for name in UnitSerializer.Meta.fields if name not in ("id", "project")]


class PhoneSerializer(serializers.ModelSerializer[PersonPhone]):
    """A phone as everybody sees it; the whole number is a reveal."""

    number = serializers.SerializerMethodField()

    class Meta:
        model = PersonPhone
        fields = ["id", "number", "label", "is_primary"]

    def get_number(self, phone: PersonPhone) -> str:
        """The number under its mask."""
        return masked_phone(phone.number)


class PlaceSerializer(serializers.Serializer[Any]):
    """Where somebody belongs now, and as what."""

    unit = serializers.CharField(source="household.unit.number")
    relation = serializers.CharField()
    since = serializers.DateField(source="started_on", allow_null=True)


class PersonSerializer(serializers.ModelSerializer[Person]):
    """Somebody in the register."""

    project = serializers.CharField(source="project.code")
    phones = PhoneSerializer(many=True)
    places = PlaceSerializer(many=True)
    has_id_number = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = [
            "id",
            "project",
            "kind",
            "name",
            "gender",
            "reference",
            "preferences",
            "phones",
            "places",
            "has_id_number",
            "verified_at",
            "reviewed_at",
        ]

    def get_has_id_number(self, person: Person) -> bool:
        """Whether an ID number is kept."""
        return bool(person.id_number_stored)


class PersonInput(serializers.ModelSerializer[Person]):
    """What a person is entered or changed with. `phones` replaces the numbers, the one to try first in front."""

    phones = serializers.ListField(child=serializers.CharField(max_length=40), max_length=10, required=False)
    id_number = serializers.CharField(max_length=40, required=False, allow_blank=True, write_only=True)
    preferences = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    reviewed = serializers.BooleanField(required=False, write_only=True)

    class Meta:
        model = Person
        fields = ["kind", "name", "gender", "reference", "preferences", "phones", "id_number", "reviewed"]
        # Whether a reference is taken is the action's question; here it would ask beyond the person's projects.
        validators: list[Any] = []


class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    """A car. `started_on` is the first day for which its parking is charged."""

    project = serializers.CharField(source="project.code")
    person = serializers.IntegerField(source="person_id", allow_null=True)
    person_name = serializers.CharField(source="person.name", default=None, allow_null=True)
    unit = serializers.CharField(source="unit.number", default=None, allow_null=True)
    space = serializers.CharField(source="space.code", default=None, allow_null=True)

    class Meta:
        model = Vehicle
        fields = [
            "id",
            "project",
            "plate",
            "person",
            "person_name",
            "unit",
            "space",
            "brand",
            "color",
            "started_on",
            "ended_on",
        ]


class VehicleInput(serializers.Serializer[Any]):
    """What a car is entered or changed with: its person by id, its unit by number, its space by number."""

    plate = serializers.CharField(max_length=20)
    person = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    unit = serializers.CharField(max_length=60, required=False, allow_null=True)
    space = serializers.CharField(max_length=40, required=False, allow_null=True)
    brand = serializers.CharField(max_length=40, required=False, allow_blank=True)
    color = serializers.CharField(max_length=20, required=False, allow_blank=True)
    started_on = DayInput(required=False, allow_null=True)
    ended_on = DayInput(required=False, allow_null=True)


class NewIn(serializers.Serializer[Any]):
    """In which project something new is entered."""

    project = VisibleProject()


class RevealInput(serializers.Serializer[Any]):
    """Which number is asked for, and why; `phone` names one of several by its id."""

    field = serializers.ChoiceField(choices=["phone", "id_number"])
    reason = serializers.CharField(max_length=500)
    phone = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class RevealSerializer(serializers.Serializer[Any]):
    """A number in clear."""

    field = serializers.CharField()
    value = serializers.CharField()


def no_such(name: str) -> serializers.ValidationError:
    """What is said of a thing that does not exist and of one that is somebody else's."""
    return serializers.ValidationError({name: _("There is no such thing, or it is not yours to see.")})


def belongs_together(project: Project, user: User, given: dict[str, Any]) -> dict[str, Any]:
    """Turn the names in a car's input into rows of its project that the person may see. Raises `ValidationError`."""
    found = dict(given)
    sources: dict[str, Callable[[Any], QuerySet[Any]]] = {
        "person": lambda key: Person.objects.visible_to(user).filter(pk=key),
        "unit": lambda key: Unit.objects.visible_to(user).filter(number=key),
        "space": lambda key: project.spaces.filter(code=key),
    }
    for name, rows in sources.items():
        if found.get(name) is not None:
            row = rows(found[name]).filter(project=project).first()
            if row is None:
                raise no_such(name)
            found[name] = row
    return found
