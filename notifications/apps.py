"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Messages."""

    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Say what its entries of the audit trail are called."""
        from records.sentences import register_actions  # noqa: PLC0415  models are ready only now

        register_actions(
            {
                "message.delivered": _("Marked a message as delivered"),
                "message.again": _("Had a message sent again"),
            }
        )
