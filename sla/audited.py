"""Entries of the audit trail about deadline rules, which hold in the whole company."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from accounts.models import Project, User
from records.about import About, register_about
from records.sentences import register_companywide
from sla.models import Policy
from sla.permissions import can_read_rules

RULES = (
    "rule.proposed",
    "rule.approved",
    "rule.refused",
    "rule.withdrawn",
    "rule.apply_asked",
    "rule.apply_stopped",
    "rule.applied",
)
CALENDARS = ("calendar.proposed", "calendar.approved", "calendar.refused", "calendar.withdrawn")


def _rules(user: User, project: Project, keys: Collection[str]) -> Mapping[str, About]:
    """Rules by the name of their promise."""
    open_to = can_read_rules(user)
    found = Policy.objects.filter(key__in=list(keys))
    return {policy.key: About(policy.name, reverse("rule", args=[policy.key]) if open_to else "") for policy in found}


register_about(RULES, _rules)
# Whoever reads a trail reads the rules too, whichever project they look after.
register_companywide((*RULES, *CALENDARS))
