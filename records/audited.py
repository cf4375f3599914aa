"""Entries of the audit trail about what needed a second person."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from core.numbers import whole_number
from records.about import About, register_about
from records.approvals import label_of, words_of
from records.models import Approval
from records.sentences import register_actions


def _approvals(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """What was asked, in words; the whole of it and the page for whoever may see it."""
    keys = {target: whole_number(target.removeprefix("approval ")) for target in targets}
    rows = Approval.objects.filter(project=project, pk__in=[key for key in keys.values() if key is not None])
    found = {approval.pk: approval for approval in rows}
    seen = set(Approval.objects.visible_to(user).filter(pk__in=list(found)).values_list("pk", flat=True))
    return {
        target: About(words_of(found[key]), reverse("approvals")) if key in seen else About(label_of(found[key]))
        for target, key in keys.items()
        if key in found
    }


register_actions(
    {
        "approval.asked": _("Asked for a second person's approval"),
        "approval.approved": _("Approved as the second person"),
        "approval.refused": _("Refused as the second person"),
        "approval.withdrawn": _("Took back what was to be approved"),
    }
)
register_about(
    ["approval.asked", "approval.approved", "approval.refused", "approval.withdrawn"],
    _approvals,
    otherwise=_("something that needs a second person"),
)
