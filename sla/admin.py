"""Deadlines in the admin site: rules read as sentences, clocks with everything that happened to them; all to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_pages import Inside, ReadOnly
from accounts.models import User
from sla.models import Clock, ClockEvent, Policy, PolicyVersion
from sla.states import VersionState
from sla.wording import rule_words


class VersionInline(Inside):
    """The versions of a policy, newest first; none is ever edited."""

    model = PolicyVersion
    fields = readonly_fields = ("number", "sentence", "approved_at", "approved_by", "replaced_at")

    @admin.display(description=_("rule"))
    def sentence(self, version: PolicyVersion) -> str:
        """The rule in words."""
        return rule_words(version)


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    """Promises of the service standard, and the rule in force for each."""

    list_display = ("key", "__str__", "in_force", "source")
    list_filter = ("source",)
    search_fields = ("key", "name_zh", "name_en")
    inlines = (VersionInline,)

    def rows(self, user: User) -> QuerySet[Policy]:
        """Rules are the whole company's."""
        return Policy.objects.prefetch_related("versions")

    @admin.display(description=_("rule in force"))
    def in_force(self, policy: Policy) -> str:
        """The rule that new clocks follow, in words."""
        current = [version for version in policy.versions.all() if version.state == VersionState.IN_FORCE]
        return rule_words(current[0]) if current else "—"


class ClockEventInline(Inside):
    """What happened to a clock."""

    model = ClockEvent
    fields = readonly_fields = ("kind", "at", "recorded_at", "by", "data")


class Parked(admin.SimpleListFilter):
    """Clocks whose step failed."""

    title = _("set aside after an error")
    parameter_name = "parked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice."""
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        """Only those."""
        return queryset.exclude(parked_error="") if self.value() == "yes" else queryset


@admin.register(Clock)
class ClockAdmin(ReadOnly):
    """Deadlines of the cases one sees."""

    list_display = ("case", "key", "subject", "cycle", "state", "started_at", "due_at", "breached_at", "met_at")
    list_filter = (Parked, "state", "key")
    list_select_related = ("case",)
    search_fields = ("case__number",)
    show_full_result_count = False
    inlines = (ClockEventInline,)
