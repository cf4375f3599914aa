"""Taking many bills back needs two people: how it is put into words, who decides, and what is carried out.

Source: BIL-4 (making a bill void after its day).
"""

from datetime import datetime
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.actions import cancelling, running, sharing
from billing.permissions import SECOND, require_second
from estate.imports import actions as imports
from estate.imports.permissions import can_import
from records.approvals import Handler, register_approval
from records.models import Approval


def _run_words(approval: Approval) -> str:
    words = _("Take billing run %(name)s back: %(count)s bills of ¥%(amount)s together become void")
    return str(words % approval.data)


def _cost_words(approval: Approval) -> str:
    words = _("Take the bills of shared cost %(name)s back: %(count)s of ¥%(amount)s together become void")
    return str(words % approval.data)


def _import_words(approval: Approval) -> str:
    words = _("Take import %(name)s back: %(count)s bills of ¥%(amount)s together that it took over become void")
    return str(words % approval.data)


def _take_import_back(approval: Approval, by: User, at: datetime) -> None:
    require_second(by, approval.project, approval.asked_by)
    imports.take_back_approved(approval=approval, by=by, at=at)


def _import_page(approval: Approval, reader: User) -> str:
    """The import, for who takes registers over."""
    return reverse("register_import", args=[approval.subject]) if can_import(reader, approval.project) else ""


register_approval(
    cancelling.RUN,
    Handler(
        label=gettext_lazy("Taking a billing run back"),
        words=_run_words,
        may_decide=SECOND,
        carry_out=partial(cancelling.cancel_approved, running.CANCELLING),
        page=lambda approval, reader: reverse("run", args=[approval.subject]),
    ),
)
register_approval(
    cancelling.SHARES,
    Handler(
        label=gettext_lazy("Taking a shared cost's bills back"),
        words=_cost_words,
        may_decide=SECOND,
        carry_out=partial(cancelling.cancel_approved, sharing.CANCELLING),
        page=lambda approval, reader: reverse("shared_cost", args=[approval.subject]),
    ),
)
register_approval(
    imports.TAKE_BACK,
    Handler(
        label=gettext_lazy("Taking an import back"),
        words=_import_words,
        may_decide=SECOND,
        carry_out=_take_import_back,
        page=_import_page,
    ),
)
