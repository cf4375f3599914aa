"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EstateConfig(AppConfig):
    """Register."""

    name = "estate"
    verbose_name = _("Register")
