"""Approvals over the API: what waits for a second person, approve, refuse, take back."""

from collections.abc import Callable
from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from records import approvals as acts
from records.api import answer_once
from records.http import now
from records.models import Approval
from records.states import Decision


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """What is asked of a second person, and the decision."""

    project = serializers.CharField(source="project.code")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    words = serializers.SerializerMethodField()
    asked_by = serializers.CharField(source="asked_by.username")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    state = serializers.CharField(source="decision")
    may_decide = serializers.SerializerMethodField()

    class Meta:
        model = Approval
        fields = [
            "id",
            "project",
            "kind",
            "label",
            "words",
            "subject",
            "reason",
            "asked_by",
            "asked_at",
            "state",
            "decided_by",
            "decided_at",
            "decision_reason",
            "may_decide",
        ]
        read_only_fields = fields

    def get_label(self, approval: Approval) -> str:
        """What kind of act it is."""
        return acts.label_of(approval)

    def get_words(self, approval: Approval) -> str:
        """What is asked."""
        return acts.words_of(approval)

    def get_may_decide(self, approval: Approval) -> bool:
        """Whether it waits for whoever asks here."""
        return approval.is_waiting and acts.can_decide(cast(User, self.context["request"].user), approval)


class RefuseInput(serializers.Serializer[Any]):
    """Why it is refused."""

    reason = serializers.CharField(max_length=500)


class ApprovalFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of approvals."""

    project = django_filters.CharFilter(field_name="project__code")
    kind = django_filters.CharFilter()
    state = django_filters.MultipleChoiceFilter(field_name="decision", choices=Decision.choices)

    class Meta:
        model = Approval
        fields = ()


class ApprovalViewSet(viewsets.ReadOnlyModelViewSet[Approval]):
    """What one person asks for and another one decides. The list holds what waits, unless it is asked by `state`."""

    queryset = Approval.objects.none()
    serializer_class = ApprovalSerializer
    filterset_class = ApprovalFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Approval]:
        """What the person asked for or may decide about."""
        found = Approval.objects.visible_to(cast(User, self.request.user))
        if self.action == "list" and "state" not in self.request.query_params:
            found = found.waiting()
        return found.select_related("project", "asked_by", "decided_by")

    @extend_schema(request=None, responses=ApprovalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve, and have it carried out."""
        return self._decided(request, lambda approval, by: acts.approve(approval=approval, by=by, at=now()))

    @extend_schema(request=RefuseInput, responses=ApprovalSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse, with the reason."""

        def act(approval: Approval, by: User) -> Approval:
            given = RefuseInput(data=request.data)
            given.is_valid(raise_exception=True)
            return acts.refuse(approval=approval, by=by, at=now(), **given.validated_data)

        return self._decided(request, act)

    @extend_schema(request=None, responses=ApprovalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take one's own question back."""
        return self._decided(request, lambda approval, by: acts.withdraw(approval=approval, by=by, at=now()))

    def _decided(self, request: Request, act: Callable[[Approval, User], Approval]) -> Response:
        def acted() -> Response:
            return Response(self.get_serializer(act(self.get_object(), cast(User, request.user))).data)

        return answer_once(request, acted)
