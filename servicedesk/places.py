"""Who finds what in the left-hand navigation, and what more the palette offers. Order decides the role's home page."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import STAFF_ROLES, Role
from billing.models.bills import MONEY_ROLES
from billing.models.office import ASKERS
from billing.models.office import READERS as OFFICE_READERS
from billing.queries.ladder import to_remind
from cases.registry import visitors
from complaints.queries import my_open
from estate.models import REGISTER_ROLES
from reception.queries.desk import waiting_count
from records.deciders import deciding_roles
from records.http import now
from records.queries import to_decide_count
from servicedesk.navigation import Entry
from sla.calendar_reads import waiting_calendars
from sla.permissions import READ_RULES
from sla.queries import waiting_proposals
from tickets.reads.counts import my_open_jobs, to_dispatch
from tickets.reads.listing import VIEWS
from visits.queries.callbacks import waiting


def callbacks_to_make(user: User, project: Project) -> int:
    """Callbacks that can be made now."""
    return waiting(project=project, user=user, at=now())


def proposals_waiting(user: User, project: Project) -> int:
    """Changed rules that wait for a leader, the whole company's."""
    return waiting_proposals()


def calendars_waiting(user: User, project: Project) -> int:
    """Changed calendars that wait for the leader."""
    return waiting_calendars(user)


def approvals_to_decide(user: User, project: Project) -> int:
    """What waits for the person as the second one, in all of their projects."""
    return to_decide_count(user)


AT_THE_DESK = frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.ADMIN})
READ_TICKETS = frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.HEAD, Role.GM, Role.QUALITY, Role.ADMIN})
MAKE_CALLS = frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.GM})
READ_AUDIT = frozenset({Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN})
READ_FIGURES = frozenset({Role.SUPERVISOR, Role.GM, Role.QUALITY})
READ_MONEY = frozenset(MONEY_ROLES)
RAISE_BILLS = frozenset({Role.CASHIER, Role.SUPERVISOR})
READ_PRICES = frozenset(REGISTER_ROLES)
ASK_FOR_COSTS = frozenset(ASKERS)
LEAD_MONEY = frozenset({Role.SUPERVISOR, Role.GM})
# Each kind of case says who visits for it.
VISITORS = visitors()
OVERSEE = frozenset({Role.SUPERVISOR, Role.GM, Role.ADMIN})

