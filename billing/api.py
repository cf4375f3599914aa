"""Money over the API: bills, payments, receipts, refunds. What needs a second person is answered with 202 and the
approval that waits: asked for is not done."""

from typing import Any, cast

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing.actions.online_refunds import ask_again
from billing.actions.paying import take_payment
from billing.actions.refunding import ask_for_refund
from billing.actions.reversing import reverse_or_ask
from billing.actions.taking_back import ask_to_reverse_refund, ask_to_reverse_waiver
from billing.actions.voiding import void_or_ask
from billing.actions.waiving import ask_to_waive
from billing.models import Bill, Payment, PaymentLine, Posting, Receipt, Refund
from billing.serializers import (
    BillSerializer,
    NewPaymentInput,
    NewRefundInput,
    PaymentSerializer,
    ReceiptSerializer,
    RefundSerializer,
    ReverseInput,
    ReverseWaiverInput,
    WaiveInput,
)
from billing.states import BillState, EntryKind, Method
from records.api import answer_once
from records.api_approvals import ApprovalSerializer
from records.models import Approval
from records.parsing import FlagFilter

NUMBER = "[A-Za-z0-9_-]{1,60}"


def waits(approval: Approval, request: Request) -> Response:
    """The answer to what a second person decides about: accepted, not done."""
    document = ApprovalSerializer(approval, context={"request": request}).data
    return Response(document, status=status.HTTP_202_ACCEPTED)


class BillFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of bills. `state`: `unpaid`, `part`, `paid` or `void`; `owed=true`: of which anything is still owed."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    case = django_filters.CharFilter(field_name="case__number")
    state = django_filters.ChoiceFilter(choices=BillState.choices, method="filter_state")
    owed = FlagFilter(method="filter_owed")

    class Meta:
        model = Bill
        fields = ()

    def filter_state(self, queryset: QuerySet[Bill], name: str, value: str) -> QuerySet[Bill]:
        """Bills in one state."""
        return cast(Any, queryset).in_state(value)  # type: ignore[no-any-return]

    def filter_owed(self, queryset: QuerySet[Bill], name: str, value: bool) -> QuerySet[Bill]:
        """Bills of which something is owed, or nothing."""
        return queryset.filter(outstanding__gt=0) if value else queryset.filter(outstanding=0)


