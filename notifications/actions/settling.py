"""A person decides about what the desk cannot know: it arrived, or it is to be sent once more."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed, NotNow
from core.words import reason_of
from notifications.actions.planning import address_of
from notifications.models import IN_APP, Message
from notifications.permissions import can_settle
from notifications.queries import channel_words
from notifications.states import Delivery
from records.actions import audit


class Verdict(StrEnum):
    """What a person says of a message."""

    DELIVERED = "delivered"
    AGAIN = "again"


SETTLED = {Verdict.DELIVERED: (Delivery.UNKNOWN,), Verdict.AGAIN: (Delivery.UNKNOWN, Delivery.FAILED)}


@transaction.atomic
def settle(*, message: Message, verdict: Verdict, reason: str, by: User, at: datetime) -> int:
    """Mark a message as delivered or have it sent again, with everything of its digest. Returns how many.

    Raises `NotAllowed`, `Invalid` without a reason, and `NotNow` where it is known what became of it or where there
    is still no address. The audit trail says who did it and why.
    """
    if not can_settle(by, message):
        raise NotAllowed(_("Only supervisors, managers and administrators settle messages."))
    why = reason_of(reason, _("Say how you know, or why it is sent again."))
    alike = Q(pk=message.pk) | (Q(told_with=message.told_with_id) if message.told_with_id else Q())
    rows = list(Message.objects.select_for_update(of=("self",)).filter(alike).select_related("user").order_by("pk"))
    if any(row.state not in SETTLED[verdict] or row.channel == IN_APP for row in rows):
        raise NotNow(_("It is known by now what became of this message."))
    if verdict == Verdict.DELIVERED:
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(state=Delivery.SENT, sent_at=at)
    else:
        _send_again(rows, at)
    audit(
        at=at,
        by=by,
        action=f"message.{verdict}",
        project=message.project,
        target=message.case.number if message.case else message.key,
        reason=why,
        data={"channel": channel_words(message), "to": str(message.user or ""), "count": len(rows)},
    )
    return len(rows)


def _send_again(rows: list[Message], at: datetime) -> None:
    """Back to waiting, under another key for the gateway, to where the person is reached today."""
    first = rows[0]
    address = first.address
    if first.via_id is not None and first.user is not None:
        address = address_of(first.channel, first.user)
        if not address:
            raise NotNow(_("There is still no address of %(name)s on file.") % {"name": first.user})
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Delivery.PENDING,
        attempt=F("attempt") + 1,
        not_before=at,
        address=address,
        told_with=None,
        leased_until=None,
        error="",
    )
