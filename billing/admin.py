"""Charges in the admin site; every edit leaves its history."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import OfProject
from billing.models import ArrearsTerms, ChargeItem, Tariff, UnitCharge
from billing.queries.tariffs import billed_ever
from notifications.admin import OwnOrCompany


@admin.register(ChargeItem)
class ChargeItemAdmin(OfProject):
    """Charge items."""

    list_display = ("name", "category", "project")
    list_filter = ("project",)
    search_fields = ("name",)


@admin.register(Tariff)
class TariffAdmin(OfProject):
    """Tariffs."""

    list_display = ("item", "project", "basis", "unit_price", "fixed_amount", "period_months", "starts_on", "ends_on")
    list_filter = ("project", "basis", "rhythm")
    list_select_related = ("item", "project")
    search_fields = ("item__name", "reference")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A price that something was billed by stays as it is: a new one is published from a day on."""
        if obj is not None and billed_ever([obj]):
            return tuple(field.name for field in self.opts.fields if field.editable and not field.primary_key)
        return tuple(super().get_readonly_fields(request, obj))


@admin.register(UnitCharge)
class UnitChargeAdmin(OfProject):
    """Charges on units."""

    along = "unit__project"

    list_display = ("unit", "tariff", "starts_on", "ended_on")
    list_filter = ("unit__project", "tariff__item")
    list_select_related = ("unit", "tariff__item")
    raw_id_fields = ("unit", "tariff")
    search_fields = ("unit__number",)


@admin.register(ArrearsTerms)
class ArrearsTermsAdmin(OwnOrCompany):
    """How a project, or the company, collects. The ladder's waits are deadline rules."""

    list_display = ("__str__", "grace_days", "pay_within_days", "sms_at_once")
