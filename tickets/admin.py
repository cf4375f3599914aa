"""What admins keep for tickets, each edit kept as history; tickets and jobs to read, as far as one may see them."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_pages import Historical, Inside, OfProject, ReadOnly, WholeCompany, may_enter
from accounts.models import User
from accounts.queries import colleagues
from core.numbers import whole_number
from records.http import user_of
from tickets.models import Category, Job, PriceItem, TechnicianSkill, Ticket, WarrantyPart


@admin.register(WarrantyPart)
class WarrantyPartAdmin(WholeCompany):
    """Warranties of the parts of the building."""

    list_display = ("name_zh", "code", "period", "length", "counts_from", "clause")


@admin.register(Category)
class CategoryAdmin(WholeCompany):
    """Categories of tickets; one that tickets point at is taken out of use, never deleted."""

    list_display = ("name_zh", "code", "kind", "department_kind", "charging", "warranty_part", "is_leak", "active")
    list_filter = ("kind", "department_kind", "charging", "is_leak", "is_safety", "is_public_area", "active")
    search_fields = ("name_zh", "name_en", "code")
    list_select_related = ("warranty_part",)


@admin.register(PriceItem)
class PriceItemAdmin(OfProject):
    """The price list: the general lines and those of the projects that one administers."""

    list_display = ("name_zh", "code", "project", "unit", "price", "kind", "is_hourly", "active")
    list_filter = ("project", "kind", "active")
    search_fields = ("name_zh", "name_en", "code")
    list_select_related = ("project",)

    def rows(self, user: User) -> QuerySet[PriceItem]:
        """Those, and the general lines."""
        general: QuerySet[PriceItem] = PriceItem.objects.filter(project=None)
        return general | super().rows(user)


class Finder(AutocompleteSelect):
    """The admin's search box. What was sent as a choice and is no key names nothing; Django's own fails on it."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """The choice that stands, if it is one."""
        return super().optgroups(name, [one for one in value if whole_number(str(one)) is not None], attr)


@admin.register(TechnicianSkill)
class TechnicianSkillAdmin(Historical):
    """Who is trained for what; a skill that is no longer there is deleted, its history stays."""

    list_display = ("user", "category")
    list_filter = ("category",)
    list_select_related = ("user", "category")
    autocomplete_fields = ("category",)

    def rows(self, user: User) -> QuerySet[TechnicianSkill]:
        """Skills of the people of one's own projects."""
        return TechnicianSkill.objects.filter(user__in=colleagues(user))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people of one's own projects only, and a search box that survives nonsense."""
        if db_field.name == "user":
            kwargs["queryset"] = colleagues(user_of(request))
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = Finder(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may add a skill may take it away."""
        return may_enter(request)


class JobInline(Inside):
    """The jobs of a ticket."""

    model = Job
    fields = ("number", "technician", "state", "window_from", "window_to", "accepted_at", "arrived_at", "finished_at")
    readonly_fields = fields


@admin.register(Ticket)
class TicketAdmin(ReadOnly):
    """Tickets, to read."""

    list_display = ("case", "category", "charge", "quote", "completed_at")
    list_filter = ("charge", "quote", "category")
    list_select_related = ("case", "category")
    search_fields = ("case__number", "case__title")
    show_full_result_count = False
    inlines = (JobInline,)
