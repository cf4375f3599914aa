"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Repairs and services."""

    name = "tickets"
    verbose_name = _("Repairs and services")
