"""Complaints over the API: read them, and every verb. Taking one is the desk's, which logs it too."""

from collections.abc import Callable
from typing import Any, cast

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases.api import CaseApi, CaseFilter
from cases.models import Case
from cases.serializers import GIVEN_OUT_OF_HAND, ReasonVerb, TextVerb, Verb
from complaints import actions
from complaints.models import Remedy
from complaints.serializers import (
    AmendVerb,
    CloseComplaintVerb,
    ComplaintDetailSerializer,
    ComplaintSerializer,
    EscalateVerb,
    EstablishVerb,
    HarmVerb,
    HeadsVerb,
    InformVerb,
    ReferVerb,
    RegradeVerb,
    RemedyVerb,
    ResolveVerb,
    SettleVerb,
    complaint_of,
)
from complaints.states import KIND, Grade, Outcome, State
from records.parsing import OneOfFilter
from tickets.serializers import PhotoVerb


class ComplaintFilter(CaseFilter):
    """Filters of complaints."""

    kind = OneOfFilter(known=lambda: [KIND])
    state = OneOfFilter(known=lambda: State.values, method="filter_state")
    grade = django_filters.ChoiceFilter(choices=Grade.choices)
    outcome = OneOfFilter(known=lambda: Outcome.values, method="filter_outcome")

    def filter_outcome(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """By what it came to; residents find by it what they were told."""
        user = cast(User, self.request.user)
        found = queryset.filter(complaint__outcome=value)
        if not user.is_resident:
            return found
        known = Q(complaint__informed_at__isnull=False)
        if user.is_office:
            known |= Q(pk__in=Case.objects.visible_at_work(user).values("pk"))
        return found.filter(known)


class ComplaintViewSet(CaseApi):
    """Complaints."""

    filterset_class = ComplaintFilter
    serializer_class = ComplaintDetailSerializer
    joined = ("complaint__about_department", "complaint__about_person", "complaint__replier")

    def get_queryset(self) -> QuerySet[Case]:
        """Complaints that the person may see."""
        found = super().get_queryset().filter(complaint__isnull=False)
        if self.action == "list":
            return found
        return found.prefetch_related(Prefetch("complaint__remedies", Remedy.objects.order_by("pk")))

    def get_serializer_class(self) -> Any:
        """Lists leave out what would cost a statement a row."""
        return ComplaintSerializer if self.action == "list" else ComplaintDetailSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        """With the project of the complaint at hand, in which departments are looked for."""
        context = dict(super().get_serializer_context())
        number = self.kwargs.get("number")
        if number and self.request.method == "POST":
            found = Case.objects.visible_to(self.person).filter(number=number).select_related("project").first()
            context["project"] = found.project if found else None
        return context

    def step(self, shape: type[serializers.Serializer[Any]], verb: Callable[..., object]) -> Response:
        """Carry out a verb on the complaint."""
        return self.do(shape, lambda case, **given: verb(complaint=complaint_of(case), **given))

    @extend_schema(request=RegradeVerb)
    @action(detail=True, methods=["post"])
    def regrade(self, request: Request, number: str) -> Response:
        """Grade it anew."""
        return self.step(RegradeVerb, actions.regrade)

    @extend_schema(request=HarmVerb)
    @action(detail=True, methods=["post"], url_path="stop-harm")
    def stop_harm(self, request: Request, number: str) -> Response:
        """Record what was done to stop the harm."""
        return self.step(HarmVerb, actions.stop_harm)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, number: str) -> Response:
        """Take note of a major complaint as general manager."""
        return self.step(Verb, actions.acknowledge)

    @extend_schema(request=AmendVerb, responses={200: GIVEN_OUT_OF_HAND})
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, number: str) -> Response:
        """Put right whom to call, where it was, its topic, or whom it is about: that decides who may read it."""
        return self.step(AmendVerb, actions.amend)

    @extend_schema(request=ReferVerb, responses={200: GIVEN_OUT_OF_HAND})
    @action(detail=True, methods=["post"])
    def refer(self, request: Request, number: str) -> Response:
        """Hand it to a department and a person there."""
        return self.step(ReferVerb, actions.refer)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Take it on."""
        return self.step(Verb, actions.accept)

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"], url_path="contact-resident")
    def contact_resident(self, request: Request, number: str) -> Response:
        """Speak with the resident."""
        return self.step(TextVerb, actions.contact_resident)

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, number: str) -> Response:
        """Tell the resident how it stands."""
        return self.step(TextVerb, actions.progress)

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"], url_path="explain-delay")
    def explain_delay(self, request: Request, number: str) -> Response:
        """Explain why it takes longer, and report it upward."""
        return self.step(TextVerb, actions.explain_delay)

    @extend_schema(request=HeadsVerb)
    @action(detail=True, methods=["post"], url_path="call-heads")
    def call_heads(self, request: Request, number: str) -> Response:
        """Call the heads of departments to the place."""
        return self.step(HeadsVerb, actions.call_heads)

    @extend_schema(request=EscalateVerb)
    @action(detail=True, methods=["post"])
    def escalate(self, request: Request, number: str) -> Response:
        """Private room, supervisor or manager."""
        return self.step(EscalateVerb, actions.escalate)

    @extend_schema(request=EstablishVerb)
    @action(detail=True, methods=["post"])
    def establish(self, request: Request, number: str) -> Response:
        """Say who is responsible, and why it came to this."""
        return self.step(EstablishVerb, actions.establish)

    @extend_schema(request=RemedyVerb)
    @action(detail=True, methods=["post"])
    def remedy(self, request: Request, number: str) -> Response:
        """Propose a remedy."""
        return self.step(RemedyVerb, actions.propose_remedy)

    @extend_schema(request=SettleVerb)
    @action(detail=True, methods=["post"], url_path="settle-remedy")
    def settle_remedy(self, request: Request, number: str) -> Response:
        """Write down whether the resident agreed to a remedy."""

        def act(case: Case, *, remedy: int, **given: Any) -> None:
            found = Remedy.objects.select_related("complaint").filter(complaint__case=case, pk=remedy).first()
            if found is None:
                raise Http404
            found.complaint = complaint_of(case)
            actions.settle_remedy(remedy=found, **given)

        return self.do(SettleVerb, act)

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, number: str) -> Response:
        """Give a clear answer."""
        return self.step(TextVerb, actions.answer)

    @extend_schema(request=ResolveVerb)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, number: str) -> Response:
        """Write down what it came to."""
        return self.step(ResolveVerb, actions.resolve)

    @extend_schema(request=InformVerb)
    @action(detail=True, methods=["post"])
    def inform(self, request: Request, number: str) -> Response:
        """Tell the resident the result."""
        return self.step(InformVerb, actions.inform)

    @extend_schema(request=CloseComplaintVerb)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        """Close it."""
        return self.step(CloseComplaintVerb, actions.close)

    @extend_schema(request=PhotoVerb)
    @action(detail=True, methods=["post"])
    def photos(self, request: Request, number: str) -> Response:
        """Add a picture."""
        return self.step(PhotoVerb, lambda photo, **given: actions.add_photo(upload=photo, **given))

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Open it again."""
        return self.step(ReasonVerb, actions.reopen)
