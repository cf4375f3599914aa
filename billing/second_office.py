"""Office costs need two people: how they are put into words, who decides, and what is carried out.

Source: 物业客服工作职责标准版本(三) 7 (分摊、报销); two people for money that goes out.
"""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.actions import office
from billing.models import OfficeCost
from billing.permissions import LARGE_OFFICE_DECIDERS, OFFICE_DECIDERS, SECOND
from billing.states import OfficeKind
from records.approvals import Handler, register_approval
from records.models import Approval


def _words(approval: Approval) -> str:
    """What is asked, by the data alone."""
    if approval.data["kind"] == OfficeKind.SHARED:
        return str(_("Office cost %(number)s: ¥%(amount)s, share of a bill of %(payee)s") % approval.data)
    return str(_("Office cost %(number)s: pay ¥%(amount)s back to %(payee)s") % approval.data)


def _reversal_words(approval: Approval) -> str:
    return str(_("Take office cost %(number)s of ¥%(amount)s to %(payee)s back") % approval.data)


def _page(approval: Approval, reader: User) -> str:
    """The cost, for who sees it."""
    seen = OfficeCost.objects.visible_to(reader).filter(number=approval.subject).exists()
    return reverse("office_cost", args=[approval.subject]) if seen else ""


for kind, label, deciders in (
    (office.KIND, gettext_lazy("Office cost"), OFFICE_DECIDERS),
    (office.KIND_LARGE, gettext_lazy("Office cost above the limit"), LARGE_OFFICE_DECIDERS),
):
    register_approval(
        kind, Handler(label=label, words=_words, may_decide=deciders, carry_out=office.book_cost, page=_page)
    )
register_approval(
    office.KIND_REVERSE,
    Handler(
        label=gettext_lazy("Taking an office cost back"),
        words=_reversal_words,
        may_decide=SECOND,
        carry_out=office.reverse_cost,
        page=_page,
    ),
)
