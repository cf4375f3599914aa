"""What is left on the disk: files whose rows a rolled-back transaction took back, and pictures that nothing came of.

The latter were sent ahead of a form that nobody sent in the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.files.storage import default_storage
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, ProtectedError, QuerySet

from records.models import PICTURE, StoredFile

log = structlog.get_logger()

# Longer than any request may take: what is younger may still get its row.
YOUNG = timedelta(hours=6)
# How long a picture may wait for its form: longer than a draft is kept, which brings it back.
UNUSED_FOR = timedelta(days=1)
AT_A_TIME = 500


@dataclass(frozen=True)
class Kept:
    """A file on the disk, its token, and the connection to the database over which its row was written."""

    name: str
    token: str
    over: Any


_kept: ContextVar[list[Kept] | None] = ContextVar("kept", default=None)


def note(stored: StoredFile) -> None:
    """Remember within `none_left` that the file is on the disk."""
    kept = _kept.get()
    if kept is not None:
        kept.append(Kept(name=str(stored.file.name), token=stored.token, over=connection.connection))


@contextmanager
def none_left() -> Iterator[None]:
    """Take files off the disk again that were kept within the block and whose rows do not stand at its end."""
    kept: list[Kept] = []
    before = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(before)
        if kept:
            _clear(kept)


def _clear(kept: list[Kept]) -> None:
    # Where the connection broke, nobody knows yet whether the row was written: `sweep` looks later.
    certain = {one.token: one.name for one in kept if one.over is connection.connection}
    try:
        standing = _with_row(certain)
    except Error:
        return
    for token in certain.keys() - standing:
        _drop(certain[token])


def sweep(at: datetime) -> int:
    """Take files off the disk that nothing points to, from killed processes mostly; returns how many.

    Looks at this month's folder and the last one's, and passes over what is younger than six hours.
    """
    gone = 0
    days = (at.replace(day=1) - timedelta(days=2), at, at + timedelta(days=1))  # a folder is named in local time
    for folder in sorted({f"{day:%Y/%m}" for day in days}):
        names = _names(folder)
        for start in range(0, len(names), AT_A_TIME):
            gone += _sweep(
                {name.partition(".")[0]: f"{folder}/{name}" for name in names[start : start + AT_A_TIME]}, at
            )
    return gone


def forget_unused(at: datetime) -> int:
    """Throw away pictures that were sent ahead of a form and hang on nothing a day later; returns how many.

    Source: 个人信息保护法 art. 47 (the purpose was not reached).
    """
    waiting = StoredFile.objects.filter(uploaded_at__lt=at - UNUSED_FOR, name__startswith=PICTURE)
    for holder in _holders():
        waiting = waiting.exclude(Exists(holder))
    return forget(waiting)


def forget(files: QuerySet[StoredFile]) -> int:
    """Throw kept files away, row and file, as far as nothing holds them, the oldest first; returns how many."""
    return sum(_forget(one) for one in files.order_by("pk")[:AT_A_TIME])


def _holders() -> Iterator[QuerySet[Any]]:
    """Per key to a file, of whatever room, the rows that hold the file asked about."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if isinstance(relation, ForeignObjectRel):
            model, name = relation.field.model, relation.field.name
            yield model._base_manager.filter(**{name: OuterRef("pk")})  # noqa: SLF001


def _forget(stored: StoredFile) -> bool:
    """Its row and its file; not where somebody takes it just now, which the database then refuses."""
    try:
        with transaction.atomic():
            stored.delete()
    except (ProtectedError, IntegrityError):
        return False
    _drop(str(stored.file.name))
    return True


def _names(folder: str) -> list[str]:
    try:
        return sorted(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return []


def _sweep(files: dict[str, str], at: datetime) -> int:
    lost = [files[token] for token in files.keys() - _with_row(files)]
    old = [name for name in lost if _is_old(name, at)]
    for name in old:
        _drop(name)
    return len(old)


def _is_old(name: str, at: datetime) -> bool:
    try:
        return at - default_storage.get_modified_time(name) > YOUNG
    except FileNotFoundError:
        return False


def _with_row(files: dict[str, str]) -> set[str]:
    """Those of the tokens that have a row."""
    return set(StoredFile.objects.filter(token__in=files).values_list("token", flat=True))


def _drop(name: str) -> None:
    try:
        default_storage.delete(name)
    except OSError as problem:
        log.warning("leftover_stays", file=name, problem=str(problem))
