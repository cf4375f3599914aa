"""Arrears as JSON: the case as any other, with what is owed and every step taken."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import Arrears, ArrearsLetter, ArrearsNotice, Bill
from billing.queries.arrears import total_of
from billing.queries.ladder import beside
from billing.states import Cause, Delivered, Reminder, Undelivered
from cases.models import Case
from cases.serializers import CaseSerializer, Verb
from records.http import user_of
from records.parsing import DayInput
from visits.models import HomeVisit


def arrears_of(case: Case) -> Arrears:
    """The arrears of a case that was read with them."""
    found: Arrears = case.arrears
    found.case = case
    return found


def visits_of(case: Case) -> list[Case]:
    """The home visits of a case that was read with them, the oldest first."""
    found: list[Case] = case.home_visits  # type: ignore[attr-defined]  # prefetched
    return found


def planned_of(case: Case) -> Case | None:
    """The one of them that is planned."""
    return next((one for one in visits_of(case) if one.home_visit.is_planned), None)


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
        fields = [
            "number",
            "amount",
            "pay_by",
            "tracking_number",
            "sent_at",
            "delivered_on",
            "delivered_how",
            "carrier_status",
            "witness",
            "returned_at",
            "returned_how",
            "settled_at",
        ]


class VisitSerializer(serializers.ModelSerializer[HomeVisit]):
    """A visit to collect that was made; `number` is that of its own case."""

    number = serializers.CharField(source="case.number")
    at = serializers.DateTimeField(source="made_at")
    by = serializers.CharField(source="made_by.username")

    class Meta:
        model = HomeVisit
        fields = ["number", "at", "by", "outcome", "met", "report", "next_step"]


class ArrearsSerializer(CaseSerializer):
    """An arrears case in a list: who is liable, why it is not paid, since when it was told and delivered."""

    debtor = serializers.CharField(source="arrears.debtor.name", default=None, allow_null=True, read_only=True)
    cause = serializers.CharField(source="arrears.cause", read_only=True)
    notified_at = serializers.DateTimeField(source="arrears.notified_at", allow_null=True, read_only=True)
    delivered_at = serializers.DateTimeField(source="arrears.delivered_at", allow_null=True, read_only=True)
    filed_at = serializers.DateTimeField(source="arrears.filed_at", allow_null=True, read_only=True)
    promise_ends_at = serializers.DateTimeField(source="arrears.promise_ends_at", allow_null=True, read_only=True)
    visit = serializers.SerializerMethodField()
    visit_on = serializers.SerializerMethodField()
    visit_half = serializers.SerializerMethodField()
    visitor = serializers.SerializerMethodField()

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "debtor",
            "cause",
            "notified_at",
            "delivered_at",
            "filed_at",
            "promise_ends_at",
            "visit",
            "visit_on",
            "visit_half",
            "visitor",
        ]
        read_only_fields = fields

    def get_visit(self, case: Case) -> str | None:
        """The number of the home visit that is planned."""
        planned = planned_of(case)
        return planned.number if planned else None

    def get_visit_on(self, case: Case) -> date | None:
        """Its day."""
        planned = planned_of(case)
        return planned.home_visit.on if planned else None

    def get_visit_half(self, case: Case) -> str:
        """When on that day; empty where none is planned."""
        planned = planned_of(case)
        return planned.home_visit.half if planned else ""

    def get_visitor(self, case: Case) -> str | None:
        """Who goes."""
        planned = planned_of(case)
        return planned.handler.username if planned and planned.handler else None


class ArrearsDetailSerializer(ArrearsSerializer):
    """One arrears case with its bills, notices, letters and visits."""

    owed = serializers.SerializerMethodField()
    bills = serializers.SerializerMethodField()
    notices = NoticeSerializer(source="arrears.notices", many=True, read_only=True)
    letters = LetterSerializer(source="arrears.letters", many=True, read_only=True)
    visits = serializers.SerializerMethodField()
    beside = serializers.SerializerMethodField()

    class Meta(ArrearsSerializer.Meta):
        fields = [*ArrearsSerializer.Meta.fields, "owed", "bills", "notices", "letters", "visits", "beside"]
        read_only_fields = fields

    def _bills(self, case: Case) -> list[Bill]:
        links = [link for link in case.arrears.links.all() if link.ended_at is None]
        return sorted((link.bill for link in links), key=lambda bill: (bill.due_on, bill.pk))

    def get_owed(self, case: Case) -> str:
        """What is still owed, in yuan."""
        total: Decimal = total_of(self._bills(case))
        return f"{total:.2f}"

    @extend_schema_field(VisitSerializer(many=True))
    def get_visits(self, case: Case) -> list[dict[str, Any]]:
        """The visits that were made, the oldest first."""
        made: Any = [one.home_visit for one in visits_of(case) if one.home_visit.made_at is not None]
        return list(VisitSerializer(made, many=True).data)

    def get_beside(self, case: Case) -> list[str]:
        """Numbers of the other cases of who is liable for the same home: filed, excused, or taking up the rest."""
        return [one.number for one in beside(arrears_of(case), user_of(self.context["request"]))]

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
    """When it was delivered, today unless said otherwise; how; and what shows it.

    By courier: its number, with the slip or what the courier says. By hand: who saw it, or the signature.
    """

    on = DayInput(required=False, allow_null=True, default=None)
    how = serializers.ChoiceField(choices=Delivered.choices, required=False, default=Delivered.COURIER)
    carrier_status = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    witness = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    proof = serializers.FileField(required=False, allow_null=True, default=None)


class ReturnVerb(Verb):
    """Why the letter did not come into their hands, and whether they refused it."""

    how = serializers.ChoiceField(choices=Undelivered.choices, required=False, default=Undelivered.RETURNED)
    reason = serializers.CharField(max_length=500)


class FileVerb(Verb):
    """Why it goes to the legal channel; and why all the same, where something is missing for that."""

    reason = serializers.CharField(max_length=500)
    despite = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class PromiseToPayVerb(Verb):
    """The last day on which it is to be paid."""

    until = DayInput()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class FindingVerb(Verb):
    """What was found of a dispute."""

    finding = serializers.CharField(max_length=500)
