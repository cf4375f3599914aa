"""The visit to collect: decided for who lives here and does not pay, made, and reported."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import begin, kept, words_of
from billing.models import Arrears, ArrearsVisit
from billing.permissions import can_collect
from core.errors import NotNow

LONGEST_REPORT = 2000


@transaction.atomic
def decide_visit(
    *,
    arrears: Arrears,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Decide that somebody goes there; 30 days to do so. Raises `NotAllowed`, `NotNow` where one is owed already.

    Source: 三(4)④ (对不交费又长期居住在小区的业主,可上门拜访催缴).
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("decide_visit")
    if turn.arrears.visit_decided_at is not None:
        raise NotNow(_("A visit was decided already and is still to be made."))
    turn.save(visit_decided_at=at)
    turn.happen(step.event, text=kept(reason, field="reason"))
    return turn.arrears


@transaction.atomic
def visit(
    *,
    arrears: Arrears,
    report: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsVisit:
    """Report a visit, decided or not. After a delivered letter somebody has to decide anew what follows.

    Raises `NotAllowed`, `NotNow`, `Invalid` without a report.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("visit")
    words = words_of(report, _("Write down how the visit went."), field="report", longest=LONGEST_REPORT)
    made = ArrearsVisit.objects.create(arrears=turn.arrears, at=at, by=by, report=words)
    turn.save(visit_decided_at=None)
    turn.happen(step.event, text=words)
    if turn.arrears.delivered_at is not None and turn.arrears.filed_at is None:
        turn.happen("arrears.decision_owed")
    return made
