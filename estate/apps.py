"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EstateConfig(AppConfig):
    """Register."""

    name = "estate"
    verbose_name = _("Register")

    def ready(self) -> None:
        """Say who carries out imports of registers, what is on record about the register, how it is taken out."""
        from estate.imports.actions import KIND, found_again, run  # noqa: PLC0415  models are ready only now
        from records.work import register_work  # noqa: PLC0415

        register_work(KIND, run, found_again)
        import_module("estate.audited")
        import_module("estate.taking_out")
