"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Repairs and services."""

    name = "tickets"
    verbose_name = _("Repairs and services")

    def ready(self) -> None:
        """Make the kinds of case known, what is kept on record about lists of them, and how they are taken out."""
        import_module("tickets.kinds")
        import_module("tickets.audited")
        import_module("tickets.taking_out")
