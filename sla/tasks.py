"""What beat wakes."""

from celery import shared_task
from django.utils import timezone

from sla.sweeps import run


@shared_task(name="sla.tasks.sweep")
def sweep() -> None:
    """One pass over everything due now."""
    run(timezone.now())
