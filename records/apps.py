"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """Records."""

    name = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Say what is kept on record about approvals by a second person, and that large exports need one."""
        import_module("records.audited")
        import_module("records.exports")
