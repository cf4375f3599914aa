"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Deadlines."""

    name = "sla"
    verbose_name = _("Deadlines")
