"""Tell somebody who has no account: an SMS to a number on file, through the outbox like everything else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.models import Project
from cases.models import Case
from notifications.means import Means
from notifications.models import Channel, Message
from notifications.states import ChannelKind, Delivery, Level
from records.bulk import Row, insert

COLUMNS = (
    "key",
    "channel",
    "via_id",
    "address",
    "state",
    "not_before",
    "project_id",
    "case_id",
    "template",
    "data",
    "level",
    "created_at",
)


@dataclass(frozen=True, kw_only=True)
class Sms:
    """One SMS about a case. `key` names the occasion: the same key goes out once."""

    key: str
    case: Case
    address: str
    template: str
    data: Mapping[str, Any]


def sms_channel(project: Project) -> Channel | None:
    """Over which an SMS of the project goes: its own, else the company's; None where none is set up."""
    kinds = (ChannelKind.SMS, ChannelKind.SMS_LOG)
    rows = Channel.objects.filter(Q(project=project) | Q(project=None), is_active=True, kind__in=kinds)
    return rows.order_by(F("project").asc(nulls_last=True), "pk").first()


def send_sms(messages: Iterable[Sms], *, project: Project, channel: Channel, at: datetime) -> int:
    """Put SMS into the outbox in the running transaction; quiet hours hold them back. Returns how many."""
    waits = Means.read().awake(project, Level.INFO, at)
    rows: list[Row] = [
        (
            f"{one.key}:{channel.kind}{channel.pk}",
            channel.kind,
            channel.pk,
            one.address,
            str(Delivery.PENDING),
            waits,
            project.pk,
            one.case.pk,
            one.template,
            {"case": one.case.number, "title": one.case.title, **one.data},
            str(Level.INFO),
            at,
        )
        for one in messages
    ]
    insert(Message, COLUMNS, rows, known_stay=True)
    return len(rows)
