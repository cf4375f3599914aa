"""Keeping a deposit needs two people: what is asked, who decides, and what is carried out."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.states import Role
from billing.actions.deposits import KEEP, keep_deposit
from records.approvals import Handler, register_approval
from records.models import Approval


def _words(approval: Approval) -> str:
    words = _("Keep ¥%(amount)s of deposit %(deposit)s (%(unit)s, %(purpose)s)")
    return words % {name: approval.data[name] for name in ("amount", "deposit", "unit", "purpose")}


def _carry_out(approval: Approval, by: User, at: datetime) -> None:
    keep_deposit(approval=approval, by=by, at=at)


def _page(approval: Approval, reader: User) -> str:
    return reverse("deposit", args=[approval.subject])


register_approval(
    KEEP,
    Handler(
        label=gettext_lazy("Keep a deposit"),
        words=_words,
        may_decide=(Role.SUPERVISOR, Role.GM),
        carry_out=_carry_out,
        page=_page,
    ),
)
