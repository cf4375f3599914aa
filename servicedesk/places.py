"""Who finds what in the left-hand navigation. Order decides the role's home page: its first entry."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import Role
from reception.queries.desk import waiting_count
from records.http import now
from servicedesk.navigation import Entry
from tickets.reads.counts import my_open_jobs, to_dispatch
from visits.queries import waiting


def callbacks_to_make(user: User, project: Project) -> int:
    """Callbacks that can be made now."""
    return waiting(project=project, user=user, at=now())


RECEPTION = [
    Entry(_("Front desk"), "desk", "concierge-bell", frozenset({Role.FRONTDESK}), 0, waiting_count),
    Entry(_("Quick intake"), "intake", "square-pen", frozenset({Role.FRONTDESK}), 5),
    Entry(_("Front desk"), "desk", "concierge-bell", frozenset({Role.SUPERVISOR}), 50, waiting_count),
    Entry(
        _("Work log"),
        "contacts",
        "notebook-text",
        frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.ADMIN, Role.GM, Role.QUALITY}),
        60,
    ),
]
TICKETS = [
    Entry(_("My jobs"), "my_jobs", "hard-hat", frozenset({Role.TECHNICIAN}), 10, my_open_jobs),
    Entry(
        _("Tickets"),
        "tickets",
        "clipboard-list",
        frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.HEAD, Role.GM, Role.QUALITY, Role.ADMIN}),
        20,
    ),
    Entry(
        _("Dispatch"),
        "dispatch",
        "calendar-clock",
        frozenset({Role.SUPERVISOR, Role.HEAD, Role.FRONTDESK}),
        30,
        to_dispatch,
    ),
]
CALLBACKS = [
    Entry(
        _("Callbacks"),
        "callbacks",
        "phone-outgoing",
        frozenset({Role.FRONTDESK, Role.SUPERVISOR}),
        40,
        callbacks_to_make,
    ),
]
PORTAL = [Entry(_("My home"), "portal_home", "house", frozenset({Role.RESIDENT}), 10)]
INBOX = [
    Entry(
        _("Messages"),
        "inbox",
        "bell",
        frozenset({Role.CASHIER, Role.GUARD, Role.TECHNICIAN, Role.RESIDENT}),
        90,
    )
]
REGISTER = [
    Entry(_("Import"), "register_imports", "file-spreadsheet", frozenset({Role.SUPERVISOR, Role.ADMIN}), 95),
]

PLACES: list[Entry] = [*RECEPTION, *TICKETS, *CALLBACKS, *PORTAL, *INBOX, *REGISTER]
