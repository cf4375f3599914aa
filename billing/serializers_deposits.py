"""Deposits as JSON. Amounts are texts in yuan with two decimals."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from accounts.models import User
from billing.actions.deposits import LONGEST
from billing.models import Deposit, DepositMove
from billing.permissions import require_taker
from billing.rules.exact import LARGEST
from billing.serializers import named_project, named_unit
from billing.states import COUNTER_CHOICES, DepositState, Method
from records.amounts import AmountInput


class DepositMoveSerializer(serializers.ModelSerializer[DepositMove]):
    """What was given back of a deposit, to whom and how; or kept, with the reason and who approved it.

    `reversed_at` says when that was taken back.
    """

    kept = serializers.BooleanField(source="is_kept", read_only=True)
    by = serializers.CharField(source="by.username")
    approved_by = serializers.CharField(source="approval.decided_by.username", default=None, allow_null=True)
    reversed_at = serializers.DateTimeField(source="reversal.at", default=None, allow_null=True)
    reversed_reason = serializers.CharField(source="reversal.reason", default="")

    class Meta:
        model = DepositMove
        fields = [
            "id",
            "amount",
            "kept",
            "method",
            "received_by",
            "reason",
            "at",
            "by",
            "approved_by",
            "reversed_at",
            "reversed_reason",
        ]


class DepositSerializer(serializers.ModelSerializer[Deposit]):
    """Money held for a unit: how much was taken, and how much of it is still held. `moves` say where the rest went."""

    project = serializers.CharField(source="project.code")
    unit = serializers.CharField(source="unit.number")
    state = serializers.ChoiceField(choices=DepositState.choices, read_only=True)
    payment = serializers.CharField(source="payment.number")
    receipt = serializers.CharField(source="payment.receipt.number")
    payer = serializers.CharField(source="payment.payer")
    method = serializers.ChoiceField(source="payment.method", choices=Method.choices)
    at = serializers.DateTimeField(source="payment.at")
    by = serializers.CharField(source="payment.by.username", default=None, allow_null=True)
    moves = DepositMoveSerializer(many=True)

    class Meta:
        model = Deposit
        fields = [
            "number",
            "project",
            "unit",
            "purpose",
            "amount",
            "held",
            "state",
            "payment",
            "receipt",
            "payer",
            "method",
            "at",
            "by",
            "moves",
        ]


def _amount() -> serializers.DecimalField:
    return AmountInput(max_digits=9, decimal_places=2, min_value=Decimal("0.01"), max_value=LARGEST)


class NewDepositInput(serializers.Serializer[Any]):
    """A deposit that is handed over, for what, how it is paid, and by whom: the owner where nobody is named."""

    project = serializers.CharField(max_length=30)
    unit = serializers.CharField(max_length=60)
    purpose = serializers.CharField(max_length=LONGEST)
    amount = _amount()
    method = serializers.ChoiceField(choices=COUNTER_CHOICES)
    reference = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    payer = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the unit, for who takes money there. A project that one does not belong to is 404."""
        user: User = self.context["request"].user
        project = named_project(user, attrs["project"])
        require_taker(user, project)
        return {**attrs, "project": project, "unit": named_unit(user, project, attrs["unit"])}


class ReturnDepositInput(serializers.Serializer[Any]):
    """How much of a deposit is given back, how, and who signed for it."""

    amount = _amount()
    method = serializers.ChoiceField(choices=COUNTER_CHOICES)
    received_by = serializers.CharField(max_length=LONGEST)


class KeepDepositInput(serializers.Serializer[Any]):
    """How much of a deposit is to be kept, and why. It waits for a second person."""

    amount = _amount()
    reason = serializers.CharField(max_length=500)


class ReverseMoveInput(serializers.Serializer[Any]):
    """What that was given back or kept is to be held again, by its id, and why. It waits for a second person."""

    move = serializers.IntegerField(min_value=1, max_value=2**60)
    reason = serializers.CharField(max_length=500)
