"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Residents online."""

    name = "portal"
    verbose_name = _("Residents online")
