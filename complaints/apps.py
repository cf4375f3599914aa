"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Complaints."""

    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        """Make the kind of case known."""
        import_module("complaints.kinds")
