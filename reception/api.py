"""The desk over the API: contacts and their verbs, and tickets that stand in the work log when the desk takes them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import CaseApi, CaseFilter
from cases.models import Case
from cases.serializers import TextVerb, Verb
from cases.states import Channel
from complaints.api import ComplaintViewSet
from complaints.serializers import ComplaintDetailSerializer, NewComplaintInput, departments_named
from core.errors import Invalid
from reception import actions
from reception.serializers import (
    CloseVerb,
    ColleagueVerb,
    ContactSerializer,
    DoneVerb,
    NewContactInput,
    PromiseVerb,
    RouteVerb,
    contact_of,
)
from reception.states import State
from records.parsing import OneOfFilter
from tickets.api import TicketViewSet
from tickets.serializers import NewTicketInput, TicketDetailSerializer


class DeskTicketViewSet(TicketViewSet):
    """Tickets; what is taken at the desk leaves its contact in the work log in the same transaction."""

    @extend_schema(request=NewTicketInput, responses={201: TicketDetailSerializer})
    def create(self, request: Request) -> Response:
        """Take a ticket; the answer has its number."""
        return self.made(
            lambda at: actions.take_ticket(new=self.checked(NewTicketInput)["new"], by=self.person, at=at).case
        )


class DeskComplaintViewSet(ComplaintViewSet):
    """Complaints; what is taken at the desk leaves its contact in the work log in the same transaction."""

    @extend_schema(request=NewComplaintInput, responses={201: ComplaintDetailSerializer})
    def create(self, request: Request) -> Response:
        """Take a complaint; the answer has its number."""
        return self.made(
            lambda at: actions.take_complaint(new=self.checked(NewComplaintInput)["new"], by=self.person, at=at).case
        )


class ContactFilter(CaseFilter):
    """Filters of contacts."""

    kind = OneOfFilter(known=lambda: ["contact"])
    state = OneOfFilter(known=lambda: State.values)


class ContactViewSet(CaseApi):
    """Calls, visits and letters."""

    filterset_class = ContactFilter
    serializer_class = ContactSerializer
    joined = ("contact__served_by", "contact__promised_to", "contact__handed_to")

    def get_queryset(self) -> QuerySet[Case]:
        """Contacts that the person may see."""
        return super().get_queryset().filter(contact__isnull=False)

    @extend_schema(request=NewContactInput, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        """Log a contact: a walk-in joins the line, everything else is being served by whoever logs it."""

        def make(at: Any) -> Case:
            new = self.checked(NewContactInput)["new"]
            take = actions.queue if new.channel == Channel.WALK_IN else actions.log_contact
            return take(new=new, by=self.person, at=at).case

        return self.made(make)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def serve(self, request: Request, number: str) -> Response:
        """Serve who waits, or take them over."""
        return self._step(Verb, actions.serve)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, number: str) -> Response:
        """Ask the caller to hold on."""
        return self._step(Verb, actions.hold)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"], url_path="pick-up")
    def pick_up(self, request: Request, number: str) -> Response:
        """Speak with them again."""
        return self._step(Verb, actions.pick_up)

    @extend_schema(request=ColleagueVerb)
    @action(detail=True, methods=["post"], url_path="pass-on")
    def pass_on(self, request: Request, number: str) -> Response:
        """Ask a colleague to serve them."""
        return self._step(ColleagueVerb, actions.pass_on, text="reason")

    @extend_schema(request=PromiseVerb)
    @action(detail=True, methods=["post"])
    def promise(self, request: Request, number: str) -> Response:
        """Promise that a specialist replies by an agreed time."""

        def act(case: Case, *, question: str, **given: Any) -> None:
            given.pop("claimed_at")
            contact = contact_of(case)
            actions.promise(contact=contact, question=question or contact.said, **given)

        return self.do(PromiseVerb, act)

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, number: str) -> Response:
        """Give the promised reply."""
        return self._step(TextVerb, actions.reply, text="text")

    @extend_schema(request=DoneVerb)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, number: str) -> Response:
        """End it: answered at once."""
        return self._step(DoneVerb, actions.answer)

    @extend_schema(request=ColleagueVerb)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, number: str) -> Response:
        """End it by handing it to a named person."""
        return self._step(ColleagueVerb, actions.hand_over)

    @extend_schema(request=RouteVerb)
    @action(detail=True, methods=["post"])
    def route(self, request: Request, number: str) -> Response:
        """End it by giving the question to who can answer it, within a clock."""

        def act(case: Case, *, department: str, text: str, **given: Any) -> None:
            given.pop("claimed_at")
            found = departments_named(case.project, department).first() if department else None
            if department and found is None:
                sentence = _("There is no such department here.")
                raise Invalid(sentence, fields={"department": sentence})
            actions.route(contact=contact_of(case), department=found, question=text, **given)

        return self.do(RouteVerb, act)

    @extend_schema(request=CloseVerb)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        """End it: answered, or left."""
        return self._step(CloseVerb, actions.close)

    def _step(self, shape: Any, verb: Any, *, text: str = "done") -> Response:
        """Carry out a verb; the body's `text` goes where the action wants it."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            if "text" in given:
                given[text] = given.pop("text")
            verb(contact=contact_of(case), **given)

        return self.do(shape, act)
