"""What a person decides after the letter: the legal channel with a second person, or that it is let be."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.turns import Turn, begin, words_of
from billing.models import Arrears
from billing.permissions import leads_collection
from billing.queries.arrears import total_of
from cases.actions import lock
from cases.models import Case
from records.approvals import ask
from records.models import Approval

APPROVAL = "arrears.file"


@transaction.atomic
def ask_to_file(
    *,
    arrears: Arrears,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Approval:
    """Ask a second person to hand the case to the legal channel; the decision is theirs, and the clock runs on.

    Raises `NotAllowed`, `NotNow` before a letter is delivered or while the same waits.
    Source: 三(4)④ (可通过法律渠道处理).
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
    words = reason.strip() or _("A demand letter was delivered, and nothing was paid.")
    data = {"amount": f"{total_of(turn.bills):.2f}", "room": turn.arrears.unit.number}
    asked = ask(
        project=turn.case.project, kind=APPROVAL, subject=turn.case.number, data=data, reason=words, by=by, at=at
    )
    turn.happen(step.event, text=words)
    return asked


@transaction.atomic
def file(*, number: str, by: User, at: datetime) -> Arrears:
    """Hand the case to the legal channel, as a second person approved. Raises `NotNow` where it moved on meanwhile."""
    case = lock(Case.objects.get(number=number))
    arrears = Arrears.objects.select_related("unit", "debtor").get(case=case)
    arrears.case = case
    turn = Turn(arrears, case, by, at)
    step = turn.step("file")
    turn.save(filed_at=at)
    turn.happen(step.event, state=step.target)
    return arrears


@transaction.atomic
def excuse(
    *,
    arrears: Arrears,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Let these bills be, with the reason: they stay owed, nobody is reminded of them again.

    What falls due later is collected anew. Raises `NotAllowed` for all but supervisor and general manager.
    """
    turn = begin(
        arrears,
        by=by,
        at=at,
        may=leads_collection,
        sentence=_("Only the supervisor or the general manager excuses."),
        expected=expected,
        claimed_at=claimed_at,
    )
    step = turn.step("excuse")
    words = words_of(reason, _("Say why."), field="reason")
    turn.save(ended_at=at, promise_ends_at=None, visit_decided_at=None)
    turn.happen(step.event, state=step.target, text=words)
    return turn.arrears
