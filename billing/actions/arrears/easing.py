"""What is owed no more once some of the bills are settled: a call, a letter, its proof, a decision about the rest.

Each promise ends with the last bill that it is about; what the others wait for goes on.
"""

from collections.abc import Sequence
from datetime import datetime

from billing.actions.arrears.turns import Turn
from billing.models import ArrearsBill, ArrearsLetter, ArrearsLetterBill
from billing.models.arrears import ON_ITS_WAY
from billing.queries.arrears import DECISION_CLOCK, LETTER_CLOCK, REMIND_CLOCK
from cases.states import Phase
from sla.models import Clock


def told_on(turn: Turn, moment: datetime) -> str:
    """What tells the letters apart that a case waits for: the local day on which they were told of the bills."""
    return moment.astimezone(turn.case.project.tz).date().isoformat()


def days_told(turn: Turn, links: Sequence[ArrearsBill]) -> set[str]:
    """On which days they were told of bills."""
    return {told_on(turn, link.told_at) for link in links if link.told_at is not None}


def come_to(turn: Turn) -> str:
    """The rung that what is left stands on; empty where nothing moves, or the case rests."""
    if turn.case.phase != Phase.OPEN:
        return ""
    rung = turn.rung
    return rung if rung != turn.case.state else ""


def ease(turn: Turn, done: Sequence[ArrearsBill]) -> None:
    """End what was owed about bills that were settled or left the case; others of it are owed yet."""
    left = list(turn.arrears.links.filter(ended_at=None))
    waited = set(Clock.objects.live().filter(case=turn.case).values_list("key", "subject"))
    keys = {key for key, _subject in waited}
    if REMIND_CLOCK in keys and all(link.told_at for link in left):
        turn.happen("arrears.untold_settled")
    days = sorted(day for day in days_told(turn, done) - days_told(turn, left) if (LETTER_CLOCK, day) in waited)
    if days:
        turn.happen("arrears.told_settled", subjects=days, data={"days": [{"on": day} for day in days]})
    demanded = ArrearsLetterBill.objects.filter(letter__arrears=turn.arrears, bill__in=[link.bill_id for link in left])
    if not demanded.filter(letter__in=ArrearsLetter.objects.filter(ON_ITS_WAY)).exists():
        let_go_letter(turn)
    if DECISION_CLOCK in keys and not demanded.filter(letter__delivered_on__isnull=False).exists():
        turn.happen("arrears.demand_settled")


def let_go_letter(turn: Turn) -> None:
    """Nobody waits for the proof of a letter any more all of whose bills are settled."""
    for letter in ArrearsLetter.objects.filter(ON_ITS_WAY, arrears=turn.arrears):
        letter.settled_at = turn.at
        letter.save(update_fields=["settled_at"])
        turn.happen("arrears.letter_settled", data={"letter": letter.number})


def want_letter_again(turn: Turn, settled_at: datetime) -> bool:
    """Let the letter be on its way again that was let go then; not beside another one that went since."""
    mine = ArrearsLetter.objects.filter(arrears=turn.arrears)
    if mine.filter(ON_ITS_WAY).exists():
        return False
    return bool(mine.filter(settled_at=settled_at, delivered_on=None, returned_at=None).update(settled_at=None))
