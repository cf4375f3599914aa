"""Pages of telling: the inbox, who was told what, who is away."""

from notifications.views.inbox import frame_for

__all__ = ["frame_for"]
