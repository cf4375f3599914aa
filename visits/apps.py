"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    """Callbacks and visits."""

    name = "visits"
    verbose_name = _("Callbacks and visits")

    def ready(self) -> None:
        """Make the kind of case known."""
        import_module("visits.kinds")
