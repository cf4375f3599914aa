"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceptionConfig(AppConfig):
    """Reception."""

    name = "reception"
    verbose_name = _("Reception")

    def ready(self) -> None:
        """Make the kind of case and the messages known."""
        import_module("reception.audited")
        from cases.registry import register  # noqa: PLC0415  models are ready only now
        from notifications.sentences import register_sentences  # noqa: PLC0415
        from reception.kinds import CONTACT, MESSAGES  # noqa: PLC0415

        register(CONTACT)
        register_sentences(MESSAGES)