RECEPTION = [
    Entry(_("Front desk"), "desk", "concierge-bell", frozenset({Role.FRONTDESK}), 0, waiting_count),
    Entry(
        _("Log a call"),
        "contact_new",
        "phone-incoming",
        frozenset({Role.FRONTDESK}),
        3,
        also=(_("Log a call or visit"), _("Record a call")),
    ),
    Entry(_("Take a repair"), "intake", "square-pen", frozenset({Role.FRONTDESK}), 5, also=(_("Quick intake"),)),
    Entry(_("Front desk"), "desk", "concierge-bell", frozenset({Role.SUPERVISOR}), 50, waiting_count),
    Entry(
        _("Work log"),
        "contacts",
        "notebook-text",
        frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.ADMIN, Role.GM, Role.QUALITY}),
        60,
    ),
]
TILL = [
    Entry(_("Till"), "till", "wallet", frozenset({Role.CASHIER}), 0),
    Entry(_("Billing runs"), "runs", "receipt-text", frozenset({Role.CASHIER}), 80),
    Entry(_("Billing runs"), "runs", "receipt-text", frozenset({Role.SUPERVISOR}), 86),
    Entry(_("Meter readings"), "readings", "gauge", frozenset({Role.CASHIER}), 81),
    Entry(_("Shared costs"), "shared_costs", "split", frozenset({Role.CASHIER}), 82),
    Entry(_("Receipts"), "receipts", "receipt", frozenset({Role.CASHIER}), 3),
    Entry(_("Day close"), "dayclose_own", "lock", frozenset({Role.CASHIER}), 4),
    Entry(_("Deposits"), "deposits", "piggy-bank", frozenset({Role.CASHIER}), 6),
    Entry(_("Statements"), "statements", "sheet", frozenset({Role.CASHIER, Role.GM}), 88),
    # Of the heads the one of finance reads all of them, the others what they asked for themselves.
    Entry(
        _("Office costs"),
        "office_costs",
        "building-2",
        frozenset({Role.CASHIER, Role.SUPERVISOR, Role.HEAD, Role.GM}),
        89,
    ),
    Entry(_("Day closes"), "dayclose_all", "calendar-check", frozenset({Role.SUPERVISOR}), 87),
    Entry(_("Collecting"), "arrears", "hand-coins", frozenset({Role.CASHIER}), 5, to_remind),
    Entry(_("Collecting"), "arrears", "hand-coins", frozenset({Role.SUPERVISOR}), 45),
    Entry(_("Collecting at the door"), "doors", "door-open", frozenset({Role.CASHIER}), 7),
    Entry(_("Collecting at the door"), "doors", "door-open", frozenset({Role.SUPERVISOR}), 46),
]
TICKETS = [
    Entry(_("My jobs"), "my_jobs", "hard-hat", frozenset({Role.TECHNICIAN, Role.CASHIER}), 10, my_open_jobs),
    Entry(
        _("Tickets"),
        "tickets",
        "clipboard-list",
        READ_TICKETS,
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
COMPLAINTS = [
    Entry(
        _("Complaints"),
        "complaints",
        "megaphone",
        frozenset({Role.FRONTDESK, Role.SUPERVISOR, Role.HEAD, Role.GM, Role.QUALITY}),
        35,
        my_open,
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
    Entry(_("Home visits"), "home_visits", "footprints", VISITORS - LEAD_MONEY, 8),
]
PORTAL = [
    Entry(_("My home"), "portal_home", "house", frozenset({Role.RESIDENT}), 10),
    Entry(_("My bills"), "portal_bills", "receipt-text", frozenset({Role.RESIDENT}), 20, also=(_("Pay online"),)),
]
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

# Whoever decides about something; what rooms bring is known by now.
APPROVALS = [
    Entry(
        _("Approvals"),
        "approvals",
        "stamp",
        frozenset(Role(role) for role in deciding_roles()),
        85,
        approvals_to_decide,
    ),
]
RULES = [
    Entry(_("Deadline rules"), "rules", "timer", frozenset({Role.GM}), 97, proposals_waiting),
    Entry(_("Deadline rules"), "rules", "timer", frozenset({Role.ADMIN}), 97),
    Entry(_("Working calendars"), "calendars", "calendar-days", frozenset({Role.GM}), 98, calendars_waiting),
    Entry(_("Working calendars"), "calendars", "calendar-days", frozenset({Role.ADMIN}), 98),
]

PLACES: list[Entry] = [
    *RECEPTION,
    *TILL,
    *TICKETS,
    *COMPLAINTS,
    *CALLBACKS,
    *PORTAL,
    *INBOX,
    *REGISTER,
    *APPROVALS,
    *RULES,
]

# --- the palette: what is no entry of the navigation but has an address of its own -----------------------------------
TASKS: list[Entry] = [
    Entry(_("Take a repair"), "intake", "square-pen", AT_THE_DESK, 5, also=(_("Quick intake"),)),
    Entry(
        _("Log a call or visit"),
        "contact_new",
        "phone-incoming",
        AT_THE_DESK,
        10,
        also=(_("Log a call"), _("Record a call")),
    ),
    Entry(
        _("Somebody came: join the line"),
        "desk",
        "user-plus",
        AT_THE_DESK,
        15,
        query="#join",
        also=(_("Waiting line"),),
    ),
    Entry(_("Front desk"), "desk", "concierge-bell", AT_THE_DESK, 20),
    Entry(_("Callbacks"), "callbacks", "phone-outgoing", MAKE_CALLS, 25),
    Entry(_("Home visits"), "home_visits", "footprints", VISITORS, 26),
    Entry(_("My home visits"), "home_visits", "footprints", VISITORS, 26, query="?who=me"),
    Entry(_("Dispatch"), "dispatch", "calendar-clock", frozenset({Role.GM}), 30),
    Entry(_("Messages"), "inbox", "bell", frozenset(Role), 35),
    Entry(_("Absences and stand-ins"), "absences", "plane", STAFF_ROLES, 37, also=(_("I am away"), _("Leave"))),
    Entry(_("On call"), "on_call", "phone-call", STAFF_ROLES, 38, also=(_("Night duty"), _("Weekend duty"))),
    Entry(_("Who was told what"), "told", "mail-check", OVERSEE, 39, also=(_("Messages sent"),)),
    Entry(
        _("Complaints in figures"), "complaint_figures", "chart-column", READ_FIGURES, 27, also=(_("Complaint rate"),)
    ),
    Entry(_("Improvement measures"), "measures", "list-checks", STAFF_ROLES, 28),
    Entry(_("Approvals"), "approvals", "stamp", STAFF_ROLES, 38, also=(_("What I asked a second person for"),)),
    Entry(_("Building plan"), "plan", "building-2", frozenset({Role.CASHIER}), 28, also=(_("Who is paid up"),)),
    Entry(_("Receipts"), "receipts", "receipt", READ_MONEY, 29, also=(_("Print a receipt again"),)),
    Entry(_("Deposits"), "deposits", "piggy-bank", READ_MONEY, 29),
    Entry(_("Collecting at the door"), "doors", "door-open", READ_MONEY, 29),
    Entry(_("My doors to collect at"), "doors", "door-open", RAISE_BILLS | {Role.FRONTDESK}, 29, query="?show=mine"),
    Entry(
        _("Receive what was collected"), "door_hand_in", "banknote", RAISE_BILLS, 29, also=(_("Hand in door money"),)
    ),
    Entry(_("Tax invoices"), "invoices", "file-text", READ_MONEY, 29, also=(_("Red-letter invoice"),)),
    Entry(_("Register an invoice"), "invoice_new", "file-plus", RAISE_BILLS, 32),
    Entry(_("Statements"), "statements", "sheet", LEAD_MONEY, 29, also=(_("Income"), _("Close the month"))),
    Entry(_("Proof of the books"), "proof", "scale", LEAD_MONEY, 29, also=(_("Trial balance"), _("Ledger"))),
    Entry(_("Day closes"), "dayclose_all", "calendar-check", LEAD_MONEY, 29, also=(_("Who closed the day"),)),
    Entry(_("Day close"), "dayclose_own", "lock", frozenset({Role.SUPERVISOR}), 29),
    Entry(_("Prices"), "tariffs", "tags", READ_PRICES, 39, also=(_("Tariffs"), _("What something costs"))),
    Entry(_("Billing runs"), "runs", "receipt-text", READ_MONEY, 31, also=(_("Raise bills"),)),
    Entry(_("New billing run"), "run_new", "receipt-text", RAISE_BILLS, 32),
    Entry(_("Meter readings"), "readings", "gauge", READ_MONEY, 33, also=(_("Enter readings"),)),
    Entry(_("Shared costs"), "shared_costs", "split", READ_MONEY, 34, also=(_("Share a cost out"),)),
    Entry(_("Office costs"), "office_costs", "building-2", ASK_FOR_COSTS, 34, also=(_("Utilities of the office"),)),
    Entry(
        _("Ask for an office cost"),
        "office_cost_new",
        "file-plus",
        ASK_FOR_COSTS,
        34,
        also=(_("Reimbursement"), _("Share of a supplier's bill")),
    ),
    Entry(_("Office costs by month"), "office_month", "sheet", frozenset(OFFICE_READERS), 34),
    Entry(_("Refunds"), "refunds", "undo-2", READ_MONEY, 39, also=(_("Give back what was paid in advance"),)),
    Entry(
        _("Collecting"),
        "arrears",
        "hand-coins",
        frozenset({Role.CASHIER, Role.SUPERVISOR, Role.GM}),
        39,
        also=(_("Arrears"), _("Demand letters")),
    ),
    Entry(_("Audit trail"), "audit", "shield-check", READ_AUDIT, 40),
    Entry(_("Deadline rules"), "rules", "timer", frozenset(READ_RULES), 45),
    Entry(
        _("Working calendars"),
        "calendars",
        "calendar-days",
        frozenset(READ_RULES),
        46,
        also=(_("Public holidays"), _("Working hours")),
    ),
]
SAVED_VIEWS: list[Entry] = [
    *(
        Entry(
            format_lazy("{} · {}", _("Tickets"), label),
            "tickets",
            "list-filter",
            READ_TICKETS,
            50,
            query=f"?view={view}",
        )
        for view, label in VIEWS.items()
    ),
    Entry(_("Callbacks to try again later"), "callbacks", "phone-missed", MAKE_CALLS, 60, query="?show=later"),
    Entry(_("Dispatch tomorrow"), "dispatch", "calendar-clock", MAKE_CALLS | {Role.HEAD}, 65, query="?day=tomorrow"),
    Entry(_("Unread messages"), "inbox", "bell-dot", frozenset(Role), 70, query="?show=unread"),
    Entry(_("Messages that may not have arrived"), "told", "mail-question-mark", OVERSEE, 75, query="?state=unknown"),
]
