"""What somebody did in this shift (刚才做的): the newest first, and what of it can still be undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from cases.models import Case, Event
from cases.queries import ICONS
from cases.sentences import sentence
from tickets.models import Job
from tickets.permissions import can_undo
from tickets.rules import SHIFT, UNDOABLE, undo_blocked

# As many as the menu shows; the page has all of them.
IN_THE_MENU = 20
# Twice what is sent at once at most, so that a whole batch counts as one thing done.
MOST_READ = 200


@dataclass(frozen=True)
class Deed:
    """One event as the list shows it."""

    pk: int
    case: Case
    undoable: bool
    undone: bool

    @property
    def where(self) -> str:
        """The unit, else the place."""
        return self.case.unit.number if self.case.unit else self.case.place


@dataclass(frozen=True)
class Done:
    """One thing done: an event, or all that were sent together."""

    at: datetime
    sentence: str
    text: str
    icon: str
    deeds: tuple[Deed, ...]
    can_be_undone: bool

    @property
    def first(self) -> Deed:
        """The only one, or the newest of many."""
        return self.deeds[0]

    @property
    def undoable(self) -> list[Deed]:
        """What of it can be undone."""
        return [deed for deed in self.deeds if deed.undoable]

    @property
    def undone_words(self) -> str:
        """Whether it was taken back meanwhile, and of many how many were; nothing where none was."""
        count = sum(deed.undone for deed in self.deeds)
        if count in (0, len(self.deeds)):
            return _("Undone") if count else ""
        return ngettext("%(count)s of them undone", "%(count)s of them undone", count) % {"count": count}

    @property
    def undo_words(self) -> str:
        """What the button says."""
        count = len(self.undoable)
        if len(self.deeds) == 1:
            return _("Undo")
        return ngettext("Undo this %(count)s ticket", "Undo these %(count)s tickets", count) % {"count": count}


def just_done(user: User, *, at: datetime, most: int | None = None) -> list[Done]:
    """What the person did in the last eight hours, newest first, in a constant number of statements; `most` at most."""
    rows = Event.objects.visible_to(user).filter(by=user, at__gt=at - SHIFT, at__lte=at)
    found = list(rows.select_related("case__project", "case__unit").order_by("-at", "-pk")[:MOST_READ])
    jobs = _open_jobs(found)
    undone = _undone(found)
    together: dict[object, list[Event]] = {}
    for event in found:
        together.setdefault(event.data.get("batch") or event.pk, []).append(event)
    return [_done(events, user, jobs, undone, at) for events in list(together.values())[:most]]


def _open_jobs(events: Iterable[Event]) -> dict[int, Job]:
    """The open job of each case in which something might be undone."""
    cases = {event.case_id for event in events if event.kind in UNDOABLE}
    jobs = Job.objects.open().filter(ticket__case__in=cases).select_related("ticket") if cases else ()
    return {job.ticket.case_id: job for job in jobs}


def _undone(events: Iterable[Event]) -> set[int]:
    """Which of the events were taken back, by whomever; looked for among what happened to the same cases."""
    cases = {event.case_id for event in events if event.kind in UNDOABLE}
    undoing = Event.objects.filter(case__in=cases, data__has_key="undoes") if cases else Event.objects.none()
    return set(undoing.values_list("data__undoes", flat=True))


def _done(events: list[Event], user: User, jobs: dict[int, Job], undone: set[int], at: datetime) -> Done:
    newest = events[0]
    words = sentence(newest.kind, newest.data)
    if len(events) > 1:
        counted = ngettext("Sent %(who)s to %(count)s ticket.", "Sent %(who)s to %(count)s tickets.", len(events))
        words = counted % {"who": newest.data.get("technician", "—"), "count": len(events)}
    return Done(
        at=newest.at,
        sentence=words,
        text=newest.text,
        icon=ICONS.get(newest.kind.rpartition(".")[2], "dot"),
        deeds=tuple(
            Deed(e.pk, e.case, undoable(e, e.case, user, jobs.get(e.case_id), at=at), e.pk in undone) for e in events
        ),
        can_be_undone=newest.kind in UNDOABLE,
    )


def undoable(event: Event, case: Case, user: User, job: Job | None, *, at: datetime) -> bool:
    """Say whether the person can take back now what the event did to the case; `job` is its open one."""
    if event.kind not in UNDOABLE or not can_undo(user, case, job, event):
        return False
    left = event.data.get("undo", {}).get("version")
    return undo_blocked(done_at=event.at, at=at, left_version=left, version=case.version) is None
