"""Tickets as JSON, and what the verbs take. Input becomes clean Python values here; nothing is written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from accounts.models import Project
from accounts.queries import colleagues
from billing.queries.free import taken_for
from cases.models import Case
from cases.permissions import reads_all
from cases.rules import LONGEST
from cases.serializers import CaseSerializer, NewCaseInput, Verb, photos_of, shown_user
from cases.states import PhotoLabel, Urgency
from records.amounts import AmountInput
from records.parsing import MomentInput
from tickets.actions import Contact, Line, NewTicket
from tickets.models import Category, Job, PriceItem, Ticket, WorkLine
from tickets.queries import payable, price_list
from tickets.sentences import charge_sentence
from tickets.states import AcceptedBy, Charge, ItemKind, Kind, State


class JobSerializer(serializers.ModelSerializer[Job]):
    """One dispatched visit."""

    technician = serializers.SerializerMethodField()
    ended_reason = serializers.SerializerMethodField()

    def get_technician(self, job: Job) -> str | None:
        """Who was sent."""
        return shown_user(job.technician, self.context["request"].user)

    def get_ended_reason(self, job: Job) -> str:
        """Why it was returned or cancelled; colleagues say that to each other."""
        return job.ended_reason if reads_all(self.context["request"].user, job.ticket.case) else ""

    class Meta:
        model = Job
        fields = [
            "number",
            "technician",
            "state",
            "window_from",
            "window_to",
            "dispatched_at",
            "accepted_at",
            "arrived_at",
            "finished_at",
            "ended_at",
            "ended_reason",
        ]


class WorkLineSerializer(serializers.ModelSerializer[WorkLine]):
    """A part or hours of work, quoted or done."""

    class Meta:
        model = WorkLine
        fields = ["name", "kind", "unit", "quantity", "unit_price", "amount", "is_quote"]


class TicketSerializer(CaseSerializer):
    """A ticket in a list: the case and what sorts it."""

    description = serializers.CharField(source="ticket.description")
    category_label = serializers.CharField(source="ticket.category.name", default=None, allow_null=True)
    preferred_from = serializers.DateTimeField(source="ticket.preferred_from", allow_null=True)
    preferred_to = serializers.DateTimeField(source="ticket.preferred_to", allow_null=True)
    charge = serializers.CharField(source="ticket.charge")
    form = serializers.CharField(source="ticket.form")
    quote = serializers.CharField(source="ticket.quote")
    leak_test_begun_at = serializers.DateTimeField(source="ticket.leak_test_begun_at", allow_null=True)
    leak_test_ended_at = serializers.DateTimeField(source="ticket.leak_test_ended_at", allow_null=True)
    completed_at = serializers.DateTimeField(source="ticket.completed_at", allow_null=True)

    class Meta(CaseSerializer.Meta):
        fields = [
            *CaseSerializer.Meta.fields,
            "description",
            "category_label",
            "preferred_from",
            "preferred_to",
            "charge",
            "form",
            "quote",
            "leak_test_begun_at",
            "leak_test_ended_at",
            "completed_at",
        ]
        read_only_fields = fields


class TicketDetailSerializer(TicketSerializer):
    """One ticket with everything about it."""

    charge_reason = serializers.SerializerMethodField()
    quote_accepted_at = serializers.DateTimeField(source="ticket.quote_accepted_at", allow_null=True)
    quote_accepted_how = serializers.CharField(source="ticket.quote_accepted_how")
    report = serializers.CharField(source="ticket.report")
    hours = serializers.DecimalField(source="ticket.hours", max_digits=6, decimal_places=2, allow_null=True)
    payable = serializers.SerializerMethodField()
    give_back = serializers.SerializerMethodField()
    jobs = JobSerializer(source="ticket.jobs", many=True)
    lines = serializers.SerializerMethodField()
    callbacks = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()
    joined_to = serializers.CharField(source="ticket.joined_to.case.number", default=None, allow_null=True)

    class Meta(TicketSerializer.Meta):
        fields = [
            *TicketSerializer.Meta.fields,
            "charge_reason",
            "quote_accepted_at",
            "quote_accepted_how",
            "report",
            "hours",
            "payable",
            "give_back",
            "jobs",
            "lines",
            "callbacks",
            "photos",
            "joined_to",
        ]
        read_only_fields = fields

    def get_charge_reason(self, case: Case) -> str:
        """Who pays and why, as a sentence; a supervisor's reason is told to the staff."""
        if case.ticket.charge_overridden_at is not None and not reads_all(self.reader, case):
            return str(Charge(case.ticket.charge).label)
        return charge_sentence(case.ticket)

    def get_payable(self, case: Case) -> str:
        """What the resident owes for it, in yuan."""
        return str(payable(case.ticket, self._lines(case)))

    def get_give_back(self, case: Case) -> list[dict[str, str]]:
        """What was paid though the work is free, in yuan: each receipt is to be reversed to give it back."""
        free = case.ticket.charge == Charge.FREE and case.ticket.charge_overridden_at is not None
        reads = reads_all(self.reader, case)
        return [kept.data for kept in taken_for(case)] if reads and (free or case.state == State.CANCELLED) else []

    def get_lines(self, case: Case) -> list[dict[str, Any]]:
        """Parts and hours that count now."""
        return [dict(row) for row in WorkLineSerializer(self._lines(case), many=True).data]

    def _lines(self, case: Case) -> list[WorkLine]:
        """The lines that count now, read once."""
        return [line for line in case.ticket.lines.all() if line.replaced_at is None]

    def get_callbacks(self, case: Case) -> list[str]:
        """Numbers of its callbacks that the reader may see."""
        seen = Case.objects.visible_to(self.reader)
        return list(seen.filter(parent=case, kind="callback").order_by("pk").values_list("number", flat=True))

    def get_photos(self, case: Case) -> list[dict[str, str]]:
        """Pictures, with the addresses under which their readers get them."""
        return photos_of(case, self.reader)


