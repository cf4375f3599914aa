"""Money acts that need two people: how they are put into words, who decides, and what is carried out.

Source: BIL-4; two people for waivers, refunds, and reversals after the day of the receipt.
"""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.actions import refunding, reversing, voiding, waiving
from billing.models import Bill, Receipt
from billing.permissions import SECOND, can_ask_for_refund
from billing.states import Method
from estate.models import Unit
from records.approvals import Handler, register_approval
from records.models import Approval


def _reversal_words(approval: Approval) -> str:
    return str(_("Reverse receipt %(receipt)s of ¥%(amount)s, %(unit)s") % approval.data)


def _reverse(approval: Approval, by: User, at: datetime) -> None:
    receipt = Receipt.objects.select_related("payment__project").get(number=approval.data["receipt"])
    asked_by = approval.asked_by
    reversing.reverse_approved(receipt=receipt, reason=approval.reason, asked_by=asked_by, by=by, at=at)


def _waiver_words(approval: Approval) -> str:
    return str(_("Waive ¥%(amount)s of bill %(bill)s, %(unit)s") % approval.data)


def _waive(approval: Approval, by: User, at: datetime) -> None:
    bill = Bill.objects.select_related("project").get(number=approval.data["bill"])
    amount = Decimal(approval.data["amount"])
    waiving.waive(bill=bill, amount=amount, reason=approval.reason, asked_by=approval.asked_by, by=by, at=at)


def _void_words(approval: Approval) -> str:
    return str(_("Make bill %(bill)s of ¥%(amount)s void, %(unit)s") % approval.data)


def _void(approval: Approval, by: User, at: datetime) -> None:
    bill = Bill.objects.select_related("project").get(number=approval.data["bill"])
    voiding.void_approved(bill=bill, reason=approval.reason, asked_by=approval.asked_by, by=by, at=at)


def _refund_words(approval: Approval) -> str:
    words = _("Give ¥%(amount)s that was paid in advance back to %(payee)s, %(unit)s, %(method)s")
    return words % {**approval.data, "method": Method(approval.data["method"]).label}


def _refund(approval: Approval, by: User, at: datetime) -> None:
    unit = Unit.objects.select_related("project").get(pk=approval.data["unit_id"])
    made = refunding.refund(unit=unit, approval=approval, by=by, at=at)
    approval.data = {**approval.data, "refund": made.number}
    approval.save(update_fields=["data"])


def _refund_page(approval: Approval, reader: User) -> str:
    """The refund; before it is made, the page where it was asked for, for whoever may ask."""
    if "refund" in approval.data:
        return reverse("refund", args=[approval.data["refund"]])
    if not can_ask_for_refund(reader, approval.project):
        return ""
    return reverse("refund_new", args=[approval.project.code, approval.data["unit"]])


register_approval(
    reversing.KIND,
    Handler(
        label=gettext_lazy("Reversal of a receipt"),
        words=_reversal_words,
        may_decide=SECOND,
        carry_out=_reverse,
        page=lambda approval, reader: reverse("receipt", args=[approval.data["receipt"]]),
    ),
)
register_approval(
    waiving.KIND,
    Handler(
        label=gettext_lazy("Waiver"),
        words=_waiver_words,
        may_decide=SECOND,
        carry_out=_waive,
        page=lambda approval, reader: reverse("bill", args=[approval.data["bill"]]),
    ),
)
register_approval(
    voiding.KIND,
    Handler(
        label=gettext_lazy("Making a bill void"),
        words=_void_words,
        may_decide=SECOND,
        carry_out=_void,
        page=lambda approval, reader: reverse("bill", args=[approval.data["bill"]]),
    ),
)
register_approval(
    refunding.KIND,
    Handler(
        label=gettext_lazy("Refund"),
        words=_refund_words,
        may_decide=SECOND,
        carry_out=_refund,
        page=_refund_page,
    ),
)
