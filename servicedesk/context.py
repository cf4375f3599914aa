"""What the frame of every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from notifications.models import Message
from servicedesk.navigation import entries_for
from servicedesk.places import PLACES
from sla.health import late_beat


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, project, unread messages, the moment, and a red banner where the beat is late."""
    user = getattr(request, "user", None)
    shown: dict[str, Any] = {"now": timezone.now()}  # noqa: TID251  the frame is part of the view
    if not isinstance(user, User) or not user.is_authenticated:
        return shown
    project = getattr(request, "project", None)
    if request.headers.get("HX-Request"):
        return shown | {"project": project}
    return shown | {
        "project": project,
        "projects": getattr(request, "projects", []),
        "nav": entries_for(PLACES, user, project, request.path),
        "unread": Message.objects.visible_to(user).unread().count(),
        "roles": sorted({str(m.get_role_display()) for m in user.active_memberships}),
        "banner": late_beat(shown["now"]) if user.is_office else "",
    }
