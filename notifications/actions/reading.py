"""Read the inbox."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from notifications.models import Message


@transaction.atomic
def mark_read(*, user: User, at: datetime, pks: Iterable[int] | None = None) -> int:
    """Mark messages of the person's inbox as read, all of them where `pks` is None."""
    rows = Message.objects.visible_to(user).unread()
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return rows.update(read_at=at)
