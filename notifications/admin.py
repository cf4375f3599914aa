"""Messages in the admin site, to read: above all those of which nobody knows whether they arrived."""

from django.contrib import admin
from django.db.models import QuerySet

from accounts.admin_pages import ReadOnly
from accounts.models import User
from accounts.states import Role
from notifications.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """The outbox of the projects that one administers; `?state__exact=unknown` waits for a person."""

    list_display = ("created_at", "channel", "user", "template", "case", "state", "sent_at", "error")
    list_filter = ("state", "channel", "project")
    list_select_related = ("user", "case", "project")
    search_fields = ("case__number", "user__username")
    show_full_result_count = False

    def rows(self, user: User) -> QuerySet[Message]:
        """Messages of the person's projects; the inbox statement is about one's own."""
        found = Message.objects.all()
        return found if user.is_superuser else found.filter(project_id__in=user.projects_as(Role.ADMIN))
