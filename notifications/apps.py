"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Messages."""

    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Say what is kept on record about messages, and tell of what needs a second person."""
        import_module("notifications.audited")
        import_module("notifications.approving")
