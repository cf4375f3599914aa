"""Closed days as JSON. Amounts are texts in yuan with two decimals."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Project, User
from billing.actions.dayclose import LARGEST, LONGEST, LONGEST_REMARK, LONGEST_WORDS, PIECES, Count, counted_in_cash
from billing.models import DayClose, DayCloseLine, DayCloseRemark
from billing.permissions import require_day_closer
from billing.queries.dayclose import SHOWN, receipts_of, who_moved
from billing.serializers import named_project
from billing.states import Method
from core.errors import Invalid
from records.amounts import AmountInput
from records.parsing import DayInput

MOST_PIECES = 100_000


class DayCloseLineSerializer(serializers.ModelSerializer[DayCloseLine]):
    """One way of paying: what was recorded, what was counted, and why they differ. `pieces`: notes and coins."""

    difference = serializers.DecimalField(max_digits=14, decimal_places=2, read_only=True)
    pieces = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        model = DayCloseLine
        fields = ["method", "recorded", "counted", "difference", "explanation", "pieces"]


class DayCloseRemarkSerializer(serializers.ModelSerializer[DayCloseRemark]):
    """What was said of one receipt of the day."""

    receipt = serializers.CharField(source="receipt.number")

    class Meta:
        model = DayCloseRemark
        fields = ["receipt", "words"]


class DayCloseSerializer(serializers.ModelSerializer[DayClose]):
    """A day that somebody closed. `closed_by` is the leader who closed and counted it for them, nobody for most.

    `reopened_at` says when it was opened again: from then on it does not stand any more.
    """

    project = serializers.CharField(source="project.code")
    cashier = serializers.CharField(source="cashier.username")
    closed_by = serializers.CharField(source="closed_by.username", default=None, allow_null=True)
    lines = DayCloseLineSerializer(many=True)
    remarks = DayCloseRemarkSerializer(many=True)
    reopened_at = serializers.DateTimeField(source="reopening.at", default=None, allow_null=True)
    reopened_by = serializers.CharField(source="reopening.by.username", default=None, allow_null=True)
    reopened_reason = serializers.CharField(source="reopening.reason", default="")

    class Meta:
        model = DayClose
        fields = [
            "id",
            "project",
            "day",
            "cashier",
            "closed_at",
            "closed_by",
            "reason",
            "handed_to",
            "note",
            "lines",
            "remarks",
            "reopened_at",
            "reopened_by",
            "reopened_reason",
        ]


class OpenDaySerializer(serializers.Serializer[Any]):
    """A day on which money moved through somebody's till and that is not closed: what is recorded, by way of paying.

    `late`: the day is over.
    """

    project = serializers.CharField(source="project.code")
    day = serializers.DateField()
    cashier = serializers.CharField(source="cashier.username")
    recorded = serializers.DictField(child=serializers.DecimalField(max_digits=14, decimal_places=2))
    late = serializers.BooleanField(source="is_late")


class OpenDaysSerializer(serializers.Serializer[Any]):
    """All of them; there is never a next page."""

    results = OpenDaySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CountInput(serializers.Serializer[Any]):
    """What was counted of one way of paying, and why it differs from what is recorded, where it does.

    Cash may be counted by notes and coins (`pieces`, how many by their value in yuan) in place of a sum, or by both,
    which must agree.
    """

    counted = AmountInput(
        max_digits=10, decimal_places=2, min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True
    )
    explanation = serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True, default="")
    pieces = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MOST_PIECES), required=False, default=dict
    )


class RemarkInput(serializers.Serializer[Any]):
    """A word on one receipt of the day."""

    receipt = serializers.CharField(max_length=60)
    words = serializers.CharField(max_length=LONGEST_REMARK)


class NewDayCloseInput(serializers.Serializer[Any]):
    """The count of a day: one's own, or with the reason that of `cashier`, who left without closing it.

    `counts` has an entry for each way of paying that is recorded, by its name. `seen` is what was recorded when the
    count was made: where money moved since, the day is not closed. `fields` of a refusal names a way of paying behind
    what is wrong with it: `counted_cash`, `explanation_cash`.
    """

    project = serializers.CharField(max_length=30)
    day = DayInput()
    cashier = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True, default="")
    counts = serializers.DictField(child=CountInput())
    remarks = serializers.ListField(child=RemarkInput(), required=False, max_length=SHOWN)
    handed_to = serializers.CharField(max_length=LONGEST)
    note = serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True, default="")
    seen = serializers.DictField(
        child=AmountInput(max_digits=14, decimal_places=2), required=False, allow_null=True, default=None
    )

    def validate_counts(self, counts: dict[str, dict[str, Any]]) -> dict[str, Count]:
        """Each way of paying is one, and what was counted of it is an amount."""
        return {method: _count(method, given) for method, given in counts.items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find whose day it is, for who may close it, and its receipts. A project that is not one's own is 404."""
        user: User = self.context["request"].user
        project = named_project(user, attrs["project"])
        whose = _whose(user, project, attrs["cashier"], attrs["day"])
        numbers = {one.number: one.pk for one in receipts_of(project, whose.pk, attrs["day"])}
        remarks = attrs.get("remarks", [])
        if any(remark["receipt"] not in numbers for remark in remarks):
            raise serializers.ValidationError({"remarks": [_("There is none of that number or code here.")]})
        said = {numbers[remark["receipt"]]: remark["words"] for remark in remarks}
        return {**attrs, "project": project, "cashier": whose, "remarks": said}


def _count(method: str, given: dict[str, Any]) -> Count:
    if method not in Method.values:
        raise serializers.ValidationError(_("There is none of that number or code here."))
    counted, pieces = given.get("counted"), {piece: n for piece, n in given["pieces"].items() if n}
    if pieces and (method != Method.CASH or not pieces.keys() <= set(PIECES)):
        raise serializers.ValidationError(
            _("Only cash is counted by notes and coins: %(pieces)s.") % {"pieces": ", ".join(PIECES)}
        )
    try:
        found = counted_in_cash(counted, pieces)
    except Invalid as problem:
        raise serializers.ValidationError(str(problem)) from problem
    return Count(counted=found, explanation=given["explanation"], pieces=pieces)


def _whose(user: User, project: Project, name: str, day: date) -> User:
    """The person whose day is closed: whoever asks, or somebody whose till money moved through on that day."""
    if not name or name == user.username:
        require_day_closer(user, project, user)
        return user
    found = User.objects.filter(username=name).first()
    require_day_closer(user, project, found)
    whose = found and who_moved(project, found.pk, day)
    if whose is None:
        raise serializers.ValidationError({"cashier": [_("Nobody of this name moved money on that day.")]})
    return whose


class ReopenInput(serializers.Serializer[Any]):
    """Why a closed day is opened again."""

    reason = serializers.CharField(max_length=500)
