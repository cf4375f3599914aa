"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceptionConfig(AppConfig):
    """Reception."""

    name = "reception"
    verbose_name = _("Reception")
