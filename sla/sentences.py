"""What is told and kept on record about changes of rules."""

from django.utils.translation import gettext_lazy as _

from notifications.sentences import register_sentences
from records.sentences import register_actions, register_names

register_sentences(
    {
        "rule.proposed": _("%(by)s asks you to approve a changed rule, “%(promise)s”: %(reason)s"),
        "rule.approved": _("The changed rule “%(promise)s” was approved and is in force."),
        "rule.refused": _("The changed rule “%(promise)s” was refused: %(reason)s"),
    }
)
register_actions(
    {
        "rule.proposed": _("Proposed a change of a deadline rule"),
        "rule.approved": _("Approved a changed deadline rule"),
        "rule.refused": _("Refused a changed deadline rule"),
        "rule.withdrawn": _("Took back a proposed deadline rule"),
        "rule.applied": _("Applied a changed rule to running deadlines"),
    }
)
register_names({"version": _("Version"), "moved": _("Moved"), "stayed": _("Stayed as they were")})
