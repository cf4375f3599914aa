"""Charges in the admin site; every edit leaves its history."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_pages import OfProject, ReadOnly
from accounts.models import User
from accounts.states import Role
from billing.actions.tariffs import require_not_raising, take_turns
from billing.models import ArrearsTerms, Bill, ChargeItem, OfficeCost, OfficeTerms, Tariff, UnitCharge
from billing.queries.tariffs import charged_until
from core.errors import NotNow
from notifications.admin import OwnOrCompany

# The framework's form takes a type in its stubs only.
if TYPE_CHECKING:
    Form = ModelForm[UnitCharge]
else:
    Form = ModelForm


@admin.register(ChargeItem)
class ChargeItemAdmin(OfProject):
    """Charge items."""

    list_display = ("name", "category", "project")
    list_filter = ("project",)
    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose money a charge is, is settled once it was billed."""
        own = tuple(super().get_readonly_fields(request, obj))
        is_billed = obj is not None and Bill.objects.filter(item=obj).exists()
        return (*own, "project", "account") if is_billed else own


@admin.register(Tariff)
class TariffAdmin(OfProject):
    """Tariffs, to read: the page of prices alone sets them, with the decision and for days that nothing billed."""

    list_display = ("item", "project", "basis", "unit_price", "fixed_amount", "period_months", "starts_on", "ends_on")
    list_filter = ("project", "basis", "rhythm")
    list_select_related = ("item", "project")
    search_fields = ("item__name", "reference")
    readonly_fields = ("set_on_the_page",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only actions add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only actions change."""
        return False

    @admin.display(description=gettext_lazy("Set on the page"))
    def set_on_the_page(self, tariff: Tariff) -> str:
        """Where a new price is set from a day on."""
        return format_html('<a href="{}">{}</a>', reverse("tariff_change", args=[tariff.pk]), _("Change the price"))


class UnitChargeForm(Form):
    """A charge on a unit: why it is borne or ends; none is written while bills of it are raised.

    What was billed stays: for whom, by which price, since when, and up to the last day of its bills.
    """

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=100)

    def clean(self) -> dict[str, Any]:
        """Take one's turn with whoever raises bills, in the transaction that saves, and refuse while they do."""
        cleaned = super().clean() or self.cleaned_data
        former = Tariff.objects.filter(unit_charges=self.instance.pk) if self.instance.pk else Tariff.objects.none()
        tariffs = {one for one in (*former.select_related("item"), cleaned.get("tariff")) if one is not None}
        for tariff in sorted(tariffs, key=lambda one: one.pk):
            try:
                take_turns(tariff.project_id)
                require_not_raising(tariff.item)
            except NotNow as busy:
                raise ValidationError(str(busy), code=busy.code) from busy
        self._keep_what_is_billed(cleaned)
        return cleaned

    def _keep_what_is_billed(self, cleaned: dict[str, Any]) -> None:
        """Raise `ValidationError` for a change of what bills were raised by."""
        last = self.instance.pk and charged_until(self.instance)
        if not last:
            return
        if {"unit", "tariff", "starts_on"} & set(self.changed_data):
            words = _("Bills were raised by this charge: it can only end. Take them back first, or add another charge.")
            raise ValidationError(words, code="billed")
        ended = cleaned.get("ended_on")
        if ended is not None and ended < last:
            words = _("It is billed up to %(day)s: it cannot end before that day.") % {"day": f"{last:%Y-%m-%d}"}
            raise ValidationError({"ended_on": ValidationError(words, code="billed")})


@admin.register(UnitCharge)
class UnitChargeAdmin(OfProject):
    """Charges on units."""

    along = "unit__project"
    form = UnitChargeForm
    list_display = ("unit", "tariff", "starts_on", "ended_on")
    list_filter = ("unit__project", "tariff__item")
    list_select_related = ("unit", "tariff__item")
    raw_id_fields = ("unit", "tariff")
    search_fields = ("unit__number",)

    def save_model(self, request: HttpRequest, obj: UnitCharge, form: Any, change: bool) -> None:
        """Save with the reason in its history."""
        obj._change_reason = form.cleaned_data["reason"]  # type: ignore[attr-defined]  # noqa: SLF001  read by the history
        super().save_model(request, obj, form, change)


@admin.register(ArrearsTerms)
class ArrearsTermsAdmin(OwnOrCompany):
    """How a project, or the company, collects. The ladder's waits are deadline rules."""

    list_display = ("__str__", "grace_days", "pay_within_days", "sms_at_once")


@admin.register(OfficeTerms)
class OfficeTermsAdmin(OwnOrCompany):
    """Up to which amount a supervisor approves office costs, in a project or the company."""

    list_display = ("__str__", "limit")


@admin.register(OfficeCost)
class OfficeCostAdmin(ReadOnly):
    """Office costs of the projects that one administers, to read; actions alone write them."""

    list_display = ("number", "project", "kind", "words", "payee", "amount", "state_words", "asked_by", "asked_at")
    list_filter = ("kind", "project")
    search_fields = ("number", "words", "supplier")
    show_full_result_count = False

    def rows(self, user: User) -> QuerySet[OfficeCost]:
        """Costs of the person's projects."""
        rows = OfficeCost.objects.told()
        return rows if user.is_superuser else rows.filter(project__in=user.projects_as(Role.ADMIN))
