"""What every verb on a complaint begins and ends with: the locked complaint, whether the step is allowed, the event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from cases.family import lock_line
from cases.models import Case, Event
from cases.registry import kind_of
from complaints.models import Complaint
from complaints.permissions import require_harm_stopped
from complaints.states import TRANSITIONS, WHILE_HARM_GOES_ON, State
from core.errors import NotAllowed
from core.transitions import Step, require
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.actions import happen
from sla.queries import NEXT_UP, Staff
from sla.states import Audience


@dataclass
class Turn:
    """One verb being carried out on a locked complaint: who does it, and when."""

    complaint: Complaint
    case: Case
    by: User | None
    at: datetime
    claimed_at: datetime | None = None

    def step(self, verb: str) -> Step:
        """The verb's step.

        Raises `NotNow` where the state does not admit it, and for everything but the immediate action while harm is
        going on. Source: 三(6)⑥③ (应先立即采取措施停止或挽救伤害,再处理).
        """
        if verb not in WHILE_HARM_GOES_ON:
            require_harm_stopped(self.complaint)
        kind = kind_of(self.case.kind)
        return require(kind.transitions, verb, self.case.state, labels=kind.states)

    def allow(self, allowed: bool, sentence: object) -> None:
        """Raise `NotAllowed` with the sentence unless the person may."""
        if not allowed:
            raise NotAllowed(sentence)

    def happen(
        self,
        step: Step,
        *,
        data: Mapping[str, Any] | None = None,
        text: str = "",
        for_resident: bool = False,
        since: datetime | None = None,
        changes: Mapping[str, Any] | None = None,
        takes_back: Event | None = None,
    ) -> Event:
        """Append the step's event, go to its state, and tell who took the complaint.

        Where no colleague took it (a resident wrote it down), the desk hears that there is a result to pass on.
        Source: 三(6)⑥② (及时将处理相关信息告知投诉接待人).
        """
        event = happen(
            case=self.case,
            kind=step.event,
            state=step.target,
            at=self.at,
            by=self.by,
            data=data,
            text=text,
            for_resident=for_resident,
            claimed_at=self.claimed_at,
            since=since,
            changes=changes,
            takes_back=takes_back,
        )
        # A key of its own: steps also tell others of the same event, and who took it may be among them.
        said = dict(data or {})
        template = f"told.{said.get('worded', step.event)}"
        self.tell(template, f"told.{step.event}:{event.pk}", self.receivers(step.target), text=text, **said)
        return event

    def receivers(self, state: str) -> list[User]:
        """Who hears of a step that leads to a state."""
        taker = self.case.taker
        if taker is not None and taker.is_office:
            return [taker]
        return self.people(Audience.DESK) if state == State.RESOLVED else []

    def tell(self, template: str, key: str, to: Iterable[User], *, level: str = Level.INFO, **data: Any) -> None:
        """Tell people: everybody but the one who did it, the one it is about and whom it passes by."""
        others = tuple(user for user in to if user.pk not in self._passed_by)
        if self.case.reserved_for:
            others = tuple(user for user in others if Case.objects.visible_to(user).filter(pk=self.case.pk).exists())
        tell([Notice(key=key, template=template, case=self.case, to=others, data=data, level=level)], at=self.at)

    @property
    def _passed_by(self) -> set[int | None]:
        return {self.by.pk if self.by else None, self.complaint.about_person_id}

    def people(self, *audiences: str) -> list[User]:
        """Who holds which place in the case."""
        return Staff.of([self.case.project_id]).told(self.case, audiences)

    def others(self, audience: str) -> list[User]:
        """Who holds a place; the next above where that is nobody but the one who acts and the one it is about."""
        here: str | None = audience
        found: list[User] = []
        while here is not None and not found:
            found = [user for user in self.people(here) if user.pk not in self._passed_by]
            here = NEXT_UP.get(Audience(here))
        return found

    def last(self, verb: str) -> Event | None:
        """The last time that a step was taken."""
        taken = Event.objects.filter(case=self.case, kind=TRANSITIONS[verb].event)
        return taken.order_by("-at", "-pk").first()

    @property
    def begun(self) -> datetime:
        """When what is promised now began: with reception, or when it was last opened again."""
        again = self.last("reopen")
        return again.at if again is not None else self.complaint.received_at


def begin(
    complaint: Complaint,
    *,
    by: User | None,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Turn:
    """Lock the complaint's line of cases and read it as it stands now. Raises `Stale`."""
    return turn_on(lock_line(complaint.case, expected=expected), by=by, at=at, claimed_at=claimed_at)


def turn_on(case: Case, *, by: User | None, at: datetime, claimed_at: datetime | None = None) -> Turn:
    """Read a complaint as it stands now, its case being locked already."""
    fresh = Complaint.objects.select_related("about_person", "about_department").get(case=case)
    fresh.case = case
    return Turn(complaint=fresh, case=case, by=by, at=at, claimed_at=claimed_at)
