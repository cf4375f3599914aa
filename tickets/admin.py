"""What admins keep for tickets, each edit kept as history; tickets and jobs to read, as far as one may see them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from accounts.models import Membership, Project, User
from accounts.states import Role
from records.http import user_of
from tickets.models import Category, Job, PriceItem, TechnicianSkill, Ticket, WarrantyPart

if TYPE_CHECKING:
    TicketAdminBase = admin.ModelAdmin[Ticket]
    JobInlineBase = admin.TabularInline[Job, Ticket]
else:
    TicketAdminBase, JobInlineBase = admin.ModelAdmin, admin.TabularInline


def colleagues(user: User) -> QuerySet[User]:
    """Staff of the person's own projects."""
    here = Q(project=None) | Q(project__in=Project.objects.visible_to(user))
    staff = Membership.objects.active().filter(here).exclude(role=Role.RESIDENT)
    return User.objects.filter(pk__in=staff.values("user_id")).order_by("name")


class KeptAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Reference data: never deleted, because tickets point at it; taken out of use instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(WarrantyPart)
class WarrantyPartAdmin(KeptAdmin):
    """Warranties of the parts of the building."""

    list_display = ("name_zh", "code", "period", "length", "counts_from", "clause")


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    """Categories of tickets."""

    list_display = ("name_zh", "code", "kind", "department_kind", "charging", "warranty_part", "is_leak", "active")
    list_filter = ("kind", "department_kind", "charging", "is_leak", "is_safety", "is_public_area", "active")
    search_fields = ("name_zh", "name_en", "code")
    list_select_related = ("warranty_part",)


@admin.register(PriceItem)
class PriceItemAdmin(KeptAdmin):
    """The price list."""

    list_display = ("name_zh", "code", "project", "unit", "price", "kind", "is_hourly", "active")
    list_filter = ("project", "kind", "active")
    search_fields = ("name_zh", "name_en", "code")
    list_select_related = ("project",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceItem]:
        """The general lines and those of one's own projects."""
        return PriceItem.objects.visible_to(user_of(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer one's own projects only."""
        if db_field.name == "project":
            kwargs["queryset"] = Project.objects.visible_to(user_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(TechnicianSkill)
class TechnicianSkillAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Who is trained for what; a skill that is no longer there is deleted, its history stays."""

    list_display = ("user", "category")
    list_filter = ("category",)
    list_select_related = ("user", "category")
    autocomplete_fields = ("category",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TechnicianSkill]:
        """Skills of the people of one's own projects."""
        return TechnicianSkill.objects.filter(user__in=colleagues(user_of(request)))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people of one's own projects only."""
        if db_field.name == "user":
            kwargs["queryset"] = colleagues(user_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ToRead:
    """No adding, changing or deleting: only actions write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class JobInline(ToRead, JobInlineBase):
    """The jobs of a ticket."""

    model = Job
    fields = ("number", "technician", "state", "window_from", "window_to", "accepted_at", "arrived_at", "finished_at")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Ticket)
class TicketAdmin(ToRead, TicketAdminBase):
    """Tickets, to read."""

    list_display = ("case", "category", "charge", "quote", "completed_at")
    list_filter = ("charge", "quote", "category")
    list_select_related = ("case", "category")
    search_fields = ("case__number", "case__title")
    inlines = (JobInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        """Those that the person may see."""
        return Ticket.objects.visible_to(user_of(request)).select_related("case", "category")
