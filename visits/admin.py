"""What callers say, each edit kept as history; callbacks and visits to read, as far as one may see them."""

from django.contrib import admin

from accounts.admin_pages import ReadOnly, WholeCompany
from visits.models import Callback, CallbackScript, HomeVisit


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


@admin.register(HomeVisit)
class HomeVisitAdmin(ReadOnly):
    """Home visits, to read."""

    list_display = ("case", "on", "half", "outcome", "made_at", "made_by")
    list_filter = ("outcome",)
    list_select_related = ("case", "made_by")
    search_fields = ("case__number", "case__title")
    show_full_result_count = False
