"""Sentences about complaints in the reader's language: what happened, what is told."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.registry import Label

EVENTS: dict[str, Label] = {
    "complaint.registered": _("Complaint taken: %(title)s; %(replier)s will reply."),
    "complaint.amended": _("Put right whom to call, or what it is about."),
    "complaint.harm_stopped": _("Acted at once against the harm."),
    "complaint.acknowledged": _("%(who)s took note of it."),
    "complaint.regraded": _("Graded anew: %(after)s instead of %(before)s."),
    "complaint.referred": _("Referred to %(department)s; person responsible: %(person)s."),
    "complaint.handed_on": _("Handed on to %(person)s within %(department)s."),
    # Nobody there was named.
    "complaint.referred_to_all": _("Referred to %(department)s."),
    "complaint.accepted": _("%(who)s took it on."),
    "complaint.contacted": _("%(who)s spoke with the resident."),
    "complaint.progressed": _("Told the resident how it stands."),
    "complaint.delay_explained": _("Explained to the resident why it takes longer, and reported it upward."),
    "complaint.heads_called": _("Called the heads of %(departments)s to %(place)s."),
    "complaint.escalated": _("Escalated: %(asked)s."),
    "complaint.established": _("Responsible: %(parties)s."),
    "complaint.remedy_proposed": _("Proposed a remedy at ¥%(cost)s."),
    "complaint.remedy_unpriced": _("Proposed a remedy, no cost named."),
    "complaint.remedy_settled": _("The resident %(words)s: %(remedy)s"),
    "complaint.answered": _("Gave the resident a clear answer."),
    "complaint.resolved": _("Result: %(outcome)s."),
    "complaint.informed": _("Told the resident the result, %(how)s."),
    "complaint.closed": _("Closed: %(words)s."),
    "complaint.reopened": _("Opened again."),
    "complaint.taken_back": _("Result taken back before the resident was told; its deadlines go on."),
    "complaint.closing_taken_back": _("Closing taken back."),
    "complaint.work_moved": _("%(other)s: %(words)s."),
}

MEASURE_EVENTS: dict[str, Label] = {
    "measure.opened": _("Planned: %(who)s does it by %(day)s."),
    "measure.done": _("Done."),
    "measure.postponed": _("Put off to %(day)s."),
    "measure.dropped": _("Dropped."),
    "measure.resumed": _("Taken up again, by %(day)s."),
}

MESSAGES: dict[str, Label] = {
    **{f"told.{kind}": format_lazy("%(case)s · {}", sentence) for kind, sentence in EVENTS.items()},
    "complaint.referred_to_you": _("%(case)s was referred to you: %(title)s"),
    "complaint.online": _("%(case)s came in and waits for somebody: %(title)s"),
    "complaint.unspoken": _(
        "%(case)s: a result stands (%(outcome)s), yet the person responsible never spoke with the resident."
    ),
    "complaint.graded": _("%(case)s is now graded %(grade)s. Due: %(due)s. Why: %(text)s"),
    "complaint.delayed": _("%(case)s cannot be solved at once: %(text)s"),
    "complaint.come": _("%(case)s: please come to %(place)s."),
    "complaint.escalated": _("%(case)s: %(asked)s asked for. %(title)s"),
    "complaint.reopened": _("%(case)s was opened again: %(text)s"),
    "complaint.taken_back": _("%(case)s: the result was taken back, its deadlines go on: %(text)s"),
    "complaint.work_moved": _("%(case)s: %(other)s %(words)s."),
    "measure.yours": _("%(case)s is yours to do: %(title)s"),
    "measure.done": _("%(case)s is done: %(title)s"),
    "measure.dropped": _("%(case)s was dropped: %(title)s"),
    "measure.moved": _("%(case)s is now due on %(day)s: %(title)s"),
}
