"""Writes to the records: audit, idempotency, files, search tokens, the audited way past append-only tables."""

import errno
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from core.errors import DomainError, Invalid, KeyReused
from records.images import re_encode
from records.leftovers import note
from records.models import PICTURE, AuditEntry, IdempotencyRecord, SearchToken, StoredFile
from records.search import clean

FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM = gettext_lazy(
    "The server's disk is full, and this was not kept. What you typed is still here: tell the administrator, then try "
    "again."
)
# How long a request's answer is kept for the same request sent again.
ANSWERS_KEPT = timedelta(days=30)
# One statement makes the row, or waits for who is making it and then finds it taken; the ORM says not which.
CLAIM = """
    INSERT INTO records_idempotencyrecord (user_id, scope, key, body_hash, status, answer, at)
    VALUES {rows}
    ON CONFLICT (user_id, scope, key) DO NOTHING
    RETURNING scope, id
"""


class NoRoom(DomainError):
    """The disk has no room for it; nothing was kept."""

    code = "no_room"
    status = 507


def audit(
    *,
    at: datetime,
    by: User | None,
    action: str,
    project: Project | None = None,
    target: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the audit trail."""
    return AuditEntry.objects.create(
        at=at, by=by, project=project, action=action, target=target, reason=reason, data=dict(data or {})
    )


@dataclass(frozen=True)
class Answer:
    """What a request was answered, so that the same request gets it again."""

    status: int
    data: Any
    replayed: bool = False


def body_hash(body: object) -> str:
    """A fingerprint of a request's body, blind to the order of its keys: all values of a field, files by content."""
    plain = dict(body.lists()) if isinstance(body, MultiValueDict) else body
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if not isinstance(value, File):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return {"sha256": digest.hexdigest()}


@transaction.atomic
def once(*, by: User, scope: str, key: str, body: object, at: datetime, act: Callable[[], Answer]) -> Answer:
    """Carry out `act` unless this person's `key` already did so; then give the first answer again.

    The row and what `act` writes are one transaction: neither stands without the other, and of two requests at the
    same moment the second waits for the first. Raises `KeyReused` where the body differs.
    """
    digest = body_hash(body)
    claimed = claim_keys(by, [(scope, key, digest)], at)
    if not claimed:
        return earlier(by, scope, key, digest)
    answer = act()
    answered(claimed.values(), answer.status, answer.data)
    return answer


def earlier_answer(*, by: User, scope: str, key: str) -> Answer | None:
    """What this person's request under a key was answered; None where no such request was carried out."""
    record = IdempotencyRecord.objects.filter(user=by, scope=scope, key=key).first()
    return Answer(status=record.status, data=record.answer["data"], replayed=True) if record and record.answer else None


@transaction.atomic
def forget_answers(at: datetime) -> int:
    """Throw away what requests of more than thirty days ago were answered; returns how many rows went."""
    return IdempotencyRecord.objects.filter(at__lt=at - ANSWERS_KEPT).delete()[0]


def claim_keys(by: User, wanted: Sequence[tuple[str, str, str]], at: datetime) -> dict[str, int]:
    """The rows of keys (scope, key, digest) that nobody has used yet, by their scopes, as soon as that is certain.

    For whoever is in a transaction already: it is what the others wait for.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = ", ".join(["(%s, %s, %s, %s, 0, '{}', %s)"] * len(wanted))
    values = [value for scope, key, digest in wanted for value in (by.pk, scope, key, digest, moment)]
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(rows=rows), values)
        return dict(cursor.fetchall())


def answered(claimed: Iterable[int], status: int, data: object, **more: Any) -> None:
    """Keep the answer beside the keys under which it was asked for."""
    written = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    IdempotencyRecord.objects.filter(pk__in=list(claimed)).update(status=status, answer={"data": written}, **more)


def earlier(by: User, scope: str, key: str, digest: str) -> Answer:
    """What a key was answered before. Raises `KeyReused` where it stood for something else."""
    record = IdempotencyRecord.objects.get(user=by, scope=scope, key=key)
    if record.body_hash != digest:
        raise KeyReused(_("This key was already used for a different request."))
    return Answer(status=record.status, data=record.answer["data"], replayed=True)


@transaction.atomic
def store_image(*, upload: "File[bytes]", project: Project, by: User | None, at: datetime) -> StoredFile:
    """Keep a photo: decoded, turned upright, shrunk, stripped of its metadata and encoded anew.

    Raises `Invalid` for what is no image, is too large, or would unfold to too many pixels.
    """
    content, content_type, extension = re_encode(upload)
    return store_bytes(
        content=content, name=f"{PICTURE}{extension}", content_type=content_type, project=project, by=by, at=at
    )


def store_bytes(
    *, content: bytes, name: str, content_type: str, project: Project, by: User | None, at: datetime
) -> StoredFile:
    """Keep bytes that we made ourselves (a paper, a re-encoded photo, a checked workbook).

    Raises `NoRoom` where the disk is full; then nothing of it is left. Where the transaction is rolled back, the file
    goes too (`records.leftovers`).
    """
    stored = StoredFile(
        project=project,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=at,
        uploaded_by=by,
    )
    extension = name.rpartition(".")[2]
    _keep(stored, f"{stored.token}.{extension}", content)
    note(stored)
    stored.save()
    return stored


def _keep(stored: StoredFile, name: str, content: bytes) -> None:
    try:
        stored.file.save(name, ContentFile(content), save=False)
    except OSError as problem:
        # What was written so far would be a file that nothing points to, on a disk that has no room for it.
        stored.file.storage.delete(stored.file.field.generate_filename(stored, name))
        if problem.errno not in FULL_DISK:
            raise
        raise NoRoom(NO_ROOM) from problem


def index(*, project: Project, kind: str, object_id: int, tokens: Iterable[str], rank: int = 0) -> None:
    """Make the thing findable by exactly `tokens`."""
    index_many(project=project, kind=kind, things={object_id: (tokens, rank)})


@transaction.atomic(savepoint=False)
def index_many(*, project: Project, kind: str, things: Mapping[int, tuple[Iterable[str], int]]) -> None:
    """Make each thing (by its key: tokens, rank) findable by exactly its tokens; what fits already is not written."""
    missing = {pk: clean(tokens) for pk, (tokens, _rank) in things.items()}
    surplus: list[int] = []
    for row in SearchToken.objects.filter(kind=kind, object_id__in=list(things)):
        if row.token in missing[row.object_id]:
            missing[row.object_id].discard(row.token)
        else:
            surplus.append(row.pk)
    if surplus:
        SearchToken.objects.filter(pk__in=surplus).delete()
    SearchToken.objects.bulk_create(
        [
            SearchToken(project=project, kind=kind, object_id=pk, token=token, rank=things[pk][1])
            for pk, tokens in missing.items()
            for token in sorted(tokens)
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def add_tokens(*, project: Project, kind: str, object_id: int, tokens: Iterable[str], rank: int = 0) -> None:
    """Make a new thing findable: one statement, nothing read."""
    SearchToken.objects.bulk_create(
        [
            SearchToken(project=project, kind=kind, object_id=object_id, token=token, rank=rank)
            for token in sorted(clean(tokens))
        ],
        ignore_conflicts=True,
    )


@contextmanager
def unlock_append_only(*, at: datetime, by: User | None, reason: str) -> Iterator[None]:
    """Let append-only rows be changed inside the block (redaction, demo removal); the audit trail says why.

    The block is one transaction with its audit entry: neither stands without the other. Raises `Invalid` without a
    reason.
    """
    if not reason.strip():
        raise Invalid(_("Say why the record is changed."), fields={"reason": _("Required.")})
    with transaction.atomic():
        audit(at=at, by=by, action="append_only.unlocked", reason=reason.strip())
        _set_unlocked(on=True)
        try:
            yield
        except BaseException:
            _forget_unlocked()
            raise
        _set_unlocked(on=False)


def _forget_unlocked() -> None:
    """After a failure: PostgreSQL takes the setting back with the savepoint, SQLite's is ours to take back."""
    if connection.vendor != "postgresql":
        cast(Any, connection).append_only_unlocked = False


def _set_unlocked(*, on: bool) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('servicedesk.unlocked', %s, true)", ["on" if on else ""])
    else:
        cast(Any, connection).append_only_unlocked = on
