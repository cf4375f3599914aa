"""What beat wakes."""

from celery import shared_task
from django.utils import timezone

from records.work import run_waiting


@shared_task(name="records.tasks.long_work")
def long_work() -> None:
    """Carry out imports, runs and exports that wait."""
    run_waiting(timezone.now())
