"""The end of a cashier's day over the API (日结): what is open, a count that closes it, and a day opened again."""

from datetime import date
from typing import cast

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Project, User
from billing.actions.dayclose import close_day, reopen_day
from billing.models import DayClose, DayCloseRemark
from billing.permissions import can_close_day, can_read_closes
from billing.queries.dayclose import BACK, DayRow, open_days
from billing.serializers_dayclose import (
    DayCloseSerializer,
    NewDayCloseInput,
    OpenDaysSerializer,
    ReopenInput,
)
from records.api import answer_once
from records.http import now
from records.parsing import FlagFilter


class DayCloseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of closed days. `standing=true`: those that were not opened again."""

    project = django_filters.CharFilter(field_name="project__code")
    cashier = django_filters.CharFilter(field_name="cashier__username")
    day = django_filters.DateFilter()
    standing = FlagFilter(field_name="reopened", lookup_expr="isnull")

    class Meta:
        model = DayClose
        fields = ()


class DayCloseViewSet(viewsets.ReadOnlyModelViewSet[DayClose]):
    """Closed days, the last closed first: one's own, and everybody's for who leads the project."""

    queryset = DayClose.objects.none()
    serializer_class = DayCloseSerializer
    filterset_class = DayCloseFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[DayClose]:
        """Closed days that the person may see."""
        found = DayClose.objects.visible_to(cast(User, self.request.user))
        remarks = Prefetch("remarks", DayCloseRemark.objects.select_related("receipt"))
        return found.select_related("project", "cashier", "closed_by", "reopened__by").prefetch_related(
            "lines", remarks
        )

    def _document(self, close: DayClose) -> object:
        """The close as it stands now."""
        return self.get_serializer(self.get_queryset().get(pk=close.pk)).data

    @extend_schema(request=NewDayCloseInput, responses={201: DayCloseSerializer})
    def create(self, request: Request) -> Response:
        """Close a day: what was counted beside what is recorded, each difference explained. Once per `Idempotency-Key`.

        Refused (409) where it is closed already, nothing moved on it, or money moved since `seen`. From then on no
        money moves on the day.
        """

        def acted() -> Response:
            given = NewDayCloseInput(data=request.data, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            close = close_day(by=cast(User, request.user), at=now(), **given.validated_data)
            return Response(self._document(close), status=status.HTTP_201_CREATED)

        return answer_once(request, acted)

    @extend_schema(request=ReopenInput, responses={200: DayCloseSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open a closed day again, with the reason; it is to be closed anew. A leader's, and never of their own day."""

        def acted() -> Response:
            close = self.get_object()
            given = ReopenInput(data=request.data)
            given.is_valid(raise_exception=True)
            reopen_day(close=close, by=cast(User, request.user), at=now(), **given.validated_data)
            return Response(self._document(close))

        return answer_once(request, acted)

    @extend_schema(responses={200: OpenDaysSerializer}, filters=False)
    @action(
        detail=False, methods=["get"], url_path="open", url_name="open", filterset_class=None, pagination_class=None
    )
    def still_open(self, request: Request) -> Response:
        """Days of the last two months on which money moved and that are not closed, today's too, the newest first.

        One's own; for who leads a project, everybody's in it.
        """
        user, at = cast(User, request.user), now()
        rows = [row for project in user.projects for row in _open(user, project, at.astimezone(project.tz).date())]
        return Response(OpenDaysSerializer({"results": rows, "next": None}).data)


def _open(user: User, project: Project, today: date) -> list[DayRow]:
    """The days of a project that are open and that the person is to see."""
    reads_all = can_read_closes(user, project)
    if not reads_all and not can_close_day(user, project):
        return []
    rows = open_days(project, date.fromordinal(today.toordinal() - BACK), today)
    return [row for row in rows if reads_all or row.cashier.pk == user.pk]
