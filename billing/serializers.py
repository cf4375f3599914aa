"""Bills, payments, receipts and refunds as JSON. Amounts are texts in yuan with two decimals."""

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Project, User
from billing.models import Bill, OnlineRefund, Payment, PaymentLine, Posting, Receipt, Refund
from billing.permissions import can_ask_for_refund, require_taker
from billing.queries.owed import owner_of
from billing.queries.paper import deposit_of
from billing.rules.exact import LARGEST
from billing.states import COUNTER_CHOICES, BillState, Method
from core.errors import NotAllowed
from estate.models import Unit
from records.amounts import AmountInput
from records.parsing import MomentInput

MOST_BILLS = 200


class WaiverSerializer(serializers.ModelSerializer[Posting]):
    """What was waived of a bill, by its id; `reversed_at` says when it was taken back, alone or with the bill."""

    id = serializers.IntegerField(source="entry_id")
    reason = serializers.CharField(source="entry.text")
    at = serializers.DateTimeField(source="entry.at")
    by = serializers.CharField(source="entry.by.username", default=None, allow_null=True)
    reversed_at = serializers.DateTimeField(source="reversed_by.entry.at", default=None, allow_null=True)

    class Meta:
        model = Posting
        fields = ["id", "amount", "reason", "at", "by", "reversed_at"]


class BillSerializer(serializers.ModelSerializer[Bill]):
    """What a unit owes for a charge. `words` say what a bill without a period is for; `case` is the paid work."""

    waivers = WaiverSerializer(many=True, read_only=True)

    project = serializers.CharField(source="project.code")
    unit = serializers.CharField(source="unit.number")
    item = serializers.CharField(source="item.name")
    case = serializers.CharField(source="case.number", default=None, allow_null=True)
    state = serializers.ChoiceField(choices=BillState.choices, read_only=True)

    class Meta:
        model = Bill
        fields = [
            "number",
            "version",
            "project",
            "unit",
            "item",
            "words",
            "case",
            "period_start",
            "period_end",
            "amount",
            "outstanding",
            "waived",
            "waivers",
            "state",
            "due_on",
            "issued_at",
            "voided_at",
            "voided_reason",
        ]


class PaymentLineSerializer(serializers.ModelSerializer[PaymentLine]):
    """How much of a payment went to which bill."""

    bill = serializers.CharField(source="bill.number")

    class Meta:
        model = PaymentLine
        fields = ["bill", "amount"]


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """Money that was taken. What the bills did not need is `credit`; `receipt` is the receipt's number.

    `deposit` is the number of the deposit that it was taken for, empty for most. `by` is nobody for one made online.
    """

    project = serializers.CharField(source="project.code")
    unit = serializers.CharField(source="unit.number")
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    bills = PaymentLineSerializer(source="lines", many=True)
    credit = serializers.SerializerMethodField()
    receipt = serializers.CharField(source="receipt.number")
    reversed_at = serializers.DateTimeField(source="receipt.reversed_at", allow_null=True)
    deposit = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = [
            "number",
            "project",
            "unit",
            "payer",
            "method",
            "amount",
            "reference",
            "at",
            "by",
            "bills",
            "credit",
            "receipt",
            "reversed_at",
            "deposit",
        ]

    def get_deposit(self, payment: Payment) -> str:
        """The deposit's number."""
        deposit = deposit_of(payment)
        return deposit.number if deposit else ""

    def get_credit(self, payment: Payment) -> str:
        """What of it was paid in advance; nothing of a deposit."""
        if deposit_of(payment) is not None:
            return "0.00"
        return str(payment.amount - sum((line.amount for line in payment.lines.all()), Decimal("0.00")))


class AskedBackSerializer(serializers.ModelSerializer[OnlineRefund]):
    """What a provider is asked to give back of a reversed receipt, and what it answered; `said` is why it refused."""

    class Meta:
        model = OnlineRefund
        fields = ["number", "amount", "state", "tries", "last_asked_at", "ended_at", "reference", "said"]


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    """The receipt for a payment; one that was reversed keeps its number and says when and why.

    `online_refund`: where it was paid online and reversed, what the provider is asked to give back.
    """

    online_refund = AskedBackSerializer(source="payment.online.refund", default=None, allow_null=True, read_only=True)

    payment = serializers.CharField(source="payment.number")
    project = serializers.CharField(source="payment.project.code")
    unit = serializers.CharField(source="payment.unit.number")
    amount = serializers.DecimalField(source="payment.amount", max_digits=14, decimal_places=2)
    method = serializers.ChoiceField(source="payment.method", choices=Method.choices)
    at = serializers.DateTimeField(source="payment.at")
    by = serializers.CharField(source="payment.by.username", default=None, allow_null=True)

    class Meta:
        model = Receipt
        fields = [
            "number",
            "payment",
            "project",
            "unit",
            "amount",
            "method",
            "at",
            "by",
            "reversed_at",
            "reversed_reason",
            "online_refund",
        ]


