"""Who may do what with money. Buttons and actions ask the same."""

from accounts.models import Project, User
from accounts.states import Role
from billing.models import Receipt

TAKERS = (Role.CASHIER,)
BILLERS = (Role.CASHIER, Role.SUPERVISOR)
CLOSERS = (Role.SUPERVISOR, Role.GM)


def can_take_payment(user: User, project: Project) -> bool:
    """Cashiers take money."""
    return user.has_role(project.pk, *TAKERS)


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
