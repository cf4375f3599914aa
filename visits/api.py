"""Callbacks over the API: read them, record how one went."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import CaseApi, CaseFilter
from cases.models import Case
from records.parsing import OneOfFilter
from visits.actions import Outcome, amend_contact, record
from visits.serializers import CallbackSerializer, PhoneInput, RecordInput
from visits.states import KIND, Result, State


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
