"""Sentences about tickets in the reader's language: why somebody pays, what happened, what is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.registry import Label
from cases.sentences import readable
from tickets.models import Ticket
from tickets.rules import Why
from tickets.states import Charge, CountsFrom, Period

EVENTS: dict[str, Label] = {
    "ticket.opened": gettext_lazy("Taken: %(title)s"),
    "ticket.dispatched": gettext_lazy("Sent %(technician)s; agreed time: %(agreed)s."),
    "ticket.accepted": gettext_lazy("%(technician)s accepted the job."),
    "ticket.arrived": gettext_lazy("%(technician)s arrived."),
    "ticket.feedback": gettext_lazy("Told the resident."),
    "ticket.quoted": gettext_lazy("Quoted ¥%(total)s."),
    "ticket.quote_accepted": gettext_lazy("The resident accepted ¥%(total)s, %(how)s."),
    "ticket.parts_added": gettext_lazy("Added parts and hours: %(names)s."),
    "ticket.completed": gettext_lazy("Finished the work."),
    "ticket.answered": gettext_lazy("Answered."),
    "ticket.leak_test_begun": gettext_lazy("The leak test began."),
    "ticket.leak_test_ended": gettext_lazy("The leak test ended."),
    "ticket.held": gettext_lazy("The work waits."),
    "ticket.resumed": gettext_lazy("Went on."),
    "ticket.returned": gettext_lazy("%(technician)s returned the job."),
    "ticket.closed": gettext_lazy("Closed."),
    "ticket.reopened": gettext_lazy("Opened again."),
    "ticket.cancelled": gettext_lazy("Cancelled."),
    "ticket.recategorised": gettext_lazy("Sorted anew: %(after)s instead of %(before)s."),
    "ticket.contact_amended": gettext_lazy("Mended the contact or the convenient time."),
    "ticket.charge_overridden": gettext_lazy("Decided otherwise: %(charge)s."),
    "ticket.charge_reviewed": gettext_lazy("Looked again who pays: %(charge)s."),
    "bill.raised": gettext_lazy("Bill %(bill)s: ¥%(amount)s."),
    "bill.paid": gettext_lazy("Paid ¥%(amount)s of bill %(bill)s, %(how)s."),
    "bill.payment_reversed": gettext_lazy("A payment of ¥%(amount)s for bill %(bill)s was reversed."),
    "bill.waived": gettext_lazy("¥%(amount)s of bill %(bill)s was waived."),
    "bill.waiver_reversed": gettext_lazy("The waiver of ¥%(amount)s of bill %(bill)s was taken back."),
    "bill.voided": gettext_lazy("Bill %(bill)s was made void."),
    "bill.to_give_back": gettext_lazy(
        "Free, but ¥%(amount)s was paid for bill %(bill)s: reverse receipt %(receipt)s to give it back."
    ),
    "ticket.signed": gettext_lazy("The customer signed."),
    "ticket.joined": gettext_lazy("The same matter as %(other)s."),
    "ticket.dispatch_undone": gettext_lazy("Took the job back from %(technician)s: the dispatch was undone."),
    "ticket.hold_undone": gettext_lazy("Undid the hold: the work goes on."),
    "ticket.category_undone": gettext_lazy("Undid the new sorting: %(after)s again, not %(before)s."),
}

MESSAGES: dict[str, Label] = {
    "ticket.urgent": gettext_lazy("Urgent: %(case)s %(title)s"),
    "ticket.taken_away": gettext_lazy("%(case)s was given to somebody else: %(title)s"),
    "ticket.taken_back": gettext_lazy("You need not go to %(case)s any more, it was taken back: %(title)s"),
    "ticket.given_back": gettext_lazy("%(case)s is yours again: %(title)s"),
    "ticket.returned": gettext_lazy("%(technician)s returned %(case)s: %(reason)s"),
    "ticket.reopened": gettext_lazy("%(case)s was opened again: %(reason)s"),
    "ticket.asked": gettext_lazy("%(case)s waits for your answer: %(title)s"),
    "ticket.answered": gettext_lazy("%(case)s was answered; tell %(who)s: %(text)s"),
    "ticket.cancelled": gettext_lazy("%(case)s was cancelled: %(reason)s"),
}


def _day(raw: str) -> str:
    return formats.date_format(date.fromisoformat(raw), "DATE_FORMAT")


def _span(reason: Mapping[str, Any]) -> str:
    length = int(reason.get("length", 0))
    if reason.get("period") == Period.HEATING_SEASONS:
        return ngettext("%(count)d heating season", "%(count)d heating seasons", length) % {"count": length}
    if reason.get("period") == Period.DESIGN_LIFE:
        return _("the design life of %(count)d years") % {"count": length}
    return ngettext("%(count)d year", "%(count)d years", length) % {"count": length}


def _dates(reason: Mapping[str, Any]) -> dict[str, str]:
    names = {"part": str(readable(reason.get("part") or {})), "span": _span(reason)}
    if "until" in reason:
        names |= {"until": _day(reason["until"]), "counted_from": _day(reason["counted_from"])}
    handover = reason.get("counts_from") == CountsFrom.HANDOVER
    return names | {"event": _("the handover") if handover else _("the completion acceptance")}


def why(reason: Mapping[str, Any]) -> str:
    """Say why a ticket is free, paid or undecided by the rule, from the decision kept with it.

    Who pays is said beside it, and not once more.
    """
    patterns = {
        Why.WITHIN: _("“%(part)s” is under warranty until %(until)s (%(span)s from %(event)s on %(counted_from)s)."),
        Why.EXPIRED: _("The warranty of “%(part)s” ended on %(until)s (%(span)s from %(event)s on %(counted_from)s)."),
        Why.NO_DATE: _(
            "The date of %(event)s is missing in the register of this unit. "
            "Fill it in there and look again, or let a supervisor decide."
        ),
        Why.NO_PART: _("The category names no part of the building. Choose a category or let a supervisor decide."),
        Why.COMMON_PARTS: _("Common parts."),
        Why.CATEGORY_FREE: _("This category is always free."),
        Why.CATEGORY_PAID: _("This category is charged by the price list."),
        Why.ANSWERED: _("An answer costs nothing."),
        Why.TAKEN_OVER: _("Taken over from a former system."),
    }
    pattern = patterns.get(reason.get("why", ""))
    return pattern % _dates(reason) if pattern else ""


def charge_grounds(ticket: Ticket) -> str:
    """Say why, where who pays stands beside it; an override names its reason."""
    if ticket.charge_overridden_by is None:
        return why(ticket.charge_reason)
    return _("%(who)s decided so because: %(reason)s") % {
        "who": ticket.charge_overridden_by,
        "reason": ticket.charge_override_reason,
    }


def charge_sentence(ticket: Ticket) -> str:
    """Say who pays for the ticket and why, in one."""
    grounds = charge_grounds(ticket)
    return _("%(charge)s: %(why)s") % {"charge": Charge(ticket.charge).label, "why": grounds} if grounds else ""
