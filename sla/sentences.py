"""What is told and kept on record about changes of rules and calendars."""

from django.utils.translation import gettext_lazy as _

from notifications.sentences import register_sentences
from records.sentences import register_actions, register_names

register_sentences(
    {
        "rule.proposed": _("%(by)s asks you to approve a changed rule, “%(promise)s”: %(reason)s"),
        "rule.approved": _("The changed rule “%(promise)s” was approved and is in force."),
        "rule.refused": _("The changed rule “%(promise)s” was refused: %(reason)s"),
        "calendar.proposed": _("Working calendar (%(calendar)s): version %(number)s waits for your approval."),
        "calendar.approved": _("Working calendar (%(calendar)s): version %(number)s is in force."),
        "calendar.refused": _("Working calendar (%(calendar)s): version %(number)s was refused: %(reason)s"),
        "calendar.year_unknown": _(
            "Working calendar (%(calendar)s): the public holidays of %(year)s are an estimate. Take them over once the "
            "State Council has announced them."
        ),
        "calendar.year_known": _(
            "Working calendar (%(calendar)s): the public holidays of %(year)s were announced. Take them over now."
        ),
    }
)
register_actions(
    {
        "rule.proposed": _("Proposed a change of a deadline rule"),
        "rule.approved": _("Approved a changed deadline rule"),
        "rule.refused": _("Refused a changed deadline rule"),
        "rule.withdrawn": _("Took back a proposed deadline rule"),
        "rule.apply_asked": _("Asked to apply a changed rule to running deadlines"),
        "rule.apply_stopped": _("Stopped applying a changed rule to running deadlines"),
        "rule.applied": _("Applied a changed rule to running deadlines"),
        "calendar.proposed": _("Proposed a working calendar"),
        "calendar.approved": _("Approved a working calendar"),
        "calendar.refused": _("Refused a proposed working calendar"),
        "calendar.withdrawn": _("Withdrew a proposed working calendar"),
    }
)
register_names({"version": _("Version"), "moved": _("Moved"), "stayed": _("Stayed as they were")})
