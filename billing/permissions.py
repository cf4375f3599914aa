"""Who may do what with money. Buttons and actions ask the same."""

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.states import Role
from billing.models import Bill, DayClose, Deposit, DoorVisit, OfficeCost, Receipt
from billing.models.bills import money_projects, own_households
from billing.models.closing import CLOSERS, TAKERS
from billing.models.office import ASKERS, office_projects
from cases.models import Case
from core.errors import NotAllowed
from estate.models import REGISTER_ROLES

BILLERS = (Role.CASHIER, Role.SUPERVISOR)
SETTERS = (Role.SUPERVISOR, Role.GM, Role.ADMIN)
# Who goes to the door, and who takes down that somebody should.
DOOR_ROLES = (Role.CASHIER, Role.FRONTDESK, Role.SUPERVISOR)
STATEMENT_READERS = (Role.CASHIER, Role.SUPERVISOR, Role.GM)
# Who decides, as the second person, about money that is waived, given back, or reversed after its day.
SECOND = (Role.SUPERVISOR, Role.GM)
# Who approves an office cost, up to the limit and above it.
OFFICE_DECIDERS = SECOND
LARGE_OFFICE_DECIDERS = (Role.GM,)
COLLECTORS = (Role.CASHIER, Role.SUPERVISOR, Role.GM)
COLLECTION_LEADERS = (Role.SUPERVISOR, Role.GM)


def can_take_payment(user: User, project: Project) -> bool:
    """Cashiers take money."""
    return user.has_role(project.pk, *TAKERS)


