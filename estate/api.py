"""The register over the API: units, people and cars, and unmasking a number with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import django_filters
from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import save_project
from accounts.models import Project, User
from estate import actions
from estate.models import HouseholdMember, Person, PersonPhone, Unit, Vehicle
from estate.serializers import (
    NewIn,
    PersonInput,
    PersonSerializer,
    ProjectSerializer,
    RevealInput,
    RevealSerializer,
    UnitInput,
    UnitSerializer,
    VehicleInput,
    VehicleSerializer,
    belongs_together,
    no_such,
)
from records.api import answer_once
from records.parsing import FlagFilter

Row = TypeVar("Row", bound=Model)


class ProjectViewSet(viewsets.ReadOnlyModelViewSet[Project]):
    """The projects one belongs to, by their codes."""

    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,30}"

    def get_queryset(self) -> QuerySet[Project]:
        """Projects that the person belongs to."""
        return Project.objects.visible_to(cast(User, self.request.user))

    @extend_schema(request=ProjectSerializer, responses={201: ProjectSerializer})
    def create(self, request: Request) -> Response:
        """Take on a project."""

        def acted() -> Response:
            return Response(self._save(None), status=status.HTTP_201_CREATED)

        return answer_once(request, acted)

    @extend_schema(request=ProjectSerializer)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change what is said of a project."""
        return Response(self._save(self.get_object()))

    def _save(self, project: Project | None) -> Any:
        given = ProjectSerializer(data=self.request.data, partial=project is not None)
        given.is_valid(raise_exception=True)
        by, at = cast(User, self.request.user), timezone.now()
        return self.get_serializer(save_project(values=given.validated_data, project=project, by=by, at=at)).data


class RegisterApi(viewsets.ReadOnlyModelViewSet[Row], Generic[Row]):
    """What the collections of the register do alike: rows one may see, and writes through one action."""

    input_class: type[serializers.BaseSerializer[Any]]
    lookup_value_regex = "[0-9]{1,18}"

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def checked(self, *, partial: bool = False) -> dict[str, Any]:
        """The request's body as Python values. Raises `ValidationError`."""
        given = self.input_class(data=self.request.data, partial=partial, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def made(self, make: Callable[[Project, dict[str, Any], datetime], Row]) -> Response:
        """Enter something new once per idempotency key, and answer with it."""

        def acted() -> Response:
            where = NewIn(data=self.request.data, context=self.get_serializer_context())
            where.is_valid(raise_exception=True)
            row = make(where.validated_data["project"], self.checked(), timezone.now())
            return Response(self._document(row), status=status.HTTP_201_CREATED)

        return answer_once(self.request, acted)

    def changed(self, change: Callable[[Row, dict[str, Any], datetime], Row]) -> Response:
        """Change what is there, and answer with it as it stands now."""
        return Response(self._document(change(self.get_object(), self.checked(partial=True), timezone.now())))

    def _document(self, row: Row) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data


class UnitFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of units."""

    project = django_filters.CharFilter(field_name="project__code")
    building = django_filters.CharFilter(field_name="building__code")
    number = django_filters.CharFilter()

    class Meta:
        model = Unit
        fields = ("status", "kind")


class UnitViewSet(RegisterApi[Unit]):
    """Homes, shops and offices."""

    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    input_class = UnitInput
    filterset_class = UnitFilter

    def get_queryset(self) -> QuerySet[Unit]:
        """Units that the person may see."""
        return Unit.objects.visible_to(self.person).select_related("project", "building")

    @extend_schema(request=UnitInput, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        """Enter a unit."""

        def make(project: Project, given: dict[str, Any], at: datetime) -> Unit:
            building = given.pop("building", "")
            return actions.save_unit(project=project, values=given, building=building, by=self.person, at=at)

        return self.made(make)

    @extend_schema(request=UnitInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a unit."""

        def change(unit: Unit, given: dict[str, Any], at: datetime) -> Unit:
            building = given.pop("building", "")
            return actions.save_unit(
                project=unit.project, values=given, building=building, unit=unit, by=self.person, at=at
            )

        return self.changed(change)


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of people. There is none by phone or ID number: what is masked is not to be guessed digit by digit."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(method="filter_unit")
    name = django_filters.CharFilter()

    class Meta:
        model = Person
        fields = ("kind",)

    def filter_unit(self, queryset: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """People who belong to the unit now."""
        here = HouseholdMember.objects.current().filter(household__unit__number=value)
        return queryset.filter(pk__in=here.values("person_id"))


class PersonViewSet(RegisterApi[Person]):
    """Owners, tenants, families and organisations."""

    queryset = Person.objects.none()
    serializer_class = PersonSerializer
    input_class = PersonInput
    filterset_class = PersonFilter

    def get_queryset(self) -> QuerySet[Person]:
        """People that the person may see, with their phones and places of now."""
        now = HouseholdMember.objects.current().select_related("household__unit")
        phones = PersonPhone.objects.filter(ended_at=None)
        return (
            Person.objects.visible_to(self.person)
            .select_related("project")
            .prefetch_related(Prefetch("phones", phones), Prefetch("places", now))
        )

    @extend_schema(request=PersonInput, responses={201: PersonSerializer})
    def create(self, request: Request) -> Response:
        """Enter a person."""
        return self.made(lambda project, given, at: self._save(project, None, given, at))

    @extend_schema(request=PersonInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a person."""
        return self.changed(lambda person, given, at: self._save(person.project, person, given, at))

    def _save(self, project: Project, person: Person | None, given: dict[str, Any], at: datetime) -> Person:
        rest = {name: given.pop(name) for name in ("phones", "id_number", "reviewed") if name in given}
        return actions.save_person(project=project, person=person, values=given, by=self.person, at=at, **rest)

    @extend_schema(request=RevealInput, responses=RevealSerializer)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Show a phone or the ID number in clear; the reason goes on record."""
        person = self.get_object()
        given = RevealInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        phone = None
        if "phone" in asked:
            phone = next((row for row in person.phones.all() if row.pk == asked["phone"]), None)
            if phone is None:
                raise no_such("phone")
        value = actions.reveal(
            person=person, field=asked["field"], reason=asked["reason"], phone=phone, by=self.person, at=timezone.now()
        )
        return Response({"field": asked["field"], "value": value})


class VehicleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of cars. `current=true`: those still on the register."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    plate = django_filters.CharFilter()
    current = FlagFilter(field_name="ended_on", lookup_expr="isnull")

    class Meta:
        model = Vehicle
        fields = ()


class VehicleViewSet(RegisterApi[Vehicle]):
    """Cars."""

    queryset = Vehicle.objects.none()
    serializer_class = VehicleSerializer
    input_class = VehicleInput
    filterset_class = VehicleFilter

    def get_queryset(self) -> QuerySet[Vehicle]:
        """Cars that the person may see."""
        return Vehicle.objects.visible_to(self.person).select_related("project", "person", "unit", "space")

    @extend_schema(request=VehicleInput, responses={201: VehicleSerializer})
    def create(self, request: Request) -> Response:
        """Enter a car."""
        return self.made(lambda project, given, at: self._save(project, None, given, at))

    @extend_schema(request=VehicleInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a car, or take it off the register."""
        return self.changed(lambda car, given, at: self._save(car.project, car, given, at))

    def _save(self, project: Project, car: Vehicle | None, given: dict[str, Any], at: datetime) -> Vehicle:
        values = belongs_together(project, self.person, given)
        return actions.save_vehicle(project=project, vehicle=car, values=values, by=self.person, at=at)
