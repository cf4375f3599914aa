"""The top of the house."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceDeskConfig(AppConfig):
    """Template tags, commands and pages that belong to no single room."""

    name = "servicedesk"
    verbose_name = _("Property Service Desk")
