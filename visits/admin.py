"""What callers say, each edit kept as history; callbacks to read, as far as one may see them."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from records.http import user_of
from visits.models import Callback, CallbackScript

if TYPE_CHECKING:
    CallbackAdminBase = admin.ModelAdmin[Callback]
else:
    CallbackAdminBase = admin.ModelAdmin


@admin.register(CallbackScript)
class CallbackScriptAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Scripts; there is one for each category and it stays."""

    list_display = ("name_zh", "category")

    def has_delete_permission(self, request: HttpRequest, obj: CallbackScript | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Callback)
class CallbackAdmin(CallbackAdminBase):
    """Callbacks, to read."""

    list_display = ("case", "result", "score", "attempts", "caller", "done_at")
    list_filter = ("result", "how")
    list_select_related = ("case", "caller")
    search_fields = ("case__number", "case__title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Callback]:
        """Those that the person may see."""
        return Callback.objects.visible_to(user_of(request)).select_related("case", "caller")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: they are owed automatically."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Callback | None = None) -> bool:
        """Nobody: only actions write."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Callback | None = None) -> bool:
        """Nobody."""
        return False
