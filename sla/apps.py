"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Deadlines."""

    name = "sla"
    verbose_name = _("Deadlines")

    def ready(self) -> None:
        """Add the clocks to where a case is shown whole; say who applies rules and what changes of them are called."""
        from records.work import register_work  # noqa: PLC0415  models are ready only now
        from sla.actions.application import KIND, found_again, run  # noqa: PLC0415

        register_work(KIND, run, found_again)
        import_module("sla.case_part")
        import_module("sla.sentences")
        import_module("sla.audited")
