"""Users, projects, departments and memberships in the admin site."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token, TokenProxy

from accounts.admin_pages import Historical, Rows, may_enter
from accounts.models import Department, Membership, Project, User
from accounts.states import Role

if TYPE_CHECKING:
    Users = UserAdmin[User]
else:
    Users = UserAdmin

# Roles decide who may what; Django's groups and a list of other people's tokens would be second ways to say it.
admin.site.unregister(Group)
if admin.site.is_registered(TokenProxy):
    admin.site.unregister(TokenProxy)


class MembershipInline(Rows):
    """What the person does where."""

    model = Membership
    fields = ("project", "department", "role", "ended_at")
    extra = 0
    can_delete = False


@admin.register(User)
class DeskUserAdmin(Users):
    """Accounts. Superusers only: whoever sets passwords can be anybody."""

    list_display = ("username", "name", "phone_masked", "is_active", "is_staff", "is_demo", "last_login")
    list_filter = ("is_active", "is_staff", "is_demo", "memberships__role", "memberships__project")
    search_fields = ("username", "name")
    inlines = (MembershipInline,)
    readonly_fields = ("last_login", "date_joined", "is_demo")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "phone", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "is_demo", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "name", "usable_password", "password1", "password2")}),)

    @admin.display(description=_("phone"))
    def phone_masked(self, user: User) -> str:
        """The phone's last digits."""
        return f"…{user.phone[-4:]}" if user.phone else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return request.user.is_active and request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are disabled, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the account; whoever is disabled has no token any more, also not once they are let in again."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            Token.objects.filter(user=obj).delete()


@admin.register(Project)
class ProjectAdmin(Historical):
    """Projects with their versions."""

    list_display = ("code", "name_zh", "name_en", "time_zone", "phone", "is_demo")
    search_fields = ("code", "name_zh", "name_en")
    readonly_fields = ("is_demo",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators of the whole company take on projects."""
        user = request.user
        return may_enter(request) and isinstance(user, User) and (user.is_superuser or user.has_role(None, Role.ADMIN))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A project's code stands on its papers."""
        return ("is_demo",) if obj is None else ("code", "is_demo")


class OwnProjects(Historical):
    """Rows that hang on a project, for those who administer it."""

    def rows(self, user: User) -> QuerySet[Any]:
        """Rows of the person's projects."""
        found: QuerySet[Any] = self.model._default_manager.select_related("project")  # noqa: SLF001
        return found if user.is_superuser else found.filter(project_id__in=user.projects_as(Role.ADMIN))


@admin.register(Department)
class DepartmentAdmin(OwnProjects):
    """Departments with their versions."""

    list_display = ("project", "name_zh", "name_en", "kind")
    list_filter = ("project", "kind")


@admin.register(Membership)
class MembershipAdmin(OwnProjects):
    """Who does what where, since when and until when."""

    list_display = ("user", "project", "department", "role", "started_at", "ended_at")
    list_filter = ("role", "project")
    list_select_related = ("user", "project", "department")
    search_fields = ("user__username", "user__name")
    readonly_fields = ("started_at",)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the people and departments of one's own projects; the whole company is a superuser's to give."""
        user = cast(User, request.user)
        mine = user.projects_as(Role.ADMIN)
        if not user.is_superuser:
            choices: dict[str, QuerySet[Any]] = {
                "user": User.objects.filter(memberships__project_id__in=mine).distinct(),
                "department": Department.objects.filter(project_id__in=mine),
                "project": Project.objects.filter(pk__in=mine),
            }
            kwargs["queryset"] = choices[db_field.name]
            if db_field.name == "project":
                kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