class NewPaymentInput(serializers.Serializer[Any]):
    """Money taken for bills of one payer, the oldest first. Without bills, or beyond them, it is paid in advance."""

    project = serializers.CharField(max_length=30)
    unit = serializers.CharField(max_length=60)
    bills = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, default=list, max_length=MOST_BILLS
    )
    amount = AmountInput(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST)
    method = serializers.ChoiceField(choices=COUNTER_CHOICES)
    reference = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    payer = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    happened_at = MomentInput(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find what the numbers name, for who takes money there. A project that one does not belong to is 404."""
        user: User = self.context["request"].user
        project = named_project(user, attrs["project"])
        require_taker(user, project)
        unit = named_unit(user, project, attrs["unit"])
        attrs["claimed_at"] = attrs.pop("happened_at")
        return {**attrs, "project": project, "unit": unit, "bills": _bills(user, project, attrs["bills"])}


def named_project(user: User, code: str) -> Project:
    """One of the person's projects by its code. Raises `Http404`."""
    project = next((one for one in user.projects if one.code == code), None)
    if project is None:
        raise Http404
    return project


def named_unit(user: User, project: Project, number: str) -> Unit:
    """A unit of the project by its number."""
    unit = Unit.objects.visible_to(user).select_related("project").filter(project=project, number=number).first()
    if unit is None:
        raise serializers.ValidationError({"unit": [_("There is none of that number or code here.")]})
    return unit


def _bills(user: User, project: Project, numbers: list[str]) -> list[Bill]:
    """The project's bills by their numbers; whether one payer owes them all is asked when the money is taken."""
    wanted = list(dict.fromkeys(numbers))
    found = Bill.objects.visible_to(user).filter(project=project, number__in=wanted)
    bills = list(found.select_related("item"))
    if len(bills) != len(wanted):
        raise serializers.ValidationError({"bills": [_("There is none of that number or code here.")]})
    return bills


class ReverseInput(serializers.Serializer[Any]):
    """Why a receipt or a refund is taken back, or a bill made void."""

    reason = serializers.CharField(max_length=500)


class ReverseWaiverInput(ReverseInput):
    """Which waiver of a bill is to be taken back, by its id, and why."""

    waiver = serializers.IntegerField(min_value=1, max_value=2**60)


class WaiveInput(serializers.Serializer[Any]):
    """How much of a bill is to be waived, in yuan, and why."""

    amount = AmountInput(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST)
    reason = serializers.CharField(max_length=500)


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """What was paid in advance and given back. `by` approved what `asked_by` asked for; `at` is when.

    `reversed_at` says when it was taken back.
    """

    project = serializers.CharField(source="project.code")
    unit = serializers.CharField(source="unit.number")
    asked_by = serializers.CharField(source="asked_by.username")
    by = serializers.CharField(source="by.username")
    reversed_at = serializers.DateTimeField(source="reversal.at", default=None, allow_null=True)
    reversed_reason = serializers.CharField(source="reversal.reason", default="")

    class Meta:
        model = Refund
        fields = [
            "number",
            "project",
            "unit",
            "amount",
            "method",
            "payee",
            "reason",
            "asked_by",
            "by",
            "at",
            "day",
            "reversed_at",
            "reversed_reason",
        ]


class NewRefundInput(serializers.Serializer[Any]):
    """What of a unit's credit is to be given back, how, to whom, and why. It waits for a second person."""

    project = serializers.CharField(max_length=30)
    unit = serializers.CharField(max_length=60)
    amount = AmountInput(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST)
    method = serializers.ChoiceField(choices=COUNTER_CHOICES)
    payee = serializers.CharField(max_length=100)
    reason = serializers.CharField(max_length=500)
    household = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**60)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the unit, for who asks for refunds there, and whose credit it is: the owner's where none is named.

        A project that one does not belong to is 404.
        """
        user: User = self.context["request"].user
        project = named_project(user, attrs.pop("project"))
        if not can_ask_for_refund(user, project):
            raise NotAllowed(_("Only cashiers and supervisors ask for a refund."))
        unit = named_unit(user, project, attrs["unit"])
        if "household" not in attrs:
            return {**attrs, "unit": unit, "household": owner_of(unit)}
        if attrs["household"] and not unit.households.filter(pk=attrs["household"]).exists():
            raise serializers.ValidationError({"household": [_("Not a household of this unit.")]})
        return {**attrs, "unit": unit}
