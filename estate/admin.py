"""The register in the admin site: every change leaves a version; phones and ID numbers stay on their own pages."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin_pages import OfProject
from accounts.models import User
from accounts.states import Role
from estate.actions import reindex
from estate.models import (
    Building,
    Household,
    HouseholdMember,
    ParkingSpace,
    Person,
    PersonDocument,
    Unit,
    Vehicle,
)
from records.forms import DayField
from records.masking import masked_phone


class ByProject(OfProject):
    """Rows of the register of the projects that one administers; what is saved here is found like the rest."""

    # A warranty counts years from such a day; those beyond all use have no end in any calendar.
    formfield_overrides = {models.DateField: {"form_class": DayField}}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the words by which the row is found, once it is whole."""
        super().save_related(request, form, formsets, change)
        reindex(form.instance)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer rows of one's own projects, nothing else."""
        user, model = request.user, db_field.remote_field.model
        if isinstance(user, User) and not user.is_superuser:
            mine = user.projects_as(Role.ADMIN)
            ways = {Building: "project", Household: "project", User: "memberships__project"}
            if model in ways:
                kwargs["queryset"] = model._default_manager.filter(**{f"{ways[model]}__in": mine}).distinct()  # noqa: SLF001
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Building)
class BuildingAdmin(ByProject):
    """Buildings."""

    list_display = ("project", "code", "name", "floors", "has_lift")
    list_filter = ("project",)
    search_fields = ("code", "name")


@admin.register(Unit)
class UnitAdmin(ByProject):
    """Units with the dates that decide free or paid."""

    list_display = ("number", "project", "kind", "status", "area", "completed_on", "handed_over_on")
    list_filter = ("project", "status", "kind")
    list_select_related = ("project",)
    search_fields = ("number",)
    raw_id_fields = ("building",)
    show_full_result_count = False


@admin.register(Person)
class PersonAdmin(ByProject):
    """People, without their numbers."""

    list_display = ("name", "project", "kind", "phones_masked", "verified_at", "reviewed_at")
    list_filter = ("project", "kind")
    list_select_related = ("project",)
    search_fields = ("name",)
    fields = (
        "project",
        "kind",
        "name",
        "gender",
        "reference",
        "preferences",
        "phones_masked",
        "user",
        "verified_at",
        "verified_by",
        "reviewed_at",
    )
    readonly_fields = ("phones_masked",)
    raw_id_fields = ("user", "verified_by")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their phones."""
        return super().get_queryset(request).prefetch_related("phones")

    @admin.display(description=_("phones"))
    def phones_masked(self, person: Person) -> str:
        """Current phones under their mask; the whole number is a reveal with a reason."""
        return " ".join(masked_phone(phone.number) for phone in person.phones.all() if phone.ended_at is None)


@admin.register(Household)
class HouseholdAdmin(ByProject):
    """Households over time."""

    list_display = ("unit", "project", "is_owner", "lives_here", "started_on", "ended_on")
    list_filter = ("project", "is_owner")
    list_select_related = ("unit", "project")
    search_fields = ("unit__number",)
    raw_id_fields = ("unit",)


@admin.register(HouseholdMember)
class MemberAdmin(ByProject):
    """Who belonged where, when."""

    along = "household__project"
    list_display = ("person", "household", "relation", "started_on", "ended_on")
    list_select_related = ("person", "household__unit")
    search_fields = ("person__name", "household__unit__number")
    raw_id_fields = ("household", "person")


@admin.register(ParkingSpace)
class SpaceAdmin(ByProject):
    """Parking spaces."""

    list_display = ("code", "lot", "project", "kind", "holder", "is_sold")
    list_filter = ("project", "kind")
    list_select_related = ("holder", "project")
    search_fields = ("code",)
    raw_id_fields = ("holder",)


# What a car's days mean for its parking fee.
CAR_DAYS = {
    "started_on": _("The first day for which parking is charged. Empty: every day is charged."),
    "ended_on": _("The last day for which parking is charged. It takes the car off the register."),
}


@admin.register(Vehicle)
class VehicleAdmin(ByProject):
    """Cars, each with the first day for which its parking is charged."""

    list_display = ("plate", "project", "person", "unit", "started_on", "ended_on")
    list_filter = ("project",)
    list_select_related = ("person", "unit", "project")
    search_fields = ("plate",)
    raw_id_fields = ("person", "unit", "space")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the days what they do to the fee."""
        return super().get_form(request, obj, change, help_texts=CAR_DAYS, **kwargs)


@admin.register(PersonDocument)
class DocumentAdmin(ByProject):
    """Copies of papers, and who keeps the originals. Source: 保密 (保管好…重要文件)."""

    along = "person__project"
    list_display = ("title", "person", "original_held_by", "original_place", "copy", "added_at")
    list_filter = ("original_held_by",)
    list_select_related = ("person", "original_held_by", "file")
    search_fields = ("title", "person__name", "original_place")
    raw_id_fields = ("person", "original_held_by")
    fields = ("person", "title", "original_held_by", "original_place", "added_at", "copy")
    readonly_fields = ("copy",)

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones: the copy itself."""
        own = path("<int:pk>/copy/", self.admin_site.admin_view(self.copy_view), name="estate_persondocument_copy")
        return [own, *super().get_urls()]

    def copy_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The copy of a paper of somebody whom the person may see: as a download, never shown by the browser."""
        document = self.get_queryset(request).filter(pk=pk).select_related("file").first()
        if document is None or document.file is None:
            raise Http404
        stored = document.file
        return FileResponse(
            stored.file.open("rb"), content_type=stored.content_type, filename=stored.name, as_attachment=True
        )

    @admin.display(description=_("copy"))
    def copy(self, document: PersonDocument) -> str:
        """Where the copy is."""
        if document.file_id is None:
            return "—"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:estate_persondocument_copy", args=[document.pk]), _("Download")
        )
