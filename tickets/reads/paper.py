"""What is printed on a ticket's form, gathered from its rows. The paper is Chinese, in the project's time."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.utils import translation
from django.utils.translation import gettext as _

from cases.states import Channel
from tickets.models import Job, Ticket, WorkLine
from tickets.papers import FormKind, PaperForm, PaperLine
from tickets.sentences import charge_sentence
from tickets.states import AcceptedBy, JobState

Local = Callable[[datetime | None], datetime | None]


def paper_name(form: PaperForm) -> str:
    """The file name under which an issued form is kept: the same for a reprint, another once the work went on.

    It names the stage for people, and stands for everything that the form says of the work and who pays. Whom to ask,
    and in which words it was reported, is not of the work: what is mended there makes no new form.
    """
    work = (
        form.why,
        form.technician,
        form.appointment_from,
        form.appointment_to,
        form.arrived_at,
        form.completed_at,
        form.report,
        form.leak_test_ended_at,
        form.lines,
        form.quote_accepted_at,
    )
    mark = sha256(repr(work).encode()).hexdigest()[:12]
    return f"{form.number}-{form.kind}-{stage(form)}-{mark}.pdf"


def stage(form: PaperForm) -> str:
    """How far the work was when the form was issued."""
    if form.completed_at is not None:
        return "tested" if form.leak_test_ended_at else "done"
    return "sent" if form.technician else "open"


def paper_form(ticket: Ticket, *, url: str) -> PaperForm:
    """The form of a ticket, with the contact's phone in clear: whoever prints it logs the reveal first."""
    with translation.override("zh-hans"):
        return _form(ticket, url)


def _form(ticket: Ticket, url: str) -> PaperForm:
    case = ticket.case
    here = _in_zone_of(ticket)
    job = _last_job(ticket)
    reported = case.opened_at.astimezone(case.project.tz)
    return PaperForm(
        kind=FormKind(ticket.form),
        project=case.project.name_zh,
        number=case.number,
        url=url,
        room=case.unit.number if case.unit else case.place,
        reported_at=reported,
        service_phone=case.project.phone,
        channel=str(Channel(case.channel).label),
        category=ticket.category.name if ticket.category else "",
        reporter=case.contact_name,
        phone=case.contact_phone,
        preferred_from=here(ticket.preferred_from),
        preferred_to=here(ticket.preferred_to),
        description=ticket.description or case.title,
        why=charge_sentence(ticket),
        taken_by=str(case.taker) if case.taker else "",
        department=str(case.department) if case.department else "",
        technician=str(job.technician) if job else "",
        appointment_from=here(job.window_from) if job else None,
        appointment_to=here(job.window_to) if job else None,
        arrived_at=here(job.arrived_at) if job else None,
        completed_at=here(ticket.completed_at),
        report=ticket.report,
        leak=bool(ticket.category and ticket.category.is_leak),
        leak_test_ended_at=here(ticket.leak_test_ended_at),
        lines=_lines(ticket),
        quote_accepted_at=here(ticket.quote_accepted_at),
        quote_accepted_by=_accepted(ticket),
    )


def _in_zone_of(ticket: Ticket) -> Local:
    zone = ticket.case.project.tz
    return lambda moment: moment.astimezone(zone) if moment else None


def _last_job(ticket: Ticket) -> Job | None:
    gone = (JobState.RETURNED, JobState.CANCELLED)
    return ticket.jobs.exclude(state__in=gone).select_related("technician").order_by("-number").first()


def _lines(ticket: Ticket) -> tuple[PaperLine, ...]:
    rows = list(WorkLine.objects.filter(ticket=ticket).done()) or list(WorkLine.objects.filter(ticket=ticket).quoted())
    return tuple(
        PaperLine(name=row.name, unit=row.unit, quantity=row.quantity, unit_price=row.unit_price) for row in rows
    )


def _accepted(ticket: Ticket) -> str:
    if not ticket.quote_accepted_how:
        return ""
    how = str(AcceptedBy(ticket.quote_accepted_how).label)
    return _("%(who)s, %(how)s") % {"who": ticket.case.contact_name, "how": how}
