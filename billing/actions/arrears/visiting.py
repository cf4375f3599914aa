"""The visit to collect: planned for who lives here and does not pay, made on its day, and reported."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import Turn, begin, kept, words_of
from billing.models import Arrears, ArrearsVisit
from billing.permissions import can_collect
from billing.rules.arrears import ends_at
from billing.states import ArrearsState, Half, VisitOutcome
from cases.actions import attach_photo
from cases.states import PhotoLabel
from core.errors import Invalid

LONGEST_REPORT, LONGEST_MET = 2000, 100
# So far ahead a visit is planned at most: somebody goes within the month.
FURTHEST = 30
HALVES: dict[Half, dict[str, str]] = {
    Half.MORNING: {"zh": "上午", "en": "in the morning"},
    Half.AFTERNOON: {"zh": "下午", "en": "in the afternoon"},
    Half.EVENING: {"zh": "晚上", "en": "in the evening"},
}
OUTCOMES: dict[VisitOutcome, dict[str, str]] = {
    VisitOutcome.MET: {"zh": "见到人", "en": "somebody was met"},
    VisitOutcome.NOBODY: {"zh": "家中无人", "en": "nobody was in"},
    VisitOutcome.REFUSED: {"zh": "拒绝沟通", "en": "they would not talk"},
}


@transaction.atomic
def decide_visit(
    *,
    arrears: Arrears,
    on: date,
    half: str,
    visitor: User | None,
    reason: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Decide that somebody goes there: who, on which day, when on it. Decided again, it is another day or person.

    It is among their matters, and they and the supervisor hear where the day passes without a report. Raises
    `NotAllowed`, `NotNow`, `Invalid` for a day gone by or more than 30 days ahead, or for who does not collect.
    Source: 三(4)④ (对不交费又长期居住在小区的业主,可上门拜访催缴).
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("decide_visit")
    if not 0 <= (on - turn.today).days <= FURTHEST:
        wrong = _("Name a day from today on, within 30 days.")
        raise Invalid(wrong, fields={"on": wrong})
    if half not in Half.values:
        raise Invalid(_("Say when on that day."), fields={"half": _("Unknown time.")})
    if visitor is None or not visitor.is_active or not can_collect(visitor, turn.case):
        raise Invalid(_("Choose who goes."), fields={"visitor": _("Nobody who collects in this project.")})
    text = kept(reason, field="reason")
    is_new = turn.arrears.visit_decided_at is None
    turn.save(visit_decided_at=turn.arrears.visit_decided_at or at, visit_on=on, visit_half=half, visitor=visitor)
    data = {
        "day": {"on": on.isoformat()},
        "half": HALVES[Half(half)],
        "who": str(visitor),
        "until": ends_at(on, turn.case.project.tz).isoformat(),
    }
    if is_new:
        turn.happen(step.event, text=text)
        text = ""
    turn.happen("arrears.visit_planned", text=text, data=data, changes={"handler": visitor})
    return turn.arrears


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a visit went: what came of it, who was met, what was said, what comes next, a photo where there is one."""

    outcome: str
    met: str = ""
    said: str
    next_step: str
    photo: "File[bytes] | None" = None


@transaction.atomic
def visit(
    *,
    arrears: Arrears,
    report: Report,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsVisit:
    """Report a visit, decided or not. After a delivered letter somebody has to decide anew what follows.

    Raises `NotAllowed`, `NotNow`, `Invalid` without an outcome, a report, a next step, or who was met.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("visit")
    made = _made(turn, report, by)
    if report.photo is not None:
        label = PhotoLabel.PAPER
        made.photo = attach_photo(case=turn.case, upload=report.photo, label=label, by=by, at=at, for_resident=False)
        turn.case.refresh_from_db(fields=["version"])
    made.save()
    turn.save(visit_decided_at=None, visit_on=None, visit_half="", visitor=None)
    data = {"worded": "arrears.visit_reported", "outcome": OUTCOMES[VisitOutcome(made.outcome)]}
    text = "\n".join(filter(None, [made.met, made.report, made.next_step]))
    turn.happen(step.event, text=text, data=data, changes={"handler": None})
    if turn.rung == ArrearsState.DELIVERED:
        turn.happen("arrears.decision_owed")
    return made


def _made(turn: Turn, report: Report, by: User) -> ArrearsVisit:
    if report.outcome not in VisitOutcome.values:
        raise Invalid(_("Say what came of the visit."), fields={"outcome": _("Required.")})
    met = kept(report.met, field="met", longest=LONGEST_MET)
    if report.outcome == VisitOutcome.MET and not met:
        raise Invalid(_("Say who was met."), fields={"met": _("Required.")})
    words = words_of(report.said, _("Write down how the visit went."), field="report", longest=LONGEST_REPORT)
    following = words_of(report.next_step, _("Write down what comes next."), field="next_step")
    return ArrearsVisit(
        arrears=turn.arrears, at=turn.at, by=by, outcome=report.outcome, met=met, report=words, next_step=following
    )
