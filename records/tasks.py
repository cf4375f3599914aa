"""What beat wakes."""

from threading import Lock

from celery import shared_task
from django.utils import timezone

from records.actions import forget_answers
from records.drafts import purge
from records.exports import forget_over
from records.leftovers import forget_unused, sweep
from records.work import run_waiting

# Where threads of one worker do everything, the others stay free for deadlines and messages.
_AT_WORK = Lock()


@shared_task(name="records.tasks.long_work")
def long_work() -> None:
    """Carry out imports, runs and exports that wait, unless another thread is at it."""
    if not _AT_WORK.acquire(blocking=False):
        return
    try:
        run_waiting(timezone.now())
    finally:
        _AT_WORK.release()


@shared_task(name="records.tasks.forget_drafts")
def forget_drafts() -> None:
    """Throw away what was begun and never sent, once a shift is over."""
    purge(timezone.now())


@shared_task(name="records.tasks.clear_leftovers")
def clear_leftovers() -> None:
    """Take away what outlived its purpose.

    Files whose request was killed before it kept their rows, pictures that nothing came of, exports after seven days,
    and what requests were answered after thirty.
    """
    sweep(timezone.now())
    forget_unused(timezone.now())
    forget_over(timezone.now())
    forget_answers(timezone.now())
