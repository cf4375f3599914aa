"""The audit trail in the admin site, to read."""

from django.contrib import admin
from django.db.models import QuerySet

from accounts.admin_pages import ReadOnly
from accounts.models import User
from records.models import AuditEntry


@admin.register(AuditEntry)
class AuditAdmin(ReadOnly):
    """The audit trail, to read; what is about a case that passes one by shows its whole row here, so not at all."""

    list_display = ("at", "by", "action", "target", "reason", "project")
    list_filter = ("action", "project")
    list_select_related = ("by", "project")
    search_fields = ("target", "reason", "by__username")
    date_hierarchy = "at"
    show_full_result_count = False

    def rows(self, user: User) -> QuerySet[AuditEntry]:
        """Entries of the person's projects, as far as they may see what these are about."""
        return AuditEntry.objects.visible_to(user).not_withheld(user)
