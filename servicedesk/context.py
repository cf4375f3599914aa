"""What the frame of every page shows."""

from functools import partial
from typing import Any

from django.db.models import IntegerField, Subquery
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Project, User
from accounts.states import Role
from cases.queries import newest_event
from core.kept import kept
from notifications.models import Message
from servicedesk.navigation import counts_for, entries_for
from servicedesk.places import PLACES
from sla.health import Beat, last_beat, trouble

# Counts are read anew when anything happened; this bounds how long one that only time changes may lag.
KEPT_SECONDS = 10


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, project, unread messages, the moment, and a red banner where the beat is late."""
    user = getattr(request, "user", None)
    shown: dict[str, Any] = {"now": timezone.now()}  # noqa: TID251  the frame is part of the view
    if not isinstance(user, User) or not user.is_authenticated:
        return shown
    project = getattr(request, "project", None)
    if request.headers.get("HX-Request"):
        return shown | {"project": project}
    newest, unread = _moving(user)
    counts, beat = around(user, project, newest)
    return shown | {
        "project": project,
        "projects": getattr(request, "projects", []),
        "nav": entries_for(PLACES, user, project, request.path, counts),
        "unread": unread,
        "roles": sorted({str(m.get_role_display()) for m in user.active_memberships}),
        "banner": trouble(beat, shown["now"], for_admin=is_admin(user)) if user.is_office else "",
    }


def is_admin(user: User) -> bool:
    """Say whether the person administers a project or all of them."""
    return user.is_superuser or any(held.role == Role.ADMIN for held in user.active_memberships)


class HowMany(Subquery):
    """How many rows a subquery finds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) found)"
    output_field = IntegerField()


def _moving(user: User) -> tuple[int, int]:
    """The key of the newest event of all, and how many messages the person has not read; one statement."""
    unread = Message.objects.visible_to(user).unread().values("pk")
    asked = User.objects.filter(pk=user.pk).values_list(Subquery(newest_event().values("pk")), HowMany(unread))
    newest, count = asked.get()
    return newest or 0, count


def around(user: User, project: Project | None, newest: int) -> tuple[dict[str, int], Beat]:
    """What waits at the entries of the navigation, and how the sweep last ran; kept while nothing happens."""
    key = f"around:{user.pk}:{project.pk if project else 0}:{newest}"
    return kept(key, partial(_read, user, project), seconds=KEPT_SECONDS)


def _read(user: User, project: Project | None) -> tuple[dict[str, int], Beat]:
    return counts_for(PLACES, user, project) if project else {}, last_beat()
