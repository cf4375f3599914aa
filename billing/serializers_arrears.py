"""Arrears as JSON: the case as any other, with what is owed and every step taken."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.models import Arrears, ArrearsLetter, ArrearsNotice, ArrearsVisit, Bill
from billing.queries.arrears import total_of
from billing.states import Cause, Reminder
from cases.models import Case
from cases.serializers import CaseSerializer, Verb
from records.parsing import DayInput


def arrears_of(case: Case) -> Arrears:
    """The arrears of a case that was read with them."""
    found: Arrears = case.arrears
    found.case = case
    return found


class CollectedSerializer(serializers.ModelSerializer[Bill]):
    """A bill that is collected and still owed."""

    class Meta:
        model = Bill
        fields = ["number", "amount", "outstanding", "due_on"]


class NoticeSerializer(serializers.ModelSerializer[ArrearsNotice]):
    """One attempt to remind."""

    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = ArrearsNotice
        fields = ["how", "reached", "at", "by", "amount", "count", "period_start", "period_end", "pay_by", "note"]


class LetterSerializer(serializers.ModelSerializer[ArrearsLetter]):
    """A demand letter and what became of it."""

    class Meta:
        model = ArrearsLetter
        fields = ["number", "amount", "pay_by", "tracking_number", "sent_at", "delivered_on", "returned_at"]


class VisitSerializer(serializers.ModelSerializer[ArrearsVisit]):
    """A visit to collect."""

    by = serializers.CharField(source="by.username")

    class Meta:
        model = ArrearsVisit
        fields = ["at", "by", "report"]


class ArrearsSerializer(CaseSerializer):
    """An arrears case in a list: who is liable, why it is not paid, since when it was told and delivered."""

    debtor = serializers.CharField(source="arrears.debtor.name", default=None, allow_null=True, read_only=True)
    cause = serializers.CharField(source="arrears.cause", read_only=True)
    notified_at = serializers.DateTimeField(source="arrears.notified_at", allow_null=True, read_only=True)
    delivered_at = serializers.DateTimeField(source="arrears.delivered_at", allow_null=True, read_only=True)
    filed_at = serializers.DateTimeField(source="arrears.filed_at", allow_null=True, read_only=True)
    promise_ends_at = serializers.DateTimeField(source="arrears.promise_ends_at", allow_null=True, read_only=True)

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "debtor",
            "cause",
            "notified_at",
            "delivered_at",
            "filed_at",
            "promise_ends_at",
        ]
        read_only_fields = fields


class ArrearsDetailSerializer(ArrearsSerializer):
    """One arrears case with its bills, notices, letters and visits."""

    owed = serializers.SerializerMethodField()
    bills = serializers.SerializerMethodField()
    notices = NoticeSerializer(source="arrears.notices", many=True, read_only=True)
    letters = LetterSerializer(source="arrears.letters", many=True, read_only=True)
    visits = VisitSerializer(source="arrears.visits", many=True, read_only=True)

    class Meta(ArrearsSerializer.Meta):
        fields = [*ArrearsSerializer.Meta.fields, "owed", "bills", "notices", "letters", "visits"]
        read_only_fields = fields

    def _bills(self, case: Case) -> list[Bill]:
        links = [link for link in case.arrears.links.all() if link.ended_at is None]
        return sorted((link.bill for link in links), key=lambda bill: (bill.due_on, bill.pk))

    def get_owed(self, case: Case) -> str:
        """What is still owed, in yuan."""
        total: Decimal = total_of(self._bills(case))
        return f"{total:.2f}"

    def get_bills(self, case: Case) -> list[dict[str, Any]]:
        """The bills that are collected."""
        rows: Any = self._bills(case)
        return list(CollectedSerializer(rows, many=True).data)


class NotifyVerb(Verb):
    """One attempt to remind."""

    how = serializers.ChoiceField(choices=Reminder.choices)
    reached = serializers.BooleanField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    cause = serializers.ChoiceField(choices=Cause.choices, required=False, allow_blank=True, default="")


class CauseVerb(Verb):
    """Why it is not paid."""

    cause = serializers.ChoiceField(choices=Cause.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class LetterVerb(Verb):
    """The courier's number."""

    tracking_number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class DeliverVerb(LetterVerb):
    """When it was delivered, today unless said otherwise, and the courier's slip."""

    on = DayInput(required=False, allow_null=True, default=None)
    proof = serializers.FileField(required=False, allow_null=True, default=None)


class VisitVerb(Verb):
    """How the visit went."""

    report = serializers.CharField(max_length=2000)


class WhyVerb(Verb):
    """A reason that may be left out."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class PromiseToPayVerb(Verb):
    """The last day on which it is to be paid."""

    until = DayInput()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class FindingVerb(Verb):
    """What was found of a dispute."""

    finding = serializers.CharField(max_length=500)
