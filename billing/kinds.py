"""The kind of case that arrears are: its words, what a second person decides, and the calendar's work on it."""

from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.states import Role
from billing.actions.arrears import file
from billing.actions.arrears.deciding import APPROVAL
from billing.actions.arrears.finding import collect
from billing.actions.arrears.visiting import hear_of_visit
from billing.actions.online import expire
from billing.actions.online_refunds import ask_due
from billing.models import Arrears
from billing.permissions import COLLECTORS, require_letters
from billing.queries.arrears import Missing, missing_words
from billing.states import ARREARS_PHASES, ARREARS_TRANSITIONS, KIND, ArrearsState
from cases.models import Case
from cases.registry import CaseKind, Label, register
from notifications.sentences import register_sentences
from records.approvals import Handler, register_approval
from records.models import Approval
from sla.periodic import register_job
from visits.states import HOME_VISIT

EVENTS: dict[str, Label] = {
    "arrears.opened": _("Overdue: %(count)s bills, ¥%(amount)s."),
    "arrears.bills_added": _("More is overdue: %(count)s bills, ¥%(amount)s."),
    "arrears.bills_joined": _("More is overdue while collecting rests: %(count)s bills, ¥%(amount)s."),
    "arrears.bills_overdue": _("Due on %(due)s and not paid: %(bills)s, ¥%(amount)s."),
    "arrears.notified": _("Reached %(how)s: ¥%(amount)s, %(period)s, to be paid by %(pay_by)s."),
    "arrears.reminded": _("Reminded again %(how)s: ¥%(amount)s, to be paid by %(pay_by)s."),
    "arrears.not_reached": _("Not reached %(how)s: ¥%(amount)s."),
    "arrears.sms_sent": _("An SMS was sent: ¥%(amount)s, %(period)s, to be paid by %(pay_by)s."),
    "arrears.cause_found": _("Why it is not paid: %(cause)s."),
    "arrears.letter_sent": _("Demand letter %(letter)s sent, courier's number %(tracking)s: ¥%(amount)s."),
    "arrears.delivered": _("Demand letter %(letter)s was delivered on %(day)s."),
    "arrears.delivered_at_rest": _("Demand letter %(letter)s was delivered on %(day)s; collecting rests."),
    "arrears.letter_returned": _("Demand letter %(letter)s came back."),
    "arrears.letter_refused": _("They refused to take demand letter %(letter)s."),
    "arrears.demand_proven": _("A proven demand: limitation of %(count)s bills counts anew."),
    "arrears.debt_acknowledged": _("The debt was acknowledged: limitation of %(count)s bills counts anew."),
    "arrears.visit_decided": _("A visit was decided."),
    "arrears.visit_planned": _("The visit: %(day)s %(half)s, %(who)s goes."),
    "arrears.visit_moved": _("The visit was moved."),
    "arrears.visit_cancelled": _("The visit was cancelled: nobody goes for now."),
    "arrears.visited": _("Visited."),
    "arrears.visit_reported": _("Visited: %(outcome)s."),
    "arrears.decision_owed": _("Somebody has to decide what follows."),
    "arrears.filing_asked": _("Asked a second person for the legal channel."),
    "arrears.left_out": _("Demanded by no letter and so not filed: %(bills)s. A case of its own collects it."),
    "arrears.filed": _("Handed to the legal channel: ¥%(amount)s."),
    "arrears.promised": _("Payment promised by %(day)s."),
    "arrears.promise_ended": _("The promise ran out unpaid: collecting goes on."),
    "arrears.disputed": _("Disputed: collecting rests."),
    "arrears.dispute_settled": _("The dispute is settled: collecting goes on."),
    "arrears.part_paid": _("A part was paid: ¥%(amount)s; of these bills ¥%(rest)s is left."),
    "arrears.bills_settled": _("Settled: %(bills)s."),
    "arrears.untold_settled": _("What they were still to be told of is settled."),
    "arrears.told_settled": _("What they were told of on %(days)s is settled: no letter is owed for it."),
    "arrears.letter_settled": _("All that demand letter %(letter)s names is settled: nobody waits for its proof."),
    "arrears.demand_settled": _("All that was demanded by letter is settled: nothing is to be decided about it."),
    "arrears.settled": _("Nothing is owed any more."),
    "arrears.owed_again": _("The payment or waiver was taken back; owed again: %(bills)s."),
    "arrears.reopened": _("The payment or waiver was taken back: collecting goes on where it stood."),
    "arrears.as_before": _("The payment or waiver was taken back: what it had ended goes on."),
    "arrears.unacknowledged": _("The part payment was taken back: limitation counts as before it."),
    "arrears.excused": _("Excused: nobody is reminded; it stays owed, and limitation is watched."),
    "arrears.taken_up": _("Collected again."),
    "arrears.merged": _("Collected again in %(case)s: %(bills)s."),
    "arrears.limitation_kept": _("Limitation of %(bills)s counts as it did."),
}
MESSAGES: dict[str, Label] = {
    "arrears.notice": _(
        "%(room)s: ¥%(amount)s (%(period)s) is due and not paid. Please pay by %(pay_by)s. Questions: %(service_phone)s"
    ),
    "day.closed_for": _(
        "%(who)s counted and closed your day %(day)s in your place: %(reason)s. Difference: ¥%(difference)s."
    ),
    "arrears.promise_broken": _(
        "%(room)s: the payment promised by %(day)s did not come, ¥%(amount)s is owed. Collecting goes on."
    ),
    "books.differ": _(
        "The books of %(day)s do not agree with the ledger: %(count)s differences. Nothing is corrected by itself."
    ),
    "online.paid": _("¥%(amount)s for %(room)s was paid online: receipt %(receipt)s."),
    "online.refunded": _("¥%(amount)s for %(room)s was given back online: receipt %(receipt)s was reversed."),
    "online.refund_unknown": _(
        "The provider does not answer whether it gives back ¥%(amount)s for %(room)s (receipt %(receipt)s). It is "
        "asked again; give nothing back by hand meanwhile."
    ),
    "online.refund_refused": _(
        "The provider does not give back ¥%(amount)s for %(room)s (receipt %(receipt)s): it is paid in advance. Use it "
        "for what is owed, or give it back."
    ),
    "online.late": _(
        "¥%(amount)s that was paid online for %(room)s (order %(order)s) is kept as paid in advance, all of it or a "
        "part: %(why)s. Receipt %(receipt)s: use it for what is owed, or give it back."
    ),
}


