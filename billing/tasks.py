"""What beat wakes."""

from celery import shared_task
from django.utils import timezone

from billing.actions.proving import prove_all


@shared_task(name="billing.tasks.prove_books")
def prove_books() -> None:
    """Prove the books of every project once a night."""
    prove_all(timezone.now())