def require_taker(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not take money in the project."""
    if not can_take_payment(user, project):
        raise NotAllowed(_("Only cashiers take money."))


def can_pay_online(user: User, project: Project) -> bool:
    """Residents pay for their own home; what that is, their bills say."""
    return user.has_role(project.pk, Role.RESIDENT)


def require_online_payer(user: User, bill: Bill) -> int:
    """The key of the household that owes the bill; raises `NotAllowed` for who is not of it."""
    household = bill.household_id
    is_own = household is not None and own_households(user).filter(household=household).exists()
    if household is None or not is_own or not can_pay_online(user, bill.project):
        raise NotAllowed(_("You pay online for your own home only."))
    return household


def can_reverse(user: User, receipt: Receipt) -> bool:
    """The cashier who took the money takes it back; a supervisor may for them."""
    project = receipt.payment.project_id
    own = receipt.payment.by_id == user.pk and user.has_role(project, *TAKERS)
    return own or user.has_role(project, Role.SUPERVISOR)


def can_ask_provider_again(user: User, receipt: Receipt) -> bool:
    """Cashiers and supervisors have the provider asked again for the money of a reversed receipt."""
    return user.has_role(receipt.payment.project_id, *BILLERS)


def can_print_receipt(user: User, receipt: Receipt) -> bool:
    """Whoever takes money hands receipts out."""
    return user.has_role(receipt.payment.project_id, *BILLERS)


def can_bill(user: User, project: Project) -> bool:
    """Cashiers and supervisors raise bills, and make unpaid ones void."""
    return user.has_role(project.pk, *BILLERS)


def require_biller(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not raise bills in the project."""
    if not can_bill(user, project):
        raise NotAllowed(_("Only cashiers and supervisors raise bills."))


def can_read_money(user: User, project: Project) -> bool:
    """Whoever works with a project's money reads what is owed, paid and given back, its runs and readings."""
    return user.is_superuser or project.pk in money_projects(user)


def require_money_reader(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not work with the project's money."""
    if not can_read_money(user, project):
        raise NotAllowed(_("This page is for who works with the project's money."))


def can_read_meters(user: User, project: Project) -> bool:
    """Cashiers and supervisors take readings down, and say which meters there are."""
    return user.has_role(project.pk, *BILLERS)


def can_ask_for_waiver(user: User, project: Project) -> bool:
    """Cashiers and supervisors ask that something is waived; a second person decides."""
    return user.has_role(project.pk, *BILLERS)


def can_ask_for_refund(user: User, project: Project) -> bool:
    """Cashiers and supervisors ask that what was paid in advance is given back; a second person decides."""
    return user.has_role(project.pk, *BILLERS)


def can_ask_to_take_back(user: User, project: Project) -> bool:
    """Cashiers and supervisors ask that a refund, a waiver or what became of a deposit is taken back."""
    return user.has_role(project.pk, *BILLERS)


def can_decide_on_money(user: User, project: Project) -> bool:
    """Supervisors and general managers decide, as the second person, about what was asked for."""
    return user.has_role(project.pk, *SECOND)


def require_second(user: User, project: Project, asked_by: User) -> None:
    """Raise `NotAllowed` for who asked for it, or does not decide about money in the project."""
    if user.pk == asked_by.pk or not can_decide_on_money(user, project):
        raise NotAllowed(_("A second person decides about this: another supervisor, or the general manager."))


def can_register_invoice(user: User, project: Project) -> bool:
    """Cashiers and supervisors register tax invoices, which are issued in the tax bureau's system."""
    return user.has_role(project.pk, *BILLERS)


def can_print_refund(user: User, project: Project) -> bool:
    """Whoever hands money out has it signed for."""
    return user.has_role(project.pk, *BILLERS)


def can_close_month(user: User, project: Project) -> bool:
    """Supervisors and general managers close a month of the ledger."""
    return user.has_role(project.pk, *CLOSERS)


def require_closer(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not close months in the project."""
    if not can_close_month(user, project):
        raise NotAllowed(_("Only the supervisor or the general manager closes a month."))


def require_proof_reader(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not close the project's books."""
    if not can_close_month(user, project):
        raise NotAllowed(_("Only the supervisor and the general manager prove the books."))


def can_read_prices(user: User, project: Project) -> bool:
    """Whoever works with the register answers what something costs."""
    return user.is_superuser or user.has_role(project.pk, *REGISTER_ROLES)


def can_set_prices(user: User, project: Project) -> bool:
    """Supervisors, general managers and administrators publish prices."""
    return user.has_role(project.pk, *SETTERS)


def can_close_day(user: User, project: Project) -> bool:
    """Whoever takes money closes their day; a supervisor theirs, on which they gave money back."""
    return user.has_role(project.pk, *BILLERS)


def can_close_day_for(user: User, project: Project, cashier: int) -> bool:
    """A leader closes the day of somebody who left without closing it, never their own, by the person's key."""
    return cashier != user.pk and user.has_role(project.pk, *CLOSERS)


def require_day_closer(user: User, project: Project, cashier: User | None) -> None:
    """Raise `NotAllowed` for who does not close that person's day, their own or another's, known here or not."""
    if cashier is not None and cashier.pk == user.pk:
        if not can_close_day(user, project):
            raise NotAllowed(_("Only cashiers and supervisors close their day."))
    elif not can_close_day_for(user, project, cashier.pk if cashier is not None else 0):
        raise NotAllowed(_("Only a supervisor or the general manager closes somebody else's day."))


def can_read_closes(user: User, project: Project) -> bool:
    """Supervisors and general managers see who closed which day."""
    return user.has_role(project.pk, *CLOSERS)


def can_reopen_day(user: User, close: DayClose) -> bool:
    """A leader opens a closed day again, never their own."""
    return close.cashier_id != user.pk and user.has_role(close.project_id, *CLOSERS)


def can_read_statements(user: User, project: Project) -> bool:
    """Cashiers, supervisors and general managers read what came in and what is owed."""
    return user.has_role(project.pk, *STATEMENT_READERS)


def can_read_household_money(user: User, project: Project) -> bool:
    """Whoever answers residents about money hands their statement out."""
    return project.pk in money_projects(user)


def can_arrange_door(user: User, project: Project) -> bool:
    """Cashiers, the front desk and supervisors take such wishes down, confirm them by phone, and call them off."""
    return user.has_role(project.pk, *DOOR_ROLES)


def can_prepare_receipt(user: User, project: Project) -> bool:
    """Whoever hands receipts out prepares those that are carried to the door."""
    return user.has_role(project.pk, *BILLERS)


def can_collect_at_door(user: User, visit: DoorVisit) -> bool:
    """The collector alone takes the money, as long as they are one."""
    return visit.collector_id == user.pk and user.has_role(visit.project_id, *DOOR_ROLES)


def can_report_missed(user: User, visit: DoorVisit) -> bool:
    """The collector says that nothing was collected; a supervisor may for them."""
    return can_collect_at_door(user, visit) or user.has_role(visit.project_id, Role.SUPERVISOR)


def can_receive_door_cash(user: User, project: Project) -> bool:
    """Cashiers and supervisors count what collectors hand in, never what they collected themselves."""
    return user.has_role(project.pk, *BILLERS)


def can_move_deposit(user: User, deposit: Deposit) -> bool:
    """Cashiers give deposits back, and ask to keep them."""
    return user.has_role(deposit.project_id, *TAKERS)


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


def can_ask_for_office_cost(user: User, project: Project) -> bool:
    """Whoever of the staff works at a desk asks for what the office is to bear; a second person decides."""
    return user.has_role(project.pk, *ASKERS)


def require_office_asker(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not work at a desk of the project."""
    if not can_ask_for_office_cost(user, project):
        raise NotAllowed(_("Only staff at a desk ask for office costs."))


def can_read_office_costs(user: User, project: Project) -> bool:
    """Cashiers, supervisors, general managers and the head of finance read every office cost; others their own."""
    return user.is_superuser or project.pk in office_projects(user)


def require_office_reader(user: User, project: Project) -> None:
    """Raise `NotAllowed` for who does not read every office cost of the project."""
    if not can_read_office_costs(user, project):
        raise NotAllowed(_("Only who works with the project's money sees all office costs."))


def require_office_decider(user: User, cost: OfficeCost, *, above_limit: bool) -> None:
    """Raise `NotAllowed` for who asked for the cost, or does not approve so much."""
    require_second(user, cost.project, cost.asked_by)
    if above_limit and not user.has_role(cost.project_id, *LARGE_OFFICE_DECIDERS):
        raise NotAllowed(_("This is above the limit: the general manager decides about it."))


def can_pay_office_cost(user: User, cost: OfficeCost) -> bool:
    """Cashiers and supervisors pay out, never to themselves."""
    return cost.claimant_id != user.pk and user.has_role(cost.project_id, *BILLERS)


def can_reverse_office_cost(user: User, cost: OfficeCost) -> bool:
    """Cashiers and supervisors ask to take an office cost back; a second person decides."""
    return user.has_role(cost.project_id, *BILLERS)


def can_add_to_office_cost(user: User, cost: OfficeCost) -> bool:
    """Who asked brings the vouchers; who pays may add the one that was signed."""
    own = cost.asked_by_id == user.pk and user.has_role(cost.project_id, *ASKERS)
    return own or user.has_role(cost.project_id, *BILLERS)


def require_not_paid(user: User, cost: OfficeCost) -> None:
    """Raise `NotAllowed` for whom the cost is paid to: they decide nothing about it."""
    if cost.claimant_id == user.pk:
        raise NotAllowed(_("Whoever is paid does not decide about it: another supervisor or the general manager does."))
