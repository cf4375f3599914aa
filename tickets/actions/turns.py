"""What every verb on a ticket begins and ends with: the locked ticket, whether the step is allowed, the event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions import revoke
from cases.family import lock_line
from cases.models import Case, Event
from cases.registry import kind_of
from core.errors import Invalid, NotAllowed
from core.transitions import Step, require
from estate.search import cannot_be_dialled, plain_phone
from notifications.actions import Notice, tell
from notifications.states import Level
from sla.actions import happen
from sla.queries import Staff
from tickets.models import Job, Ticket
from tickets.queries import open_job
from tickets.states import JobState


@dataclass
class Turn:
    """One verb being carried out on a locked ticket: who does it, and when."""

    ticket: Ticket
    case: Case
    job: Job | None
    by: User
    at: datetime
    claimed_at: datetime | None = None

    def step(self, verb: str) -> Step:
        """The verb's step. Raises `NotNow` where the ticket's state does not admit it."""
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
        for_resident: bool = True,
        changes: Mapping[str, Any] | None = None,
        takes_back: Event | None = None,
    ) -> Event:
        """Append the step's event and go to its state."""
        return happen(
            case=self.case,
            kind=step.event,
            state=step.target,
            at=self.at,
            by=self.by,
            data=data,
            text=text,
            for_resident=for_resident,
            claimed_at=self.claimed_at,
            changes=changes,
            takes_back=takes_back,
        )

    def kept_for_undo(self, **more: Any) -> dict[str, Any]:
        """What stands before the step, and the version after it: kept with the event, so that it can be undone."""
        return {"undo": {"state": self.case.state, "version": self.case.version + 1, **more}}

    def acting(self) -> dict[str, str]:
        """Who did the job's step: the technician, and for whom somebody else acted."""
        if self.job is None:
            return {"technician": str(self.by)}
        named = {"technician": str(self.job.technician)}
        if self.job.technician_id != self.by.pk:
            named["acted"] = str(self.by)
        return named

    def tell(self, template: str, key: str, to: list[User], *, level: str = Level.INFO, **data: Any) -> None:
        """Tell people, everybody but the one who did it."""
        others = tuple(user for user in to if user.pk != self.by.pk)
        notice = Notice(key=key, template=template, case=self.case, to=others, data=data, level=level)
        tell([notice], at=self.at)

    def end_job(self, reason: str = "", *, state: str = JobState.CANCELLED) -> None:
        """End the open job unfinished; who had it no longer sees the case through it.

        Who reported the matter goes on following what becomes of it.
        """
        job = self.job
        if job is None:
            return
        job.state, job.ended_at, job.ended_reason = state, self.at, reason
        job.save(update_fields=["state", "ended_at", "ended_reason"])
        if job.technician_id != self.case.taken_by_id:
            revoke(case=self.case, at=self.at, user=job.technician)
        self.job = None

    def people(self, *audiences: str) -> list[User]:
        """Who holds which place in the case."""
        return Staff.of([self.case.project_id]).told(self.case, audiences)


def begin(
    ticket: Ticket, *, by: User, at: datetime, expected: int | None = None, claimed_at: datetime | None = None
) -> Turn:
    """Lock the ticket's line of cases and read it as it stands now. Raises `Stale`."""
    case = lock_line(ticket.case, expected=expected)
    return turn_on(ticket, case, by=by, at=at, claimed_at=claimed_at)


def turn_on(ticket: Ticket, case: Case, *, by: User, at: datetime, claimed_at: datetime | None = None) -> Turn:
    """Read a ticket as it stands now, its case being locked already."""
    fresh = Ticket.objects.select_related("category__warranty_part").get(pk=ticket.pk)
    fresh.case = case
    return Turn(ticket=fresh, case=case, job=open_job(fresh), by=by, at=at, claimed_at=claimed_at)


def phone_of(raw: str) -> str:
    """The number as kept and dialled, empty where none was given. Raises `Invalid` for what no phone dials."""
    if cannot_be_dialled(raw):
        unknown = _("Nobody can be called at this number. Type its digits.")
        raise Invalid(unknown, fields={"contact_phone": unknown})
    return plain_phone(raw)
