"""Entries of the audit trail about lists of tickets and past requests that were taken over."""

from django.utils.translation import gettext_lazy as _

from records.about import nothing, register_about

register_about(["tickets.exported"], nothing, otherwise=_("a list of tickets"))
register_about(["takeover.begun", "takeover.ended"], nothing, otherwise=_("past requests of the project"))
