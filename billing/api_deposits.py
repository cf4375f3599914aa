"""Deposits over the API: taken, given back, asked to be kept, and asked to be taken back."""

from typing import cast

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing.actions.deposits import ask_to_keep, return_deposit, take_deposit
from billing.actions.taking_back import ask_to_reverse_move
from billing.api import NUMBER, waits
from billing.models import Deposit, DepositMove
from billing.serializers_deposits import (
    DepositSerializer,
    KeepDepositInput,
    NewDepositInput,
    ReturnDepositInput,
    ReverseMoveInput,
)
from records.api import answer_once
from records.api_approvals import ApprovalSerializer
from records.http import now
from records.parsing import FlagFilter


class DepositFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of deposits. `held=true`: of which anything is still held."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    held = FlagFilter(method="filter_held")

    class Meta:
        model = Deposit
        fields = ()

    def filter_held(self, queryset: QuerySet[Deposit], name: str, value: bool) -> QuerySet[Deposit]:
        """Deposits of which something is held, or nothing."""
        return queryset.filter(held__gt=0) if value else queryset.filter(held=0)


class DepositViewSet(viewsets.ReadOnlyModelViewSet[Deposit]):
    """Deposits, newest first, each with what became of it."""

    queryset = Deposit.objects.none()
    serializer_class = DepositSerializer
    filterset_class = DepositFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Deposit]:
        """Deposits that the person may see; a resident's own household's."""
        found = Deposit.objects.visible_to(cast(User, self.request.user))
        moves = Prefetch("moves", DepositMove.objects.select_related("by", "approval__decided_by", "entry__reversal"))
        return found.select_related("project", "unit", "payment__receipt", "payment__by").prefetch_related(moves)

    def _document(self, deposit: Deposit) -> object:
        """The deposit as it stands now."""
        return self.get_serializer(self.get_queryset().get(pk=deposit.pk)).data

    @extend_schema(request=NewDepositInput, responses={201: DepositSerializer})
    def create(self, request: Request) -> Response:
        """Take a deposit: once per `Idempotency-Key`, with a receipt of its own."""

        def acted() -> Response:
            given = NewDepositInput(data=request.data, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            deposit = take_deposit(by=cast(User, request.user), at=now(), **given.validated_data)
            return Response(self._document(deposit), status=status.HTTP_201_CREATED)

        return answer_once(request, acted)

    @extend_schema(request=ReturnDepositInput, responses={200: DepositSerializer})
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, number: str) -> Response:
        """Give a deposit back, all or a part, to whoever signs for it. Refused where nothing is held any more (409)."""

        def acted() -> Response:
            deposit = self.get_object()
            given = ReturnDepositInput(data=request.data)
            given.is_valid(raise_exception=True)
            return_deposit(deposit=deposit, by=cast(User, request.user), at=now(), **given.validated_data)
            return Response(self._document(deposit))

        return answer_once(request, acted)

    @extend_schema(request=KeepDepositInput, responses={202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, number: str) -> Response:
        """Ask a second person to let a deposit be kept: 202 with the approval that waits; nothing is kept yet."""

        def acted() -> Response:
            deposit = self.get_object()
            given = KeepDepositInput(data=request.data)
            given.is_valid(raise_exception=True)
            by = cast(User, request.user)
            return waits(ask_to_keep(deposit=deposit, by=by, at=now(), **given.validated_data), request)

        return answer_once(request, acted)

    @extend_schema(request=ReverseMoveInput, responses={202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, number: str) -> Response:
        """Ask a second person to take back what was given back or kept: 202 with the approval that waits.

        The receipt of the deposit itself is reversed with the receipts.
        """

        def acted() -> Response:
            deposit = self.get_object()
            given = ReverseMoveInput(data=request.data)
            given.is_valid(raise_exception=True)
            by = cast(User, request.user)
            return waits(ask_to_reverse_move(deposit=deposit, by=by, at=now(), **given.validated_data), request)

        return answer_once(request, acted)
