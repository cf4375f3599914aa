"""Arrears over the API: read them, and every verb. They are opened by the calendar alone."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions import arrears as actions
from billing.models import ArrearsBill, ArrearsNotice, ArrearsVisit
from billing.serializers_arrears import (
    ArrearsDetailSerializer,
    ArrearsSerializer,
    CauseVerb,
    DeliverVerb,
    FindingVerb,
    LetterVerb,
    NotifyVerb,
    PromiseToPayVerb,
    VisitVerb,
    WhyVerb,
    arrears_of,
)
from billing.states import KIND, ArrearsState, Cause
from cases.api import CaseApi, CaseFilter
from cases.models import Case
from cases.serializers import ReasonVerb
from records.parsing import OneOfFilter


class ArrearsFilter(CaseFilter):
    """Filters of arrears."""

    kind = OneOfFilter(known=lambda: [KIND])
    state = OneOfFilter(known=lambda: ArrearsState.values)
    cause = OneOfFilter(field_name="arrears__cause", known=lambda: Cause.values)


class ArrearsViewSet(CaseApi):
    """Arrears. There is no verb that cuts water, power, heat, gas or access."""

    filterset_class = ArrearsFilter
    serializer_class = ArrearsDetailSerializer
    joined = ("arrears__debtor", "arrears__unit")

    def get_queryset(self) -> QuerySet[Case]:
        """Arrears that the person may see."""
        found = super().get_queryset().filter(arrears__isnull=False)
        if self.action == "list":
            return found
        return found.prefetch_related(
            Prefetch("arrears__links", ArrearsBill.objects.select_related("bill")),
            Prefetch("arrears__notices", ArrearsNotice.objects.select_related("by")),
            "arrears__letters",
            Prefetch("arrears__visits", ArrearsVisit.objects.select_related("by")),
        )

    def get_serializer_class(self) -> Any:
        """Lists leave out what would cost a statement a row."""
        return ArrearsSerializer if self.action == "list" else ArrearsDetailSerializer

    def step(self, shape: type[serializers.Serializer[Any]], verb: Callable[..., object]) -> Response:
        """Carry out a verb on the case."""
        return self.do(shape, lambda case, **given: verb(arrears=arrears_of(case), **given))

    @extend_schema(request=NotifyVerb)
    @action(detail=True, methods=["post"])
    def notify(self, request: Request, number: str) -> Response:
        """Keep one attempt to remind; an SMS is sent with it."""
        return self.step(NotifyVerb, actions.notify)

    @extend_schema(request=CauseVerb)
    @action(detail=True, methods=["post"])
    def cause(self, request: Request, number: str) -> Response:
        """Write down why it is not paid."""
        return self.step(CauseVerb, actions.find_cause)

    @extend_schema(request=LetterVerb)
    @action(detail=True, methods=["post"])
    def letter(self, request: Request, number: str) -> Response:
        """Send a demand letter by courier; before its time for supervisor and general manager only (409)."""
        return self.step(LetterVerb, actions.letter)

    @extend_schema(request=DeliverVerb)
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, number: str) -> Response:
        """Write down that the letter was delivered."""
        return self.step(DeliverVerb, actions.deliver)

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"], url_path="return-letter")
    def return_letter(self, request: Request, number: str) -> Response:
        """Write down that the letter came back."""
        return self.step(ReasonVerb, actions.return_letter)

    @extend_schema(request=WhyVerb)
    @action(detail=True, methods=["post"], url_path="decide-visit")
    def decide_visit(self, request: Request, number: str) -> Response:
        """Decide that somebody goes there."""
        return self.step(WhyVerb, actions.decide_visit)

    @extend_schema(request=VisitVerb)
    @action(detail=True, methods=["post"])
    def visit(self, request: Request, number: str) -> Response:
        """Report a visit."""
        return self.step(VisitVerb, actions.visit)

    @extend_schema(request=WhyVerb)
    @action(detail=True, methods=["post"])
    def file(self, request: Request, number: str) -> Response:
        """Ask a second person to hand it to the legal channel; they decide under `approvals`."""
        return self.step(WhyVerb, actions.ask_to_file)

    @extend_schema(request=PromiseToPayVerb)
    @action(detail=True, methods=["post"])
    def promise(self, request: Request, number: str) -> Response:
        """Write down that it is paid by a day; collecting rests until its end."""
        return self.step(PromiseToPayVerb, actions.promise)

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, number: str) -> Response:
        """Write down what is disputed; collecting rests."""
        return self.step(ReasonVerb, actions.dispute)

    @extend_schema(request=FindingVerb)
    @action(detail=True, methods=["post"], url_path="settle-dispute")
    def settle_dispute(self, request: Request, number: str) -> Response:
        """Write down what was found; collecting goes on."""
        return self.step(FindingVerb, actions.settle_dispute)

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def excuse(self, request: Request, number: str) -> Response:
        """Let these bills be."""
        return self.step(ReasonVerb, actions.excuse)
