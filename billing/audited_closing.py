"""Entries of the audit trail about closed days and months, statements, deposits, and money from the door."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import DayClose, Deposit, DoorVisit, HandIn
from estate.models import Household
from records.about import About, register_about
from records.sentences import register_actions, register_names


def _closes(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Closed days by key, with their page."""
    keys = [int(target) for target in targets if target.isascii() and target.isdigit()]
    rows = DayClose.objects.visible_to(user).filter(project=project, pk__in=keys).select_related("cashier")
    return {str(row.pk): About(str(row), reverse("dayclose", args=[row.pk])) for row in rows}


def _deposits(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Deposits by number, with their page."""
    rows = Deposit.objects.visible_to(user).filter(project=project, number__in=list(targets))
    return {
        number: About(number, reverse("deposit", args=[number])) for number in rows.values_list("number", flat=True)
    }


def _visits(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Visits to collect by number, with their page."""
    rows = DoorVisit.objects.visible_to(user).filter(project=project, number__in=list(targets))
    return {number: About(number, reverse("door", args=[number])) for number in rows.values_list("number", flat=True)}


def _hand_ins(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """What was handed in by number, with its page."""
    rows = HandIn.objects.visible_to(user).filter(project=project, number__in=list(targets))
    numbers = rows.values_list("number", flat=True)
    return {number: About(number, reverse("door_handed_in", args=[number])) for number in numbers}


def _households(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Households by key, named by their room."""
    keys = [int(target) for target in targets if target.isascii() and target.isdigit()]
    rows = Household.objects.filter(project=project, pk__in=keys).values_list("pk", "unit__number")
    return {str(pk): About(room, reverse("household_statement", args=[pk])) for pk, room in rows}


register_actions(
    {
        "day.closed": _("Closed a day"),
        "day.closed_for": _("Closed the day of somebody who had not"),
        "day.reopened": _("Opened a day again"),
        "month.closed": _("Closed a month"),
        "books.differ": _("The books did not agree with the ledger"),
        "statement.exported": _("Exported a statement"),
        "account.printed": _("Printed a household's statement"),
        "account.exported": _("Exported a household's statement"),
        "invoice.registered": _("Registered a tax invoice"),
        "invoice.reddened": _("Registered a red-letter invoice"),
        "invoices.exported": _("Exported the register of invoices"),
        "deposit.taken": _("Took a deposit"),
        "deposit.returned": _("Gave a deposit back"),
        "deposit.kept": _("Kept a deposit"),
        "deposit.move_reversed": _("Took back what became of a deposit"),
        "door.asked": _("Arranged to collect at the door"),
        "door.confirmed": _("Confirmed a visit to collect"),
        "door.prepared": _("Prepared a receipt for the door"),
        "door.collected": _("Collected at the door"),
        "door.missed": _("Collected nothing at the door"),
        "door.cancelled": _("Cancelled a visit to collect"),
        "door.handed_in": _("Received what was collected at the door"),
    }
)
register_names(
    {
        "difference": _("Difference"),
        "until": _("Until"),
        "original": _("Original invoice"),
        "receipt": _("Receipt"),
        "cashier": _("Cashier"),
    }
)
register_about(["day.closed", "day.closed_for", "day.reopened"], _closes, otherwise=_("a day"))
register_about(["deposit.taken", "deposit.returned", "deposit.kept", "deposit.move_reversed"], _deposits)
DOORS = ["door.asked", "door.confirmed", "door.prepared", "door.collected", "door.missed", "door.cancelled"]
register_about(DOORS, _visits)
register_about(["door.handed_in"], _hand_ins)
register_about(["account.printed", "account.exported"], _households, otherwise=_("a household"))
