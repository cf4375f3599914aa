"""Tickets over the API: read them, and every verb. Taking one is the desk's, which logs it too."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import CaseApi, CaseFilter
from cases.models import Case
from cases.serializers import GIVEN_OUT_OF_HAND, ReasonVerb, TextVerb, Verb
from records.parsing import OneOfFilter
from tickets import actions
from tickets.models import Job, Ticket, WorkLine
from tickets.serializers import (
    AcceptQuoteVerb,
    CallerVerb,
    CategoryVerb,
    CompleteVerb,
    ContactVerb,
    DispatchVerb,
    JoinVerb,
    LeakTestVerb,
    LinesVerb,
    OverrideVerb,
    PhotoVerb,
    SignatureVerb,
    TicketDetailSerializer,
    TicketSerializer,
    UndoVerb,
    lines_for,
    ticket_of,
)
from tickets.states import Charge, Kind, State


class TicketFilter(CaseFilter):
    """Filters of tickets."""

    kind = OneOfFilter(known=lambda: Kind.values)
    state = OneOfFilter(known=lambda: State.values)
    charge = OneOfFilter(field_name="ticket__charge", known=lambda: Charge.values)


class TicketViewSet(CaseApi):
    """Repairs, services, enquiries and suggestions."""

    filterset_class = TicketFilter
    serializer_class = TicketDetailSerializer
    joined = ("ticket__category", "ticket__charge_overridden_by", "ticket__joined_to__case")

    def get_queryset(self) -> QuerySet[Case]:
        """Tickets that the person may see."""
        found = super().get_queryset().filter(ticket__isnull=False)
        if self.action == "list":
            return found
        jobs = Prefetch("ticket__jobs", Job.objects.select_related("technician"))
        lines = Prefetch("ticket__lines", WorkLine.objects.filter(replaced_at=None))
        return found.prefetch_related(jobs, lines)

    def get_serializer_class(self) -> Any:
        """Lists leave out what would cost a statement a row."""
        return TicketSerializer if self.action == "list" else TicketDetailSerializer

    @extend_schema(request=DispatchVerb)
    @action(detail=True, methods=["post"], url_path="dispatch")
    def dispatch_job(self, request: Request, number: str) -> Response:
        """Send somebody at the agreed time."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.dispatch(ticket=ticket_of(case), **given)

        return self.do(DispatchVerb, act)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Take the job on."""
        return self.do(Verb, lambda case, **given: actions.accept(ticket=ticket_of(case), **given))

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, number: str) -> Response:
        """Be there and begin."""
        return self.do(Verb, lambda case, **given: actions.arrive(ticket=ticket_of(case), **given))

    @extend_schema(request=ReasonVerb, responses={200: GIVEN_OUT_OF_HAND})
    @action(detail=True, methods=["post"], url_path="return")
    def return_job(self, request: Request, number: str) -> Response:
        """Give the job back."""
        return self.do(ReasonVerb, lambda case, **given: actions.return_job(ticket=ticket_of(case), **given))

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, number: str) -> Response:
        """Put the work on hold."""
        return self.do(ReasonVerb, lambda case, **given: actions.hold(ticket=ticket_of(case), **given))

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, number: str) -> Response:
        """Go on."""
        return self.do(Verb, lambda case, **given: actions.resume(ticket=ticket_of(case), **given))

    @extend_schema(request=TextVerb)
    @action(detail=True, methods=["post"])
    def feedback(self, request: Request, number: str) -> Response:
        """Write down what the resident was told."""
        return self.do(TextVerb, lambda case, **given: actions.feedback(ticket=ticket_of(case), **given))

    @extend_schema(request=LinesVerb)
    @action(detail=True, methods=["post"])
    def quote(self, request: Request, number: str) -> Response:
        """Say what paid work will cost."""

        def act(case: Case, *, lines: list[dict[str, Any]], **given: Any) -> None:
            actions.quote(ticket=ticket_of(case), lines=lines_for(case.project, lines), **given)

        return self.do(LinesVerb, act)

    @extend_schema(request=AcceptQuoteVerb)
    @action(detail=True, methods=["post"], url_path="accept-quote")
    def accept_quote(self, request: Request, number: str) -> Response:
        """Write down that the resident accepted the price."""
        return self.do(AcceptQuoteVerb, lambda case, **given: actions.accept_quote(ticket=ticket_of(case), **given))

    @extend_schema(request=LinesVerb)
    @action(detail=True, methods=["post"], url_path="add-parts")
    def add_parts(self, request: Request, number: str) -> Response:
        """Add parts and hours to the work."""

        def act(case: Case, *, lines: list[dict[str, Any]], **given: Any) -> None:
            actions.add_parts(ticket=ticket_of(case), lines=lines_for(case.project, lines), **given)

        return self.do(LinesVerb, act)

    @extend_schema(request=CompleteVerb)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, number: str) -> Response:
        """Finish the work."""

        def act(case: Case, *, parts: list[dict[str, Any]] | None = None, **given: Any) -> None:
            lines = None if parts is None else lines_for(case.project, parts)
            actions.complete(ticket=ticket_of(case), parts=lines, **given)

        return self.do(CompleteVerb, act)

    @extend_schema(request=LeakTestVerb)
    @action(detail=True, methods=["post"], url_path="end-leak-test")
    def end_leak_test(self, request: Request, number: str) -> Response:
        """End the leak test; the callback's days run from here."""
        return self.do(LeakTestVerb, lambda case, **given: actions.end_leak_test(ticket=ticket_of(case), **given))

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        """Close what is completed and owes nothing."""
        return self.do(Verb, lambda case, **given: actions.close(ticket=ticket_of(case), **given))

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Open it again."""
        return self.do(ReasonVerb, lambda case, **given: actions.reopen(ticket=ticket_of(case), **given))

    @extend_schema(request=ReasonVerb)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Cancel what is not needed any more."""
        return self.do(ReasonVerb, lambda case, **given: actions.cancel(ticket=ticket_of(case), **given))

    @extend_schema(request=CategoryVerb)
    @action(detail=True, methods=["post"], url_path="change-category")
    def change_category(self, request: Request, number: str) -> Response:
        """Sort it anew."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.change_category(ticket=ticket_of(case), **given)

        return self.do(CategoryVerb, act)

    @extend_schema(request=ContactVerb)
    @action(detail=True, methods=["post"], url_path="amend-contact")
    def amend_contact(self, request: Request, number: str) -> Response:
        """Mend whom to ask."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.amend_contact(ticket=ticket_of(case), **given)

        return self.do(ContactVerb, act)

    @extend_schema(request=Verb)
    @action(detail=True, methods=["post"], url_path="review-charge")
    def review_charge(self, request: Request, number: str) -> Response:
        """Decide again who pays by what the register says now."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.review_charge(ticket=ticket_of(case), **given)

        return self.do(Verb, act)

    @extend_schema(request=OverrideVerb)
    @action(detail=True, methods=["post"], url_path="override-charge")
    def override_charge(self, request: Request, number: str) -> Response:
        """Decide otherwise who pays."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.override_charge(ticket=ticket_of(case), **given)

        return self.do(OverrideVerb, act)

    @extend_schema(request=JoinVerb)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, number: str) -> Response:
        """End this ticket: it is the same matter as `original`."""

        def act(case: Case, *, original: str, **given: Any) -> None:
            given.pop("claimed_at")
            other = Ticket.objects.visible_to(self.person).select_related("case").filter(case__number=original).first()
            if other is None:
                raise Http404
            actions.join(duplicate=ticket_of(case), original=other, **given)

        return self.do(JoinVerb, act)

    @extend_schema(request=CallerVerb)
    @action(detail=True, methods=["post"], url_path="join-caller")
    def join_caller(self, request: Request, number: str) -> Response:
        """Write down that somebody else reported the same."""

        def act(case: Case, *, contact_name: str, contact_phone: str, text: str, **given: Any) -> None:
            given.pop("claimed_at")
            caller = actions.Caller(name=contact_name, phone=contact_phone, text=text)
            actions.join_caller(ticket=ticket_of(case), caller=caller, **given)

        return self.do(CallerVerb, act)

    @extend_schema(request=UndoVerb)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, number: str) -> Response:
        """Take back the last sending, hold or new category; what a colleague did, with a reason."""

        def act(case: Case, **given: Any) -> None:
            given.pop("claimed_at")
            actions.undo(ticket=ticket_of(case), **given)

        return self.do(UndoVerb, act)

    @extend_schema(request=PhotoVerb)
    @action(detail=True, methods=["post"])
    def photos(self, request: Request, number: str) -> Response:
        """Add a picture."""

        def act(case: Case, *, photo: Any, **given: Any) -> None:
            actions.add_photo(ticket=ticket_of(case), upload=photo, **given)

        return self.do(PhotoVerb, act)

    @extend_schema(request=SignatureVerb)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, number: str) -> Response:
        """Add the customer's signature."""

        def act(case: Case, *, signature: Any, **given: Any) -> None:
            actions.sign(ticket=ticket_of(case), upload=signature, **given)

        return self.do(SignatureVerb, act)
