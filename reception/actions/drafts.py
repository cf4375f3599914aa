"""Forms that were begun: kept while somebody types, thrown away when they are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import NotAllowed
from reception.models import Draft
from reception.permissions import can_receive

KEPT_FOR = timedelta(hours=12)
MOST = 9


@transaction.atomic
def save_draft(*, key: str, project: Project, data: Mapping[str, str], by: User, at: datetime) -> Draft:
    """Keep what was typed into one form; what is older than a shift is thrown away, and all but the last nine."""
    if not can_receive(by, project.pk):
        raise NotAllowed(_("Only the desk and its supervisors take calls and visitors."))
    draft, _new = Draft.objects.update_or_create(
        user=by, key=key, defaults={"project": project, "data": dict(data), "saved_at": at}
    )
    mine = Draft.objects.filter(user=by)
    mine.filter(saved_at__lt=at - KEPT_FOR).delete()
    kept = list(mine.order_by("-saved_at", "-pk").values_list("pk", flat=True)[:MOST])
    mine.exclude(pk__in=kept).delete()
    return draft


@transaction.atomic
def drop_draft(*, key: str, by: User) -> None:
    """Throw a draft away: it was sent, or is not wanted."""
    Draft.objects.filter(user=by, key=key).delete()
