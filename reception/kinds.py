"""What the house knows of the desk: the kind of case, the sentences of its events and messages."""

from django.utils.translation import gettext_lazy as _

from cases.registry import CaseKind
from reception.actions.tickets import became
from reception.states import PHASES, TRANSITIONS, State

CONTACT = CaseKind(
    key="contact",
    label=_("Contact"),
    prefix="JD",
    states={state.value: state.label for state in State},
    phases=PHASES,
    transitions=TRANSITIONS,
    page="contact",
    on_child=became,
    sentences={
        "contact.queued": _("Joined the line."),
        "contact.served": _("Is being served."),
        "contact.held": _("Put on hold."),
        "contact.picked_up": _("Picked up again."),
        "contact.promised": _("Promised a reply by %(to)s until %(moment)s."),
        "contact.replied": _("Gave the promised reply."),
        "contact.routed": _("Handed to %(to)s."),
        "contact.answered": _("Answered."),
        "contact.closed": _("Ended."),
        "contact.reworded": _("Wrote down anew what was answered. Before it read as below."),
        "contact.corrected": _("Put right, because: %(reason)s. Before: %(was)s."),
    },
)

MESSAGES = {
    "contact.supervisor": _("%(case)s: a visitor (%(name)s) asks for the supervisor."),
    "contact.passed": _("%(case)s: %(by)s asks you to serve this visitor: %(title)s"),
    "contact.promised": _("%(case)s: your reply is promised until %(until)s: %(question)s"),
    "contact.handed": _("%(case)s: %(by)s handed this to you: %(title)s"),
    "contact.chased": _("%(case)s: %(name)s asks again: %(title)s"),
}
