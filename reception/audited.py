"""Entries of the audit trail about what the desk wrote down."""

from django.utils.translation import gettext_lazy as _

from cases.audited import cases_named
from records.about import register_about
from records.sentences import register_actions

register_actions({"contact.corrected": _("Put right a contact that was over")})
register_about(["contact.corrected"], cases_named)
