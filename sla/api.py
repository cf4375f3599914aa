"""Deadlines over the API: read them, and give one more time with a reason."""

from typing import cast

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases.models import Case
from records.api import answer_once, expected_version
from records.parsing import MomentFilter
from sla.actions import extend
from sla.models import Clock
from sla.serializers import ClockSerializer, ExtendInput
from sla.states import ClockState


class ClockFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of clocks. `case`: also those of the callbacks and other cases opened for it."""

    case = django_filters.CharFilter(method="filter_case")
    key = django_filters.CharFilter()
    state = django_filters.MultipleChoiceFilter(choices=ClockState.choices)
    project = django_filters.CharFilter(field_name="case__project__code")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")

    class Meta:
        model = Clock
        fields = ()

    def filter_case(self, queryset: QuerySet[Clock], name: str, value: str) -> QuerySet[Clock]:
        """Clocks of a case and of what is part of it (its callbacks)."""
        found = Case.objects.filter(number=value).values_list("pk", flat=True)
        return queryset.filter(case__in=Case.objects.with_parts(found))


class ClockViewSet(viewsets.ReadOnlyModelViewSet[Clock]):
    """Promises with their due times."""

    queryset = Clock.objects.none()
    serializer_class = ClockSerializer
    filterset_class = ClockFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Clock]:
        """Clocks of the cases that the person may see."""
        found = Clock.objects.visible_to(cast(User, self.request.user))
        return found.select_related("case", "version__policy")

    @extend_schema(request=ExtendInput, responses=ClockSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """Give the promise more time, with a reason."""

        def acted() -> Response:
            clock = self.get_object()
            given = ExtendInput(data=request.data)
            given.is_valid(raise_exception=True)
            extend(
                clock=clock,
                by=cast(User, request.user),
                at=timezone.now(),
                expected=expected_version(request),
                **given.validated_data,
            )
            return Response(self.get_serializer(self.get_queryset().get(pk=clock.pk)).data)

        return answer_once(request, acted)
