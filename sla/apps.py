"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Deadlines."""

    name = "sla"
    verbose_name = _("Deadlines")

    def ready(self) -> None:
        """Add the clocks to where a case is shown whole, and say what changes of rules are called."""
        import_module("sla.case_part")
        import_module("sla.sentences")
        import_module("sla.audited")
