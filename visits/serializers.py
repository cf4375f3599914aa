"""Callbacks and home visits as JSON, and what recording one takes."""

from typing import Any

from rest_framework import serializers

from cases.models import Case
from cases.rules import LONGEST
from cases.serializers import CaseSerializer, Verb, shown_user
from core.words import LONGEST_REASON
from records.parsing import DayInput
from visits.actions import Report
from visits.actions.home_visits import LONGEST_MET, LONGEST_REPORT
from visits.states import REPORTED, Half, How, Result


class CallbackSerializer(CaseSerializer):
    """A callback: the case, what it is about, and how it went."""

    case = serializers.SerializerMethodField(method_name="get_parent")
    result = serializers.CharField(source="callback.result")
    score = serializers.IntegerField(source="callback.score", allow_null=True)
    text = serializers.CharField(source="callback.text")
    how = serializers.CharField(source="callback.how")
    caller = serializers.SerializerMethodField()
    attempts = serializers.IntegerField(source="callback.attempts")
    next_attempt_at = serializers.DateTimeField(source="callback.next_attempt_at", allow_null=True)
    done_at = serializers.DateTimeField(source="callback.done_at", allow_null=True)

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "case",
            "result",
            "score",
            "text",
            "how",
            "caller",
            "attempts",
            "next_attempt_at",
            "done_at",
        ]
        read_only_fields = fields

    def get_caller(self, case: Case) -> str | None:
        """Who called last."""
        return shown_user(case.callback.caller, self.reader)


class PhoneInput(Verb):
    """Another number to call."""

    contact_phone = serializers.CharField(source="phone", max_length=20)


class RecordInput(Verb):
    """How a call or visit went."""

    result = serializers.ChoiceField(choices=Result.choices)
    score = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True, default=None)
    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")
    how = serializers.ChoiceField(choices=How.choices, required=False, default=How.PHONE)


# --- home visits -----------------------------------------------------------------------------------------------------
class HomeVisitSerializer(CaseSerializer):
    """A home visit: the case, what it is for (`parent`), the day, who goes (`handler`), and how it went."""

    on = serializers.DateField(source="home_visit.on")
    half = serializers.CharField(source="home_visit.half")
    outcome = serializers.CharField(source="home_visit.outcome")
    met = serializers.CharField(source="home_visit.met")
    report = serializers.CharField(source="home_visit.report")
    next_step = serializers.CharField(source="home_visit.next_step")
    made_at = serializers.DateTimeField(source="home_visit.made_at", allow_null=True)
    made_by = serializers.SerializerMethodField()

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "on",
            "half",
            "outcome",
            "met",
            "report",
            "next_step",
            "made_at",
            "made_by",
        ]
        read_only_fields = fields

    def get_made_by(self, case: Case) -> str | None:
        """Who reported it."""
        return shown_user(case.home_visit.made_by, self.reader)


class PlanInput(Verb):
    """Who goes there, on which day, when on it."""

    on = DayInput()
    half = serializers.ChoiceField(choices=Half.choices)
    visitor = serializers.CharField(max_length=150, help_text="the person's user name")
    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")


class ReportInput(Verb):
    """How the visit went. Validated, it is a `report`."""

    outcome = serializers.ChoiceField(choices=REPORTED)
    met = serializers.CharField(max_length=LONGEST_MET, required=False, allow_blank=True, default="")
    report = serializers.CharField(max_length=LONGEST_REPORT)
    next_step = serializers.CharField(max_length=LONGEST_REASON)
    photo = serializers.FileField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The words as the action takes them, beside what every verb carries."""
        said = {name: attrs.pop(name) for name in ("outcome", "met", "next_step", "photo")}
        return {**attrs, "report": Report(said=attrs["report"], **said)}
