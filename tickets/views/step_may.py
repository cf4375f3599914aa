"""Who may take which step of a ticket, and which ticket it fits: the predicates of the actions, asked of a page."""

from accounts.models import User
from cases.sentences import sentence
from tickets import permissions
from tickets.reads.page import TicketPage
from tickets.states import ANSWERED_KINDS, WORK_KINDS


def at_the_desk(user: User, page: TicketPage) -> bool:
    """The desk, and whoever leads."""
    return permissions.at_the_desk(user, page.case)


def works(user: User, page: TicketPage) -> bool:
    """Whoever has the open job, or stands in for them."""
    return page.open_job is not None and permissions.can_work(user, page.case, page.open_job)


def prices(user: User, page: TicketPage) -> bool:
    """Who may quote and write down an acceptance."""
    return permissions.can_price(user, page.case, page.open_job)


def completes(user: User, page: TicketPage) -> bool:
    """Who may finish the work."""
    return permissions.can_complete(user, page.case, page.open_job)


def holds(user: User, page: TicketPage) -> bool:
    """Who may put it on hold and let it go on."""
    return permissions.can_hold(user, page.case, page.open_job)


def tells(user: User, page: TicketPage) -> bool:
    """Who may tell the resident."""
    return permissions.can_tell_resident(user, page.case, page.open_job)


def cancels(user: User, page: TicketPage) -> bool:
    """Who may cancel it; once work was begun, fewer."""
    worked_on = any(job.was_worked_on for job in page.jobs)
    return permissions.can_cancel(user, page.case, worked_on_before=worked_on)


def ends_leak_test(user: User, page: TicketPage) -> bool:
    """Who may end the leak test."""
    return permissions.can_end_leak_test(user, page.case, page.last_job)


def closes(user: User, page: TicketPage) -> bool:
    """Who may close it."""
    return permissions.can_close(user, page.case)


def corrects(user: User, page: TicketPage) -> bool:
    """Whoever may take back what a colleague did last."""
    return page.to_correct is not None


def what_is_corrected(page: TicketPage) -> str:
    """What that was."""
    last = page.to_correct
    return f"{last.by}: {sentence(last.kind, last.data)}" if last is not None else ""


def is_work(page: TicketPage) -> bool:
    """Say whether somebody goes out for it."""
    return page.case.kind in WORK_KINDS


def is_question(page: TicketPage) -> bool:
    """Say whether it ends with an answer."""
    return page.case.kind in ANSWERED_KINDS


def nothing_owed(page: TicketPage) -> bool:
    """Say whether neither leak test nor callback keeps it open."""
    return not page.ticket.leak_test_runs and page.open_callback is None
