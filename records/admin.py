"""The audit trail in the admin site, to read."""

from django.contrib import admin

from accounts.admin_pages import ReadOnly
from records.models import AuditEntry


@admin.register(AuditEntry)
class AuditAdmin(ReadOnly):
    """The audit trail, to read."""

    list_display = ("at", "by", "action", "target", "reason", "project")
    list_filter = ("action", "project")
    list_select_related = ("by", "project")
    search_fields = ("target", "reason", "by__username")
    date_hierarchy = "at"
    show_full_result_count = False
