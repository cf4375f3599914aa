"""What callers say, each edit kept as history; callbacks to read, as far as one may see them."""

from django.contrib import admin

from accounts.admin_pages import ReadOnly, WholeCompany
from visits.models import Callback, CallbackScript


@admin.register(CallbackScript)
class CallbackScriptAdmin(WholeCompany):
    """Scripts; there is one for each category and it stays."""

    list_display = ("name_zh", "category")


@admin.register(Callback)
class CallbackAdmin(ReadOnly):
    """Callbacks, to read."""

    list_display = ("case", "result", "score", "attempts", "caller", "done_at")
    list_filter = ("result", "how")
    list_select_related = ("case", "caller")
    search_fields = ("case__number", "case__title")
    show_full_result_count = False
