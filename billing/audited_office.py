"""Entries of the audit trail about office costs."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import OfficeCost
from records.about import About, register_about
from records.sentences import register_actions


def _costs(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Office costs by number, with their page."""
    rows = OfficeCost.objects.visible_to(user).filter(project=project, number__in=list(targets))
    found = rows.values_list("number", flat=True)
    return {number: About(number, reverse("office_cost", args=[number])) for number in found}


ACTIONS = {
    "office.asked": _("Asked for an office cost"),
    "office.approved": _("Approved an office cost"),
    "office.paid": _("Paid an office cost"),
    "office.reversed": _("Took an office cost back"),
    "office.printed": _("Printed the form of an office cost"),
}
register_actions({**ACTIONS, "office.exported": _("Exported a month of office costs")})
register_about(list(ACTIONS), _costs, otherwise=_("an office cost"))
