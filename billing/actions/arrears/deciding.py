"""What a person decides after the letter: the legal channel, with a second person."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.marking import mark
from billing.actions.arrears.settling import look_again
from billing.actions.arrears.turns import Turn, begin
from billing.models import Arrears, Bill
from billing.permissions import leads_collection
from billing.queries.arrears import Missing, demanded_of, missing_for_legal, missing_words, total_of
from cases.actions import lock
from cases.models import Case
from cases.words import kept, words_of
from core.errors import Invalid, NotNow
from core.words import says_nothing
from records.approvals import ask
from records.models import Approval

APPROVAL = "arrears.file"


@transaction.atomic
def ask_to_file(
    *,
    arrears: Arrears,
    reason: str,
    despite: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Approval:
    """Ask a second person to hand the case to the legal channel, saying why; the decision is theirs, the clock runs on.

    They decide about what is owed now of what a proven letter demanded, and read what is missing: time to pay since
    the letter, a recorded refusal. `despite` says why it is asked for all the same. Raises `NotAllowed`, `NotNow`
    before a letter is delivered, without proof of that, or while the same waits, `Invalid` without a reason, or without
    saying why all the same. Source: 三(4)④ (对长期无端拒缴、性质特别恶劣的业主,可通过法律渠道处理).
    """
    turn = begin(
        arrears,
        by=by,
        at=at,
        may=leads_collection,
        sentence=_("Only the supervisor or the general manager asks for the legal channel."),
        expected=expected,
        claimed_at=claimed_at,
    )
    step = turn.step("ask_to_file")
    words = words_of(reason, _("Say why."), field="reason")
    demanded = demanded_of(turn.arrears)
    if not demanded:
        raise NotNow(_("No delivery of a letter that demands this can be shown. Send another one."), code="not_proven")
    missing = missing_for_legal(turn.arrears, at)
    if missing and says_nothing(despite):
        raise _unexplained(missing)
    data: dict[str, Any] = {"amount": f"{total_of(demanded):.2f}", "room": turn.arrears.unit.number}
    if missing:
        data |= {"missing": [_as_data(one) for one in missing], "despite": kept(despite, field="despite")}
    asked = ask(
        project=turn.case.project, kind=APPROVAL, subject=turn.case.number, data=data, reason=words, by=by, at=at
    )
    turn.happen(step.event, text=words)
    return asked


def _unexplained(missing: Sequence[Missing]) -> Invalid:
    what = _("Missing for the legal channel: %(what)s.") % {"what": missing_words(missing)}
    return Invalid(what, fields={"despite": _("Say why it is asked for all the same.")})


def _as_data(one: Missing) -> dict[str, str]:
    return {"what": one.what, "until": one.until.isoformat() if one.until else "", "cause": one.cause}


@transaction.atomic
def file(*, number: str, amount: Decimal, by: User, at: datetime) -> Arrears:
    """Hand the case to the legal channel with the amount, in yuan, that a second person approved.

    What no delivered letter demanded leaves it, and is collected in a case of its own, as is what falls due later.
    Raises `NotNow` where it moved on meanwhile, or another amount is owed by now.
    """
    found = Case.objects.select_related("project").get(number=number)
    look_again(found.project, at=at)  # first, as the day's round holds it before cases
    case = lock(found)
    arrears = Arrears.objects.select_related("unit", "debtor").get(case=case)
    arrears.case = case
    turn = Turn(arrears, case, by, at)
    step = turn.step("file")
    demanded = demanded_of(arrears)
    owed = total_of(demanded)
    if owed != amount:
        changed = _("¥%(asked)s was asked for, and ¥%(owed)s is owed by now. Refuse this; it can be asked for anew.")
        raise NotNow(changed % {"asked": amount, "owed": owed}, code="amount_changed")
    _leave_out(turn, demanded)
    turn.save(filed_at=at)
    turn.retitle()
    turn.happen(step.event, state=step.target, data={"amount": f"{owed:.2f}"})
    return arrears


def _leave_out(turn: Turn, demanded: Sequence[Bill]) -> None:
    """Let go what is not filed: nobody is taken to court over what no letter demanded. The day's round takes it up."""
    left = [bill for bill in turn.bills if bill not in demanded]
    if not left:
        return
    turn.arrears.links.filter(ended_at=None, bill__in=left).update(ended_at=turn.at)
    mark(bill.pk for bill in left)
    numbers = [bill.number for bill in left]
    turn.happen("arrears.left_out", subjects=numbers, data={"bills": numbers})
