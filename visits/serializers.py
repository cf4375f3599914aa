"""Callbacks as JSON, and what recording one takes."""

from rest_framework import serializers

from cases.models import Case
from cases.rules import LONGEST
from cases.serializers import CaseSerializer, Verb, shown_user
from visits.states import How, Result


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
