"""Charges in the admin site; every edit leaves its history."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from billing.models import ChargeItem, Tariff, UnitCharge


class VisibleAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # the package is untyped
    """Shows what the person may see, and deletes nothing: what is over gets an end."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only rows of the person's own projects."""
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes charges."""
        return False


@admin.register(ChargeItem)
class ChargeItemAdmin(VisibleAdmin):
    """Charge items."""

    list_display = ("name", "category", "project")
    list_filter = ("project",)
    search_fields = ("name",)


@admin.register(Tariff)
class TariffAdmin(VisibleAdmin):
    """Tariffs."""

    list_display = ("item", "project", "basis", "unit_price", "fixed_amount", "period_months", "starts_on", "ends_on")
    list_filter = ("project", "basis", "rhythm")
    list_select_related = ("item", "project")
    search_fields = ("item__name", "reference")


@admin.register(UnitCharge)
class UnitChargeAdmin(VisibleAdmin):
    """Charges on units."""

    list_display = ("unit", "tariff", "starts_on", "ended_on")
    list_filter = ("unit__project", "tariff__item")
    list_select_related = ("unit", "tariff__item")
    raw_id_fields = ("unit", "tariff")
    search_fields = ("unit__number",)
