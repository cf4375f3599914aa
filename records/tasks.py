"""What beat wakes."""

from celery import shared_task
from django.utils import timezone

from records.drafts import purge
from records.leftovers import forget_unused, sweep
from records.work import run_waiting


@shared_task(name="records.tasks.long_work")
def long_work() -> None:
    """Carry out imports, runs and exports that wait."""
    run_waiting(timezone.now())


@shared_task(name="records.tasks.forget_drafts")
def forget_drafts() -> None:
    """Throw away what was begun and never sent, once a shift is over."""
    purge(timezone.now())


@shared_task(name="records.tasks.clear_leftovers")
def clear_leftovers() -> None:
    """Take files off the disk whose request was killed before it kept their rows, and pictures that nothing came of."""
    sweep(timezone.now())
    forget_unused(timezone.now())
