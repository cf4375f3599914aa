"""What every verb on an arrears case begins with: the locked case, what it owes now, whether the step is allowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Arrears, Bill
from billing.queries.arrears import Terms, owed_of, rung_of, terms_of
from billing.states import ARREARS_TRANSITIONS, ArrearsState
from cases.family import lock_line
from cases.models import Case, Event
from core.errors import Invalid, NotAllowed
from core.transitions import Step, require
from sla.actions import happen

LONGEST_REASON = 500


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
    ) -> Event:
        """Append an event and go to its state."""
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
        )

    def save(self, **values: Any) -> None:
        """Set fields of the arrears."""
        for name, value in values.items():
            setattr(self.arrears, name, value)
        self.arrears.save(update_fields=list(values))

    @property
    def rung(self) -> str:
        """Where the case stands on the ladder, whatever pauses it."""
        return rung_of(self.arrears)


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


def words_of(text: str, sentence: object, *, field: str, longest: int = LONGEST_REASON) -> str:
    """What was typed. Raises `Invalid` with the sentence for nothing, or for too much."""
    words = text.strip()
    if not words:
        raise Invalid(sentence, fields={field: _("Required.")})
    return kept(words, field=field, longest=longest)


def kept(text: str, *, field: str, longest: int = LONGEST_REASON) -> str:
    """What may be left empty. Raises `Invalid` for too much."""
    words = text.strip()
    if len(words) > longest:
        too_long = _("Keep it within %(count)s characters.") % {"count": f"{longest:,}"}
        raise Invalid(too_long, fields={field: too_long})
    return words
