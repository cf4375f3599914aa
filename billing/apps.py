"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from estate.imports.registry import register_importer


class BillingConfig(AppConfig):
    """Fees."""

    name = "billing"
    verbose_name = _("Fees")

    def ready(self) -> None:
        """Take the sheet of charges over with the register's workbooks, and say what is kept on record."""
        from billing.register import IMPORTER  # noqa: PLC0415  models are ready only now

        register_importer(IMPORTER)
        import_module("billing.audited_prices")
