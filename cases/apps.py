"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Cases."""

    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        """Say what is kept on record about a case."""
        import_module("cases.audited")
