"""What every verb on an arrears case begins with: the locked case, what it owes now, whether the step is allowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import User
from billing.models import Arrears, Bill
from billing.queries.arrears import Terms, owed_of, rung_of, terms_of, total_of
from billing.rules.arrears import title
from billing.states import ARREARS_TRANSITIONS, ArrearsState
from cases.actions import retitle
from cases.family import lock_line
from cases.models import Case, Event
from cases.states import Phase
from core.errors import NotAllowed
from core.transitions import Step, require
from notifications.actions.outside import recall_sms
from sla.actions import happen
from visits.actions import plan_again

TEMPLATE = "arrears.notice"


@dataclass
class Turn:
    """One verb being carried out on a locked case: who does it, and when."""

    arrears: Arrears
    case: Case
    by: User | None
    at: datetime
    claimed_at: datetime | None = None

    @property
    def today(self) -> date:
        """The day in the project."""
        return self.at.astimezone(self.case.project.tz).date()

    @property
    def bills(self) -> list[Bill]:
        """What is collected and still owed, the oldest first."""
        return owed_of(self.arrears)

    @property
    def terms(self) -> Terms:
        """How the project collects."""
        return terms_of(self.case.project)

    def step(self, verb: str) -> Step:
        """The verb's step. Raises `NotNow` where the state does not admit it."""
        return require(ARREARS_TRANSITIONS, verb, self.case.state, labels=dict(ArrearsState.choices))

    def happen(
        self,
        kind: str,
        *,
        state: str = "",
        data: Mapping[str, Any] | None = None,
        text: str = "",
        subjects: Sequence[str] = (),
        changes: Mapping[str, Any] | None = None,
        since: datetime | None = None,
        takes_back: Event | None = None,
    ) -> Event:
        """Append an event and go to its state; the words mean what those of `sla.actions.happen` mean."""
        return happen(
            case=self.case,
            kind=kind,
            state=state,
            at=self.at,
            by=self.by,
            data=data,
            text=text,
            subjects=subjects,
            claimed_at=self.claimed_at,
            changes=changes,
            since=since,
            takes_back=takes_back,
        )

    def save(self, **values: Any) -> None:
        """Set fields of the arrears."""
        for name, value in values.items():
            setattr(self.arrears, name, value)
        self.arrears.save(update_fields=list(values))

    def hush(self) -> None:
        """Keep back an SMS that waits for the morning: it must not go once this case is at rest."""
        recall_sms(case=self.case, template=TEMPLATE)

    def retitle(self) -> None:
        """Let the case be called by what is owed in it now; what it was about last where nothing is."""
        bills = self.bills
        if bills:
            retitle(titles={self.case: title(total_of(bills), len(bills))})

    @property
    def rung(self) -> str:
        """Where the case stands on the ladder, whatever pauses it."""
        return rung_of(self.arrears)

    @property
    def standing(self) -> str:
        """Where the case stands: excused, at rest where a promise or a dispute paused it, else on its rung."""
        if self.arrears.excused_at is not None:
            return ArrearsState.EXCUSED
        if self.arrears.dispute_reason:
            return ArrearsState.DISPUTED
        # A promise that ran out meanwhile ends with the next pass, as it would have.
        return ArrearsState.PROMISED if self.arrears.promise_ends_at is not None else self.rung


def go_on_visiting(turn: Turn) -> None:
    """Where collecting goes on, so does the visit that was called off meanwhile."""
    if turn.case.phase == Phase.OPEN:
        plan_again(parent=turn.case, at=turn.at, by=turn.by)


def begin(
    arrears: Arrears,
    *,
    by: User,
    at: datetime,
    may: Callable[[User, Case], bool],
    sentence: object,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Turn:
    """Lock the case and read it as it stands now. Raises `NotAllowed` with the sentence, `Stale`."""
    case = lock_line(arrears.case, expected=expected)
    if not may(by, case):
        raise NotAllowed(sentence)
    fresh = Arrears.objects.select_related("unit", "debtor").get(pk=arrears.pk)
    fresh.case = case
    return Turn(fresh, case, by, at, claimed_at)
