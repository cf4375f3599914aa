"""Arrears over the API: read them, and every verb. They are opened by the calendar alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions import arrears as actions
from billing.models import Arrears, ArrearsBill, ArrearsNotice
from billing.serializers_arrears import (
    ArrearsDetailSerializer,
    ArrearsSerializer,
    CauseVerb,
    DeliverVerb,
    FileVerb,
    FindingVerb,
    LetterVerb,
    NotifyVerb,
    PromiseToPayVerb,
    ReturnVerb,
    arrears_of,
)
from billing.states import KIND, ArrearsState, Cause
from cases.api import CaseApi, CaseFilter
from cases.models import Case, CaseQuerySet
from cases.serializers import ReasonVerb
from records.parsing import OneOfFilter
from visits.queries.home_visits import visitors_of
from visits.serializers import PlanInput, ReportInput
from visits.states import HOME_VISIT


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
        """Arrears that the person may see, with what a document shows."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        visits = super().visible().filter(kind=HOME_VISIT).order_by("pk")
        visits = visits.select_related("handler", "home_visit__made_by")
        found = found.prefetch_related(Prefetch("children", visits, to_attr="home_visits"))
        if self.action == "list":
            return found
        return found.prefetch_related(
            Prefetch("arrears__links", ArrearsBill.objects.select_related("bill")),
            Prefetch("arrears__notices", ArrearsNotice.objects.select_related("by")),
            "arrears__letters",
        )

    def visible(self) -> CaseQuerySet:
        """Arrears are read by who works with the project's money."""
        return super().visible().filter(arrears__in=Arrears.objects.visible_to(self.person))

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
        """Write down that the letter was delivered, and what shows it; without that it is none (400)."""

        def act(*, on: date | None, proof: Any, how: str, tracking_number: str, carrier_status: str, witness: str,
                **rest: Any) -> object:  # fmt: skip
            shown = actions.Proof(
                how=how, tracking_number=tracking_number, carrier_status=carrier_status, witness=witness, file=proof
            )
            return actions.deliver(on=on, proof=shown, **rest)

        return self.step(DeliverVerb, act)

    @extend_schema(request=ReturnVerb)
    @action(detail=True, methods=["post"], url_path="return-letter")
    def return_letter(self, request: Request, number: str) -> Response:
        """Write down that the letter came back, or was refused."""
        return self.step(ReturnVerb, actions.return_letter)

    @extend_schema(request=PlanInput)
    @action(detail=True, methods=["post"], url_path="decide-visit")
    def decide_visit(self, request: Request, number: str) -> Response:
        """Decide that somebody goes there: who, on which day, when on it."""

        def act(*, arrears: Arrears, visitor: str, **rest: Any) -> object:
            person = next((one for one in visitors_of(arrears.case) if one.username == visitor), None)
            return actions.decide_visit(arrears=arrears, visitor=person, **rest)

        return self.step(PlanInput, act)

    @extend_schema(request=ReportInput)
    @action(detail=True, methods=["post"])
    def visit(self, request: Request, number: str) -> Response:
        """Report a visit: what came of it, who was met, what was said, what comes next."""
        return self.step(ReportInput, lambda report, **rest: actions.visit(report=report, **rest))

    @extend_schema(request=FileVerb)
    @action(detail=True, methods=["post"])
    def file(self, request: Request, number: str) -> Response:
        """Ask a second person to hand it to the legal channel, and say why; they decide under `approvals`.

        Where something is missing for that (time to pay since the letter, a recorded refusal), `despite` says why all
        the same.
        """
        return self.step(FileVerb, actions.ask_to_file)

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
        """Let these bills be; they stay owed, and limitation is watched."""
        return self.step(ReasonVerb, actions.excuse)

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"], url_path="take-up")
    def take_up(self, request: Request, number: str) -> Response:
        """Collect excused bills again: here, or in the newer case that takes up what falls due."""
        return self.step(ReasonVerb, actions.take_up)
