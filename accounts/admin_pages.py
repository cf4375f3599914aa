"""What admin pages of every room share: one's own projects only, read-only where actions write, versions kept."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from accounts.models import Project, User
from accounts.states import Role
from core.numbers import whole_number

# The framework's classes take a type in its stubs only.
if TYPE_CHECKING:
    Pages = admin.ModelAdmin[Any]
    Rows = admin.TabularInline[Any, Any]
else:
    Pages, Rows = admin.ModelAdmin, admin.TabularInline


def may_enter(request: HttpRequest) -> bool:
    """Say whether the person works in the admin site: superusers, and administrators of a project who were let in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return False
    return user.is_superuser or bool(user.projects_as(Role.ADMIN))


class VisibleOnly(Pages):
    """Rows that the person may see; the site follows roles, not Django's permissions, and deletes nothing."""

    def rows(self, user: User) -> QuerySet[Any]:
        """Rows that the person may see: the one statement of it, where the model has it."""
        found: QuerySet[Any] = cast(Any, self.model)._default_manager.visible_to(user)  # noqa: SLF001
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Start from what the person may see."""
        rows = self.rows(cast(User, request.user))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer rows that the person may see, nothing else."""
        manager: Any = db_field.remote_field.model._default_manager  # noqa: SLF001
        if hasattr(manager, "visible_to"):
            kwargs.setdefault("queryset", manager.visible_to(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """A filter by project names only projects that rows one sees belong to; the framework would name them all."""
        return [
            (name, admin.RelatedOnlyFieldListFilter) if isinstance(name, str) and name.endswith("project") else name
            for name in super().get_list_filter(request)
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app."""
        return may_enter(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the row."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let somebody add a row."""
        return may_enter(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let somebody change the row."""
        return may_enter(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False


class ReadOnly(VisibleOnly):
    """Rows to look at: only actions write them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only actions add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only actions change."""
        return False


class Inside(Rows):
    """Rows inside another's page, to read: whoever sees the page sees them."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only actions add."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the page sees them."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only actions change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False


class Historical(VisibleOnly, SimpleHistoryAdmin):  # type: ignore[misc]  # the library ships no types
    """Rows of a register: every change leaves a version, and versions are seen by those who see the row."""

    object_history_list_template = "records/versions.html"

    def _require_visible(self, request: HttpRequest, object_id: str) -> None:
        if whole_number(object_id) is None or not self.get_queryset(request).filter(pk=object_id).exists():
            raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The versions of a row; the library would show those of rows that one may not see."""
        self._require_visible(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """One version of a row."""
        self._require_visible(request, object_id)
        return cast(HttpResponse, super().history_form_view(request, object_id, version_id, extra_context))


class OfProject(Historical):
    """Rows of the projects that one administers; `along` is the way from the row to its project."""

    along = "project"

    def rows(self, user: User) -> QuerySet[Any]:
        """Rows of the person's projects."""
        found: QuerySet[Any] = cast(Any, self.model)._default_manager.all()  # noqa: SLF001
        if user.is_superuser:
            return found
        return found.filter(**{f"{self.along}__in": user.projects_as(Role.ADMIN)})

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the projects that one administers, nothing else."""
        user = cast(User, request.user)
        if db_field.remote_field.model is Project and not user.is_superuser:
            kwargs["queryset"] = Project.objects.filter(pk__in=user.projects_as(Role.ADMIN))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class WholeCompany(Historical):
    """Reference data that belongs to no project: who enters the site keeps it for all of them."""

    def rows(self, user: User) -> QuerySet[Any]:
        """All of it."""
        found: QuerySet[Any] = cast(Any, self.model)._default_manager.all()  # noqa: SLF001
        return found
