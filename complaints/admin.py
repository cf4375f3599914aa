"""What admins keep for complaints, each edit kept as history; complaints to read, as far as one may see them."""

from django.contrib import admin

from accounts.admin_pages import Inside, ReadOnly, WholeCompany
from complaints.models import Complaint, GradeGuide, Remedy, Responsibility, StandardPhrase, Topic


@admin.register(GradeGuide)
class GradeGuideAdmin(WholeCompany):
    """Grades: their definitions and the words that suggest them; there are three and they stay."""

    list_display = ("name_zh", "grade", "clause")


@admin.register(Topic)
class TopicAdmin(WholeCompany):
    """Topics; one that complaints name is taken out of use, never deleted."""

    list_display = ("name_zh", "code", "active", "order")
    list_filter = ("active",)
    search_fields = ("name_zh", "name_en", "code")


@admin.register(StandardPhrase)
class StandardPhraseAdmin(WholeCompany):
    """Words at hand for what is said to residents."""

    list_display = ("words_zh", "spoken", "active", "order")
    list_filter = ("spoken", "active")
    search_fields = ("words_zh", "words_en")


class RemedyInline(Inside):
    """The remedies of a complaint."""

    model = Remedy
    fields = ("text", "cost", "state", "proposed_at", "settled_at")
    readonly_fields = fields


class ResponsibilityInline(Inside):
    """Who is or was responsible."""

    model = Responsibility
    fields = ("party", "department", "note", "set_at", "ended_at")
    readonly_fields = fields


@admin.register(Complaint)
class ComplaintAdmin(ReadOnly):
    """Complaints, to read."""

    list_display = ("case", "received_at", "outcome", "resolved_at", "informed_at")
    list_filter = ("outcome",)
    list_select_related = ("case",)
    search_fields = ("case__number", "case__title")
    show_full_result_count = False
    inlines = (ResponsibilityInline, RemedyInline)
