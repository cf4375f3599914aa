"""What beat wakes."""

from celery import shared_task
from django.utils import timezone

from notifications.actions import PATIENCE
from sla.sweeps import GRACE, run


@shared_task(name="sla.tasks.sweep")
def sweep() -> None:
    """One pass over everything due two seconds ago; a slow channel keeps the rest of the outbox for the next one."""
    run(timezone.now(), sending=PATIENCE, grace=GRACE)
