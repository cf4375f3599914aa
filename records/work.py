"""Long work: a row that a worker claims, runs and finishes; killed anywhere, it is claimed again.

Kinds of work are added in `AppConfig.ready`. A runner makes its own transactions and calls `finish` in the last of
them, so that what it wrote and the row's end are one fact: a second run finds either both or neither. The lease that
a worker last wrote is its claim: whose lease ran out and was taken over can neither finish nor fail the work.

Whoever started it may stop it. Waiting work is taken out of the line; running work learns of it where its runner calls
`report` or `go_on` (between batches), and at the latest in `finish`: each raises `StoppedError`, and what the
transaction wrote is rolled back. A runner that commits batches keeps with each (`keep`) what it came to, goes on from
there when it is claimed again, and says in that error what stays.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import DomainError, NotNow
from core.watch import Watch
from records.models import LongWork, StoredFile

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=10)
OPEN = (LongWork.State.WAITING, LongWork.State.RUNNING)
Runner = Callable[[LongWork, Watch], None]
# How one finds a work again: its name, and the address of its page.
Found = Callable[[LongWork], tuple[str, str]]
_RUNNERS: dict[str, Runner] = {}
_FOUND: dict[str, Found] = {}
LISTED = 20


class StoppedError(NotNow):
    """Whoever started the work asked to stop it; the words say what stays of it."""

    code = "stopped"


def register_work(kind: str, runner: Runner, found: Found | None = None) -> None:
    """Say who carries out a kind of work, and how a person finds it again."""
    _RUNNERS[kind] = runner
    if found is not None:
        _FOUND[kind] = found


def running_of(user: User) -> list[tuple[LongWork, str, str]]:
    """The person's own work that waits or runs, each with its name and its page, newest first."""
    own = LongWork.objects.filter(by=user, state__in=OPEN, kind__in=list(_FOUND)).order_by("-created_at")
    return [(work, *_FOUND[work.kind](work)) for work in own[:LISTED]]


def start(
    *, kind: str, project: Project, by: User, at: datetime, payload: Mapping[str, Any], source: StoredFile | None = None
) -> LongWork:
    """Put work in line; the next wake-up of a worker takes it."""
    return LongWork.objects.create(
        kind=kind, project=project, by=by, payload=dict(payload), source=source, created_at=at
    )


def report(work: LongWork, *, done: int, total: int, at: datetime) -> None:
    """Say how far the work is and keep the claim on it. Outside a transaction, or nobody sees it before the end.

    Raises `NotNow` where somebody else has the work by now.
    """
    go_on(work)
    if not _claimed(work).update(done=done, total=total, leased_until=at + LEASE):
        raise NotNow(_("This work was already finished or stopped."))
    work.done, work.total, work.leased_until = done, total, at + LEASE


def keep(work: LongWork, *, result: Mapping[str, Any]) -> None:
    """Keep what a batch came to, in the transaction that wrote it: whoever claims the work again goes on from there.

    Raises `NotNow` where somebody else has the work by now; the transaction must not stand.
    """
    if not _claimed(work).update(result=dict(result)):
        raise NotNow(_("This work was already finished or stopped."))
    work.result = dict(result)


def finish(work: LongWork, *, result: Mapping[str, Any], at: datetime) -> None:
    """Mark the work done, in the transaction that wrote its outcome.

    Raises:
        StoppedError: it was asked to stop; the transaction must not stand.
        NotNow: somebody else finished or stopped it meanwhile; the transaction must not stand.
    """
    ended = {"state": LongWork.State.DONE, "result": dict(result), "finished_at": at, "done": work.total}
    if not _claimed(work).filter(cancel_asked=False).update(**ended):
        go_on(work)
        raise NotNow(_("This work was already finished or stopped."))


def go_on(work: LongWork) -> None:
    """Ask between two batches whether to go on. Raises `StoppedError` where the work was asked to stop."""
    if LongWork.objects.filter(pk=work.pk, cancel_asked=True).exists():
        raise StoppedError(_("Stopped. Nothing was written."))


def _claimed(work: LongWork) -> QuerySet[LongWork]:
    """The row while this worker's claim on it stands."""
    return LongWork.objects.filter(pk=work.pk, state=LongWork.State.RUNNING, leased_until=work.leased_until)


def stop(work: LongWork, *, at: datetime) -> bool:
    """Take waiting work out of the line, or ask the worker that has it to stop; False where it has ended already."""
    words = _("Stopped. Nothing was written.")
    waiting = LongWork.objects.filter(pk=work.pk, state=LongWork.State.WAITING)
    if waiting.update(state=LongWork.State.CANCELLED, finished_at=at, cancel_asked=True, error=words):
        return True
    running = LongWork.objects.filter(pk=work.pk, state=LongWork.State.RUNNING)
    return bool(running.update(cancel_asked=True))


def run_waiting(at: datetime) -> dict[str, int]:
    """Carry out all work that waits, or whose worker died; returns how many were done, and failed or were stopped."""
    counts = {"done": 0, "failed": 0}
    watch = Watch(at)
    while (work := _claim(watch.now)) is not None:
        language = work.by.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(work.project.tz), _only_what_is_new():
            counts["done" if _run(work, watch) else "failed"] += 1
    return counts


@contextmanager
def _only_what_is_new() -> Iterator[None]:
    """Meanwhile Python looks for rubbish in what the work makes alone: going through all of the house took a third."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _claim(at: datetime) -> LongWork | None:
    """Take the oldest work nobody holds; of two workers one gets it."""
    free = Q(state=LongWork.State.WAITING) | Q(state=LongWork.State.RUNNING, leased_until__lt=at)
    waiting = LongWork.objects.filter(free, kind__in=list(_RUNNERS)).order_by("created_at")
    for pk in list(waiting.values_list("pk", flat=True)):
        if LongWork.objects.filter(free, pk=pk).update(state=LongWork.State.RUNNING, leased_until=at + LEASE):
            return LongWork.objects.select_related("by", "project", "source").get(pk=pk)
    return None


def _run(work: LongWork, watch: Watch) -> bool:
    try:
        # What has written something already says itself what stays of it.
        if not work.result:
            go_on(work)
        _RUNNERS[work.kind](work, watch)
    except StoppedError as stopped:
        _claimed(work).update(state=LongWork.State.CANCELLED, error=str(stopped), finished_at=watch.now)
        return False
    except DomainError as refusal:
        _fail(work, str(refusal), watch.now)
        return False
    except Exception:
        if not connection.is_usable():
            raise  # the database is away: the row says that the work runs, and whoever finds its lease over goes on
        log.exception("long_work_failed", kind=work.kind, work=work.pk)
        _fail(work, _broken(work), watch.now)
        return False
    return True


def _broken(work: LongWork) -> str:
    if work.result:
        return _("Something went wrong on our side. What was done before stays. Please tell the administrator.")
    return _("Something went wrong on our side, and nothing was written. Please tell the administrator.")


def _fail(work: LongWork, sentence: str, at: datetime) -> None:
    _claimed(work).update(state=LongWork.State.FAILED, error=sentence, finished_at=at)