# --- what comes in ---------------------------------------------------------------------------------------------------
class LeakTestVerb(Verb):
    """What the leak test showed; where it still leaks, the ticket is opened again."""

    result = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    leaks = serializers.BooleanField(required=False, default=False)


class AcceptQuoteVerb(Verb):
    """How the resident accepted."""

    how = serializers.ChoiceField(choices=AcceptedBy.choices, required=False, default=AcceptedBy.IN_PERSON)


class OverrideVerb(Verb):
    """Who pays, decided otherwise."""

    charge = serializers.ChoiceField(choices=[Charge.FREE, Charge.PAID])
    reason = serializers.CharField(max_length=500)


class DispatchVerb(Verb):
    """Whom to send and when: `technician` is a username, `from` and `to` the agreed time."""

    technician = serializers.CharField(max_length=150)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add `from` and `to`, whose names Python keeps for itself."""
        moments = {name: MomentInput(required=False, allow_null=True, default=None) for name in ("from", "to")}
        return {**super().get_fields(), **moments}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the ends of the agreed time the names the action knows; find the technician."""
        attrs["window_from"], attrs["window_to"] = attrs.pop("from"), attrs.pop("to")
        technician = colleagues(self.context["request"].user).filter(username=attrs["technician"]).first()
        if technician is None:
            raise serializers.ValidationError({"technician": [_("Not one of the technicians.")]})
        attrs["technician"] = technician
        return attrs


class LineInput(serializers.Serializer[Any]):
    """A line: `item` is a code of the price list; else name and unit price in yuan."""

    item = serializers.CharField(max_length=40, required=False)
    name = serializers.CharField(max_length=100, required=False, default="")
    unit = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    quantity = AmountInput(max_digits=7, decimal_places=2, min_value=Decimal("0.01"))
    unit_price = AmountInput(max_digits=7, decimal_places=2, min_value=Decimal(0), required=False)
    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False, default=ItemKind.MATERIAL)


class LinesVerb(Verb):
    """A verb with lines; they become the actions' `Line`s with `lines_for`."""

    lines = LineInput(many=True, max_length=50, required=False, default=list)  # type: ignore[call-arg]
    hours = AmountInput(max_digits=5, decimal_places=2, min_value=Decimal(0), required=False)