# What the case keeps of its visits for its clocks; the visit itself says it with day, person and report.
ECHOES = {
    "arrears.visit_decided": "home_visit.planned",
    "arrears.visit_planned": "home_visit.planned",
    "arrears.visit_moved": "home_visit.moved",
    "arrears.visit_cancelled": "home_visit.cancelled",
    "arrears.visited": "home_visit.visited",
}


def words(approval: Approval) -> str:
    """What is asked: which home, how much; what is missing for it, and why it is asked for all the same."""
    data = approval.data
    named = {"room": data["room"], "amount": data["amount"], "number": approval.subject}
    said = gettext("Legal channel for %(room)s: ¥%(amount)s (%(number)s)") % named
    if not data.get("missing"):
        return said
    missing = [
        Missing(one["what"], until=date.fromisoformat(one["until"]) if one["until"] else None, cause=one["cause"])
        for one in data["missing"]
    ]
    more = gettext("%(said)s. Missing: %(what)s. Asked for all the same: %(despite)s")
    return more % {"said": said, "what": missing_words(missing), "despite": data["despite"]}


def carry_out(approval: Approval, by: User, at: datetime) -> None:
    """Hand the case to the legal channel."""
    file(number=approval.subject, amount=Decimal(approval.data["amount"]), by=by, at=at)


def page(approval: Approval, reader: User) -> str:
    """The case, for who sees it."""
    seen = Arrears.objects.visible_to(reader).filter(case__number=approval.subject).exists()
    return reverse("arrears_case", args=[approval.subject]) if seen else ""


def on_child(parent: Case, child: Case, event: str, at: datetime, by: User | None) -> None:
    """A visit to collect was made, moved or cancelled."""
    if child.kind == HOME_VISIT:
        hear_of_visit(parent=parent, child=child, event=event, at=at, by=by)


register(
    CaseKind(
        key=KIND,
        label=_("Arrears"),
        prefix="QF",
        states={state.value: state.label for state in ArrearsState},
        phases=ARREARS_PHASES,
        transitions=ARREARS_TRANSITIONS,
        page="arrears_case",
        sentences=EVENTS,
        echoes=ECHOES,
        readers=frozenset({Role.CASHIER}),
        visited_by=frozenset(COLLECTORS),
        on_child=on_child,
        require_print=require_letters,
    )
)
register_sentences(MESSAGES)
register_approval(
    APPROVAL,
    Handler(
        label=_("Legal channel"),
        words=words,
        may_decide=frozenset({Role.SUPERVISOR, Role.GM}),
        carry_out=carry_out,
        page=page,
    ),
)
register_job("arrears", collect)
register_job("online_orders", expire)
register_job("online_refunds", ask_due)
