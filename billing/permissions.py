"""Who may do what with money. Buttons and actions ask the same."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.states import Role
from billing.models import Receipt
from cases.models import Case
from core.errors import NotAllowed
from estate.models import REGISTER_ROLES

TAKERS = (Role.CASHIER,)
BILLERS = (Role.CASHIER, Role.SUPERVISOR)
SETTERS = (Role.SUPERVISOR, Role.GM, Role.ADMIN)
CLOSERS = (Role.SUPERVISOR, Role.GM)
COLLECTORS = (Role.CASHIER, Role.SUPERVISOR, Role.GM)
COLLECTION_LEADERS = (Role.SUPERVISOR, Role.GM)


def can_take_payment(user: User, project: Project) -> bool:
    """Cashiers take money."""
    return user.has_role(project.pk, *TAKERS)


def require_taker(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not take money in the project."""
    if not can_take_payment(user, project):
        raise NotAllowed(_("Only cashiers take money."))


def can_reverse(user: User, receipt: Receipt) -> bool:
    """The cashier who took the money takes it back; a supervisor may for them."""
    project = receipt.payment.project_id
    own = receipt.payment.by_id == user.pk and user.has_role(project, *TAKERS)
    return own or user.has_role(project, Role.SUPERVISOR)


def can_print_receipt(user: User, receipt: Receipt) -> bool:
    """Whoever takes money hands receipts out."""
    return user.has_role(receipt.payment.project_id, *BILLERS)


def can_bill(user: User, project: Project) -> bool:
    """Cashiers and supervisors raise bills, and make unpaid ones void."""
    return user.has_role(project.pk, *BILLERS)


def can_close_month(user: User, project: Project) -> bool:
    """Supervisors and general managers close a month of the ledger."""
    return user.has_role(project.pk, *CLOSERS)


def can_read_prices(user: User, project: Project) -> bool:
    """Whoever works with the register answers what something costs."""
    return user.is_superuser or user.has_role(project.pk, *REGISTER_ROLES)


def can_set_prices(user: User, project: Project) -> bool:
    """Supervisors, general managers and administrators publish prices."""
    return user.has_role(project.pk, *SETTERS)


def can_collect(user: User, case: Case) -> bool:
    """Cashiers remind, send letters and visit; supervisors and general managers may too."""
    return user.has_role(case.project_id, *COLLECTORS)


def leads_collection(user: User, case: Case) -> bool:
    """Supervisors and general managers excuse, ask for the legal channel, and send a letter before its time."""
    return user.has_role(case.project_id, *COLLECTION_LEADERS)


def require_letters(user: User, case: Case) -> None:
    """Raise `NotAllowed` for who reads an arrears case and is not to have its papers in hand."""
    if not can_collect(user, case):
        raise NotAllowed(_("Only cashiers and supervisors print demand letters."))
