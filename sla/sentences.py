"""What messages and the audit trail say of calendars."""

from django.utils.translation import gettext_lazy as _

from notifications.sentences import register_sentences
from records.sentences import register_actions

register_sentences(
    {
        "calendar.proposed": _("Working calendar (%(calendar)s): version %(number)s waits for your approval."),
        "calendar.approved": _("Working calendar (%(calendar)s): version %(number)s is in force."),
        "calendar.year_unknown": _(
            "Working calendar (%(calendar)s): the public holidays of %(year)s are an estimate. Take them over once the "
            "State Council has announced them."
        ),
        "calendar.year_known": _(
            "Working calendar (%(calendar)s): the public holidays of %(year)s were announced. Take them over now."
        ),
    },
    page="calendars",
)
register_actions(
    {
        "calendar.proposed": _("Proposed a working calendar"),
        "calendar.approved": _("Approved a working calendar"),
        "calendar.withdrawn": _("Withdrew a proposed working calendar"),
    }
)