class BillViewSet(viewsets.ReadOnlyModelViewSet[Bill]):
    """Bills, newest first: what each comes to and what of it is still owed."""

    queryset = Bill.objects.none()
    serializer_class = BillSerializer
    filterset_class = BillFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Bill]:
        """Bills that the person may see; a resident's own household's."""
        found = Bill.objects.visible_to(cast(User, self.request.user))
        waived = Posting.objects.filter(entry__kind=EntryKind.WAIVED).select_related("entry__by", "reversed_by__entry")
        waivers = Prefetch("postings", waived.order_by("pk"), to_attr="waivers")
        return found.select_related("project", "unit", "item", "case").prefetch_related(waivers)

    @extend_schema(request=ReverseInput, responses={200: BillSerializer, 202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def void(self, request: Request, number: str) -> Response:
        """Make a bill void that no money was taken for, with the reason; its number stays.

        Once the day on which it was issued is over this asks a second person: 202 with the approval that waits.
        """

        def acted() -> Response:
            bill = self.get_object()
            given = ReverseInput(data=request.data)
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            became = void_or_ask(bill=bill, by=by, at=at, **given.validated_data)
            if isinstance(became, Approval):
                return waits(became, request)
            return Response(self.get_serializer(self.get_queryset().get(pk=bill.pk)).data)

        return answer_once(request, acted)

    @extend_schema(request=WaiveInput, responses={202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def waive(self, request: Request, number: str) -> Response:
        """Ask a second person to waive some of a bill: 202 with the approval that waits; nothing is waived yet."""

        def acted() -> Response:
            bill = self.get_object()
            given = WaiveInput(data=request.data)
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            return waits(ask_to_waive(bill=bill, by=by, at=at, **given.validated_data), request)

        return answer_once(request, acted)

    @extend_schema(request=ReverseWaiverInput, responses={202: ApprovalSerializer})
    @action(detail=True, methods=["post"], url_path="reverse-waiver")
    def reverse_waiver(self, request: Request, number: str) -> Response:
        """Ask a second person to take one of a bill's waivers back: 202 with the approval that waits.

        Until it is approved the waiver stands.
        """

        def acted() -> Response:
            bill = self.get_object()
            given = ReverseWaiverInput(data=request.data)
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            return waits(ask_to_reverse_waiver(bill=bill, by=by, at=at, **given.validated_data), request)

        return answer_once(request, acted)


class PaymentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of payments."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    method = django_filters.ChoiceFilter(choices=Method.choices)

    class Meta:
        model = Payment
        fields = ()


class PaymentViewSet(viewsets.ReadOnlyModelViewSet[Payment]):
    """Payments, newest first, each with its receipt's number and what it settled."""

    queryset = Payment.objects.none()
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Payment]:
        """Payments that the person may see."""
        found = Payment.objects.visible_to(cast(User, self.request.user))
        lines = Prefetch("lines", PaymentLine.objects.select_related("bill"))
        return found.select_related("project", "unit", "by", "receipt", "deposit").prefetch_related(lines)

    @extend_schema(request=NewPaymentInput, responses={201: PaymentSerializer})
    def create(self, request: Request) -> Response:
        """Take money: once per `Idempotency-Key`, with a receipt. Refused where a bill was paid meanwhile (409)."""

        def acted() -> Response:
            given = NewPaymentInput(data=request.data, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            receipt = take_payment(by=cast(User, request.user), at=timezone.now(), **given.validated_data)
            document = self.get_serializer(self.get_queryset().get(pk=receipt.payment_id)).data
            return Response(document, status=status.HTTP_201_CREATED)

        return answer_once(request, acted)


class ReceiptFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of receipts. `standing=true`: those that were not reversed."""

    project = django_filters.CharFilter(field_name="payment__project__code")
    unit = django_filters.CharFilter(field_name="payment__unit__number")
    standing = FlagFilter(field_name="reversed_at", lookup_expr="isnull")

    class Meta:
        model = Receipt
        fields = ()


class ReceiptViewSet(viewsets.ReadOnlyModelViewSet[Receipt]):
    """Receipts, newest first."""

    queryset = Receipt.objects.none()
    serializer_class = ReceiptSerializer
    filterset_class = ReceiptFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Receipt]:
        """Receipts that the person may see."""
        found = Receipt.objects.visible_to(cast(User, self.request.user))
        return found.select_related("payment__project", "payment__unit", "payment__by", "payment__online__refund")

    @extend_schema(request=ReverseInput, responses={200: ReceiptSerializer, 202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, number: str) -> Response:
        """Take a receipt back, with the reason; its number stays and its bills are owed again.

        Once its day is over this asks a second person: 202 with the approval that waits, and the receipt stands.
        """

        def acted() -> Response:
            receipt = self.get_object()
            given = ReverseInput(data=request.data)
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            became = reverse_or_ask(receipt=receipt, reason=given.validated_data["reason"], by=by, at=at)
            if isinstance(became, Approval):
                return waits(became, request)
            return Response(self.get_serializer(self.get_queryset().get(pk=receipt.pk)).data)

        return answer_once(request, acted)

    @extend_schema(request=None, responses={200: ReceiptSerializer})
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, number: str) -> Response:
        """Have the provider asked again for the money of a reversed receipt. Refused where it has answered (409)."""

        def acted() -> Response:
            receipt = self.get_object()
            ask_again(receipt=receipt, by=cast(User, request.user), at=timezone.now())
            return Response(self.get_serializer(self.get_queryset().get(pk=receipt.pk)).data)

        return answer_once(request, acted)


class RefundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of refunds."""

    project = django_filters.CharFilter(field_name="project__code")
    unit = django_filters.CharFilter(field_name="unit__number")
    method = django_filters.ChoiceFilter(choices=Method.choices)

    class Meta:
        model = Refund
        fields = ()


class RefundViewSet(viewsets.ReadOnlyModelViewSet[Refund]):
    """Refunds of what was paid in advance, newest first."""

    queryset = Refund.objects.none()
    serializer_class = RefundSerializer
    filterset_class = RefundFilter
    lookup_field = "number"
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Refund]:
        """Refunds that the person may see."""
        found = Refund.objects.visible_to(cast(User, self.request.user))
        return found.select_related("project", "unit", "asked_by", "by", "entry__reversal")

    @extend_schema(request=NewRefundInput, responses={202: ApprovalSerializer})
    def create(self, request: Request) -> Response:
        """Ask a second person for a refund: 202 with the approval that waits; no money is given back yet."""

        def acted() -> Response:
            given = NewRefundInput(data=request.data, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            return waits(ask_for_refund(by=by, at=at, **given.validated_data), request)

        return answer_once(request, acted)

    @extend_schema(request=ReverseInput, responses={202: ApprovalSerializer})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, number: str) -> Response:
        """Ask a second person to take a refund back: 202 with the approval that waits; until then it stands."""

        def acted() -> Response:
            refund = self.get_object()
            given = ReverseInput(data=request.data)
            given.is_valid(raise_exception=True)
            by, at = cast(User, request.user), timezone.now()
            return waits(ask_to_reverse_refund(refund=refund, by=by, at=at, **given.validated_data), request)

        return answer_once(request, acted)
