"""Cases over the API: the read-only collection of every kind, and what the collections of the kinds share."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from django.utils import timezone, translation
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases.meanwhile import told
from cases.models import Case, CaseQuerySet
from cases.queries import in_state
from cases.registry import kinds
from cases.rules import check_claim
from cases.serializers import CaseSerializer, case_context
from cases.states import Phase, Urgency
from core.errors import Stale
from records.api import answer_once, expected_version
from records.parsing import FlagFilter, MomentFilter, OneOfFilter

NUMBER = "[A-Za-z0-9-]{1,30}"
Documents = list[Any]


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters that every collection of cases has. `open=true`: what is not closed."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    kind = OneOfFilter(known=lambda: {kind.key for kind in kinds()})
    state = OneOfFilter(known=lambda: {state for kind in kinds() for state in kind.states}, method="filter_state")
    phase = django_filters.ChoiceFilter(choices=Phase.choices)
    category = django_filters.CharFilter()
    urgency = OneOfFilter(known=lambda: Urgency.values)
    handler = django_filters.CharFilter(field_name="handler__username")
    parent = django_filters.CharFilter(method="filter_parent")
    opened_after = MomentFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = MomentFilter(field_name="opened_at", lookup_expr="lt")
    open = FlagFilter(method="filter_open")

    class Meta:
        model = Case
        fields = ()

    def filter_state(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Cases in a state; residents find them by the state that they read."""
        return queryset.filter(in_state(value, cast(User, self.request.user)))

    def filter_parent(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """What was opened for a case; for one that the person does not see there is nothing to find."""
        return queryset.filter(parent__in=Case.objects.visible_to(cast(User, self.request.user)).filter(number=value))

    def filter_open(self, queryset: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        """Open or closed ones only."""
        return queryset.exclude(phase=Phase.CLOSED) if value else queryset.filter(phase=Phase.CLOSED)


class CaseApi(viewsets.GenericViewSet[Case]):
    """What every collection of cases does alike: rows one may see, whole documents, verbs that act once."""

    lookup_field = "number"
    lookup_value_regex = NUMBER
    serializer_class: type[serializers.BaseSerializer[Case]] | None = CaseSerializer
    filterset_class = CaseFilter
    joined: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer in the language that the token's owner chose; the middleware puts it back."""
        super().initial(request, *args, **kwargs)
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[Case]:
        """Cases that the person may see, with what a document shows."""
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        found = self.visible().for_lists()
        return found.select_related("building", "taken_by", "parent", *self.joined)

    def visible(self) -> CaseQuerySet:
        """Which cases the person may see; a kind that fewer read narrows it."""
        return Case.objects.visible_to(self.person)

    def documents(self, cases: Sequence[Case]) -> Documents:
        """Cases as JSON, whatever their number in the same statements."""
        context = {**self.get_serializer_context(), **case_context(cases, self.person)}
        rows: Any = cases
        return list(self.get_serializer_class()(rows, many=True, context=context).data)

    def document(self, number: str) -> Any:
        """One case as it stands now; only where it stands for who gave it out of hand and no longer sees it."""
        case = self.get_queryset().filter(number=number).first()
        if case is None:
            return Case.objects.values("number", "version", "kind", "state", "phase").get(number=number)
        return self.documents([case])[0]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of cases, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.documents(list(page or ())))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One case."""
        return Response(self.documents([self.get_object()])[0])

    def checked(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body as Python values. Raises `ValidationError` with what is wrong with which field."""
        serializer = shape(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def do(self, shape: type[serializers.Serializer[Any]], act: Callable[..., object]) -> Response:
        """Carry out a verb on the case of this address once per idempotency key, and answer with the case.

        `act` gets the case, the checked body, `by`, `at`, `expected` and `claimed_at`.
        """

        def acted() -> Response:
            case = self.get_object()
            body = self.checked(shape)
            claimed: datetime | None = body.pop("happened_at", None)
            at = timezone.now()
            check_claim(claimed, at=at, since=case.opened_at)
            expected = expected_version(self.request)
            try:
                act(case, **body, by=self.person, at=at, expected=expected, claimed_at=claimed)
            except Stale as error:
                raise told(error, case, self.person) from error
            return Response(self.document(case.number))

        return answer_once(self.request, acted)

    def made(self, make: Callable[[datetime], Case]) -> Response:
        """Carry out a creating request once per idempotency key, and answer with the new case."""

        def acted() -> Response:
            case = make(timezone.now())
            return Response(self.document(case.number), status=status.HTTP_201_CREATED)

        return answer_once(self.request, acted)


class CaseViewSet(CaseApi):
    """Every kind of case, to read."""
