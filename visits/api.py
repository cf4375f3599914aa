"""Callbacks and home visits over the API: read them, record how one went."""

from collections.abc import Callable
from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import CaseApi, CaseFilter
from cases.models import Case
from cases.serializers import ReasonVerb
from records.parsing import OneOfFilter
from visits.actions import Outcome, Plan, amend_contact, cancel_visit, move_visit, record, report_visit
from visits.models import HomeVisit
from visits.queries.home_visits import visitors_of
from visits.serializers import (
    CallbackSerializer,
    HomeVisitSerializer,
    PhoneInput,
    PlanInput,
    RecordInput,
    ReportInput,
)
from visits.states import HOME_VISIT, KIND, Result, State, VisitOutcome, VisitState


class CallbackFilter(CaseFilter):
    """Filters of callbacks; `case` is the number of the work."""

    kind = OneOfFilter(known=lambda: [KIND])
    state = OneOfFilter(known=lambda: State.values)
    case = django_filters.CharFilter(method="filter_parent")
    result = OneOfFilter(field_name="callback__result", known=lambda: Result.values)


class CallbackViewSet(CaseApi):
    """Callbacks; they are owed automatically."""

    filterset_class = CallbackFilter
    serializer_class = CallbackSerializer
    joined = ("callback__caller",)

    def get_queryset(self) -> QuerySet[Case]:
        """Callbacks that the person may see."""
        return super().get_queryset().filter(callback__isnull=False)

    @extend_schema(request=PhoneInput)
    @action(detail=True, methods=["post"])
    def contact(self, request: Request, number: str) -> Response:
        """Put right the number to call, while the callback is owed."""

        def act(case: Case, **given: Any) -> None:
            callback = case.callback
            callback.case = case
            amend_contact(callback=callback, **given)

        return self.do(PhoneInput, act)

    @extend_schema(request=RecordInput)
    @action(detail=True, methods=["post"])
    def record(self, request: Request, number: str) -> Response:
        """Write down how a call or visit went."""

        def act(case: Case, *, result: str, score: int | None, text: str, how: str, **given: Any) -> None:
            callback = case.callback
            callback.case = case
            record(callback=callback, outcome=Outcome(result=result, score=score, text=text, how=how), **given)

        return self.do(RecordInput, act)


# --- home visits -----------------------------------------------------------------------------------------------------
class HomeVisitFilter(CaseFilter):
    """Filters of home visits; `on` is their day, `handler` who goes, `parent` what they are for."""

    kind = OneOfFilter(known=lambda: [HOME_VISIT])
    state = OneOfFilter(known=lambda: VisitState.values)
    on = django_filters.DateFilter(field_name="home_visit__on")
    outcome = OneOfFilter(field_name="home_visit__outcome", known=lambda: VisitOutcome.values)


class HomeVisitViewSet(CaseApi):
    """Home visits; they are planned on the case that they are for."""

    filterset_class = HomeVisitFilter
    serializer_class = HomeVisitSerializer
    joined = ("home_visit__made_by",)

    def get_queryset(self) -> QuerySet[Case]:
        """Home visits that the person may see."""
        return super().get_queryset().filter(home_visit__isnull=False)

    def step(self, shape: type[serializers.Serializer[Any]], verb: Callable[..., object]) -> Response:
        """Carry out a verb on the visit."""

        def act(case: Case, **given: Any) -> object:
            visit = case.home_visit
            visit.case = case
            return verb(visit=visit, **given)

        return self.do(shape, act)

    @extend_schema(request=PlanInput)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, number: str) -> Response:
        """Let it be on another day, at another time, or somebody else's."""

        def act(*, visit: HomeVisit, on: date, half: str, visitor: str, reason: str, **rest: Any) -> object:
            people = visitors_of(visit.case.parent) if visit.case.parent else []
            person = next((one for one in people if one.username == visitor), None)
            return move_visit(visit=visit, plan=Plan(on=on, half=half, visitor=person, reason=reason), **rest)

        return self.step(PlanInput, act)

    @extend_schema(request=ReportInput)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, number: str) -> Response:
        """Report that it was made: what came of it, who was met, what was said, what comes next."""
        return self.step(ReportInput, report_visit)

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Nobody goes there after all, with the reason."""
        return self.step(ReasonVerb, cancel_visit)
