"""Tell somebody who has no account: an SMS to a number on file, through the outbox like everything else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_noop

from accounts.models import Project
from cases.models import Case
from notifications.means import Means
from notifications.models import Channel, Message
from notifications.states import ChannelKind, Delivery, Level
from records.bulk import Row, insert

RECALLED = gettext_noop("kept back: it was true no longer")
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
    """Put SMS into the outbox in the running transaction; they wait for decent hours. Returns how many."""
    waits = Means.read().decent(project, at)
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


def recall_sms(*, case: Case, template: str) -> int:
    """Keep back what waits to be sent over a locked case and is true no longer. Returns how many; none goes later."""
    waiting = _waiting(case, template)
    return waiting.update(state=Delivery.FAILED, error=RECALLED)


def keep_back(*, case: Case, user_ids: Iterable[int]) -> int:
    """Keep back what waits to be sent over a locked case to people whom it passes by now. Returns how many."""
    theirs = Message.objects.filter(case=case, user__in=list(user_ids))
    theirs.filter(to_plan=True).update(to_plan=False)
    return theirs.filter(state=Delivery.PENDING).update(state=Delivery.FAILED, error=RECALLED)


def amend_sms(*, case: Case, template: str, **data: Any) -> int:
    """Let what waits to be sent over a locked case say what is true now. Returns how many."""
    rows = list(_waiting(case, template).select_for_update(skip_locked=True, of=("self",)))
    for row in rows:
        row.data = {**row.data, **data}
    return Message.objects.bulk_update(rows, ["data"]) if rows else 0


def _waiting(case: Case, template: str) -> QuerySet[Message]:
    return Message.objects.filter(case=case, template=template, user=None, state=Delivery.PENDING)
