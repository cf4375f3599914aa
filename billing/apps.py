"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from estate.imports.registry import register_importer


class BillingConfig(AppConfig):
    """Fees."""

    name = "billing"
    verbose_name = _("Fees")

    def ready(self) -> None:
        """Take charges and past payments over with the workbooks; say who carries out runs and what is kept."""
        from billing.actions import proving, running, sharing  # noqa: PLC0415  models are ready only now
        from billing.defaults import add_after_migrating  # noqa: PLC0415
        from billing.opening import IMPORTER as OPENINGS  # noqa: PLC0415
        from billing.register import IMPORTER  # noqa: PLC0415
        from records.work import register_work  # noqa: PLC0415

        # No matter of business: Django's own moment after the tables are there.
        post_migrate.connect(add_after_migrating, sender=self, dispatch_uid="billing.accounts")
        register_importer(IMPORTER)
        register_importer(OPENINGS)
        for room in (running, sharing, proving):
            for kind, runner in room.RUNNERS.items():
                register_work(kind, runner, room.found_again)
        import_module("billing.second")
        import_module("billing.second_back")
        import_module("billing.second_many")
        import_module("billing.second_office")
        import_module("billing.audited")
        import_module("billing.audited_prices")
        import_module("billing.audited_closing")
        import_module("billing.audited_office")
        import_module("billing.keeping")
        import_module("billing.taking_out")
        import_module("billing.taking_out_invoices")
        import_module("billing.taking_out_office")
        import_module("billing.online.sandbox")
        import_module("billing.kinds")
        import_module("billing.checks")
