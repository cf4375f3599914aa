"""Lists taken out of the house: small ones at once, large ones once a second person has approved.

How many rows one person may take alone stands on the project. A large export is asked for with a reason; approved, it
is made as long work in the name of who asked, and nobody else finds it. Kinds are added in `AppConfig.ready`.
Source: two people for bulk exports.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.states import Role
from core.errors import NotNow
from core.watch import Watch
from records.actions import store_bytes
from records.approvals import Handler, ask, register_approval
from records.crypto import decrypt, encrypt
from records.leftovers import forget
from records.models import Approval, LongWork, StoredFile
from records.work import finish, register_work, start

KIND = "bulk_export"
# How long a file waits for who asked; who comes later asks again.
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """An export as a file."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Export:
    """A list that can be taken out: what it is called with so many rows, and how it is made from what was asked.

    `make` does it in the name of who asked, asks anew whether they may, and writes it into the audit trail.
    """

    words: Callable[[int], str]
    make: Callable[[Mapping[str, Any], Project, User, datetime], Made]


_EXPORTS: dict[str, Export] = {}


def register_export(name: str, export: Export) -> None:
    """Add a list that can be taken out."""
    _EXPORTS[name] = export


def needs_second_person(project: Project, rows: int) -> bool:
    """Say whether so many rows are more than one person takes out alone."""
    return rows > project.export_alone


def ask_for_export(
    *, project: Project, export: str, asked: Mapping[str, Any], rows: int, reason: str, by: User, at: datetime
) -> Approval:
    """Ask a second person for a large export. Raises like `records.approvals.ask`."""
    digest = hashlib.sha256(json.dumps([by.pk, asked], sort_keys=True, default=str).encode()).hexdigest()
    data = {"export": export, "asked": dict(asked), "rows": rows}
    subject = f"{export} {digest[:16]}"
    return ask(project=project, kind=KIND, subject=subject, data=data, reason=reason, by=by, at=at)


def _carry_out(approval: Approval, by: User, at: datetime) -> None:
    """Put the making in line, in the name of who asked."""
    work = start(
        kind=KIND,
        project=approval.project,
        by=approval.asked_by,
        at=at,
        payload={"approval": approval.pk, **approval.data},
    )
    approval.data = {**approval.data, "work": work.pk}
    approval.save(update_fields=["data"])


def run(work: LongWork, watch: Watch) -> None:
    """Make the file and keep it encrypted: it may hold phone numbers.

    The entry of the audit trail that `make` writes, the file and the end of the work are one transaction: killed before
    its end it is made again, and one export is one entry.
    """
    export = _EXPORTS.get(work.payload["export"])
    if export is None:
        raise NotNow(_("Nobody knows how to carry this out. Tell the administrator."))
    with transaction.atomic():
        made = export.make(work.payload["asked"], work.project, work.by, watch.now)
        sealed = encrypt(base64.b64encode(made.content).decode()).encode()
        stored = store_bytes(
            content=sealed,
            name=made.name,
            content_type=made.content_type,
            project=work.project,
            by=work.by,
            at=watch.now,
        )
        finish(work, result={"token": stored.token}, at=watch.now)


def work_of(approval: Approval) -> LongWork | None:
    """The making of an approved export; None before it is approved."""
    return LongWork.objects.filter(kind=KIND, pk=approval.data.get("work")).first()


def file_of(work: LongWork, at: datetime) -> Made:
    """The finished file. Raises `NotNow` where it is not made yet, or its time is over."""
    if work.state != LongWork.State.DONE or work.finished_at is None:
        raise NotNow(_("This export is not ready."))
    if at > work.finished_at + KEPT:
        raise NotNow(_("This export was kept for seven days and is over. Ask for it again."))
    stored = StoredFile.objects.get(token=work.result["token"])
    with stored.file.open("rb") as stream:
        content = base64.b64decode(decrypt(stream.read().decode()))
    return Made(stored.name, content, stored.content_type)


def forget_over(at: datetime) -> int:
    """Throw away the files of exports whose seven days are over; returns how many. The approval and its audit stay.

    Source: 个人信息保护法 art. 19 (kept no longer than the purpose needs).
    """
    over = LongWork.objects.filter(kind=KIND, state=LongWork.State.DONE, finished_at__lt=at - KEPT)
    tokens = over.annotate(token=KeyTextTransform("token", "result")).values("token")
    return forget(StoredFile.objects.filter(token__in=tokens))


def _words(approval: Approval) -> str:
    export = _EXPORTS.get(approval.data["export"])
    return export.words(approval.data["rows"]) if export else approval.subject


def _page(approval: Approval, reader: User) -> str:
    """Where who asked finds the file; nobody else has anything to look at."""
    mine = approval.asked_by_id == reader.pk and "work" in approval.data
    return reverse("bulk_export", args=[approval.pk]) if mine else ""


def _found(work: LongWork) -> tuple[str, str]:
    export = _EXPORTS.get(work.payload["export"])
    name = export.words(work.payload["rows"]) if export else work.kind
    return name, reverse("bulk_export", args=[work.payload["approval"]])


register_work(KIND, run, _found)
register_approval(
    KIND,
    Handler(
        label=gettext_lazy("Bulk export"),
        words=_words,
        may_decide=(Role.SUPERVISOR, Role.GM),
        carry_out=_carry_out,
        page=_page,
    ),
)