class CompleteVerb(Verb):
    """What was done; `parts` left out on a paid job means as quoted."""

    report = serializers.CharField(max_length=LONGEST)
    parts = LineInput(many=True, max_length=50, required=False)  # type: ignore[call-arg]
    hours = AmountInput(max_digits=5, decimal_places=2, min_value=Decimal(0), required=False)


class OnePicture(serializers.FileField):
    """A picture; several under the one name are refused, for all but the last would be lost without a word."""

    default_error_messages = {
        "several": gettext_lazy("Several photos came at once and none was kept. Send them one by one.")
    }

    def get_value(self, dictionary: Any) -> Any:
        """All that came under the name where there are several."""
        several = dictionary.getlist(self.field_name) if isinstance(dictionary, MultiValueDict) else []
        return several if len(several) > 1 else super().get_value(dictionary)

    def to_internal_value(self, data: Any) -> Any:
        """The picture."""
        if isinstance(data, list):
            self.fail("several")
        return super().to_internal_value(data)


class PhotoVerb(Verb):
    """A picture and what it shows."""

    photo = OnePicture()
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=PhotoLabel.choices, required=False, default=PhotoLabel.INTAKE
    )


class SignatureVerb(Verb):
    """The customer's signature as a picture."""

    signature = OnePicture()


class UndoVerb(Verb):
    """Why a colleague's deed is taken back; for one's own nothing needs to be said."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class JoinVerb(Verb):
    """The ticket that is the same matter."""

    original = serializers.CharField(max_length=30)


class CallerVerb(Verb):
    """Somebody else who reported the same."""

    contact_name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class CategoryVerb(Verb):
    """What it is about after all."""

    category = serializers.CharField(max_length=40)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the category."""
        attrs["category"] = Category.objects.filter(active=True, code=attrs["category"]).first()
        if attrs["category"] is None:
            raise serializers.ValidationError({"category": [_("There is none of that number or code here.")]})
        return attrs


class ContactVerb(Verb):
    """Whom to ask, where, and when it suits them; what is left out stays as it is."""

    contact_name = serializers.CharField(source="name", max_length=100, allow_blank=True)
    contact_phone = serializers.CharField(source="phone", max_length=20, allow_blank=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    preferred_from = MomentInput(required=False, allow_null=True)
    preferred_to = MomentInput(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gather what is mended; what was not sent stays as it is."""
        happened_at = attrs.pop("happened_at", None)
        return {"contact": Contact(**attrs), "happened_at": happened_at}


def lines_for(project: Project, rows: list[dict[str, Any]]) -> list[Line]:
    """Lines with their items of the project's price list. Raises `ValidationError` for an unknown code."""
    items: dict[str, PriceItem] = {item.code: item for item in price_list(project)} if rows else {}
    unknown = [row["item"] for row in rows if row.get("item") and row["item"] not in items]
    if unknown:
        raise serializers.ValidationError({"lines": [_("Not in the price list: %(codes)s") % {"codes": unknown[0]}]})
    return [Line(**{**row, "item": items.get(row.get("item", ""))}) for row in rows]


class NewTicketInput(NewCaseInput):
    """What somebody brought; room and words are enough."""

    kind = serializers.ChoiceField(choices=Kind.choices, required=False, default=Kind.REPAIR)
    category = serializers.CharField(max_length=40, required=False, allow_blank=True, allow_null=True)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, allow_blank=True, default="")
    preferred_from = MomentInput(required=False, allow_null=True, default=None)
    preferred_to = MomentInput(required=False, allow_null=True, default=None)

    def links(self, project: Project, attrs: Mapping[str, Any]) -> dict[str, QuerySet[Any]]:
        """Its category, too."""
        categories = Category.objects.filter(active=True, code=attrs.get("category") or "")
        return {**super().links(project, attrs), "category": categories}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The ticket as the action takes it."""
        return {"new": NewTicket(**super().validate(attrs))}


def ticket_of(case: Case) -> Ticket:
    """The ticket of a case, holding on to the case that was read."""
    ticket = case.ticket
    ticket.case = case
    return ticket
