"""Taking back what two people had decided needs two again: how it is put into words, who decides, what is carried out.

Source: BIL-4 (reversal instead of deletion; refunds with approval).
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.actions import taking_back
from billing.permissions import SECOND
from billing.states import Method
from records.approvals import Handler, register_approval
from records.models import Approval


def _refund_words(approval: Approval) -> str:
    words = _("Take refund %(number)s back: ¥%(amount)s to %(payee)s, %(unit)s, %(method)s")
    return words % {**approval.data, "number": approval.subject, "method": Method(approval.data["method"]).label}


def _waiver_words(approval: Approval) -> str:
    return str(_("Take the waiver of ¥%(amount)s of bill %(bill)s back, %(unit)s") % approval.data)


def _move_words(approval: Approval) -> str:
    if approval.data["kept"]:
        words = _("Take back that ¥%(amount)s of deposit %(deposit)s was kept, %(unit)s")
    else:
        words = _("Take back that ¥%(amount)s of deposit %(deposit)s was given back, %(unit)s")
    return str(words % approval.data)


# What is taken back: its kind, what it is called, its words, the page that shows it, and the action.
TAKEN_BACK = (
    (taking_back.REFUND, gettext_lazy("Taking a refund back"), _refund_words, "refund", taking_back.reverse_refund),
    (taking_back.WAIVER, gettext_lazy("Taking a waiver back"), _waiver_words, "bill", taking_back.reverse_waiver),
    (
        taking_back.MOVE,
        gettext_lazy("Taking back what became of a deposit"),
        _move_words,
        "deposit",
        taking_back.reverse_move,
    ),
)


def _shown_on(page: str) -> Callable[[Approval, User], str]:
    return lambda approval, reader: reverse(page, args=[approval.subject])


for kind, label, words, page, act in TAKEN_BACK:
    register_approval(kind, Handler(label=label, words=words, may_decide=SECOND, carry_out=act, page=_shown_on(page)))
