"""Deadlines as JSON."""

from typing import Any

from rest_framework import serializers

from records.parsing import NumberInput
from sla.models import Clock
from sla.states import Counting


class ClockSerializer(serializers.ModelSerializer[Clock]):
    """A promise of a case. One missed and kept later stays `missed` and has both moments."""

    case = serializers.CharField(source="case.number")
    label = serializers.CharField(source="version.policy.name")  # type: ignore[assignment]
    source = serializers.CharField(source="version.policy.source")  # type: ignore[assignment]
    counts = serializers.ChoiceField(Counting.choices)

    class Meta:
        model = Clock
        fields = [
            "id",
            "case",
            "key",
            "label",
            "source",
            "subject",
            "cycle",
            "state",
            "counts",
            "started_at",
            "due_at",
            "paused_at",
            "met_at",
            "breached_at",
            "breach_found_at",
            "ended_at",
        ]
        read_only_fields = fields


class ExtendInput(serializers.Serializer[Any]):
    """How much longer, and why."""

    by_hours = NumberInput()
    reason = serializers.CharField(max_length=500)
