"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EstateConfig(AppConfig):
    """Register."""

    name = "estate"
    verbose_name = _("Register")

    def ready(self) -> None:
        """Say who carries out imports of registers, and what is kept on record about the register."""
        from estate.imports.actions import KIND, found_again, run  # noqa: PLC0415  models are ready only now
        from records.work import register_work  # noqa: PLC0415

        register_work(KIND, run, found_again)
        import_module("estate.audited")
