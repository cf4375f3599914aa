"""Reads of cases for pages of every kind: what happened, the photos, the line of cases it belongs to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Attachment, Case, Event
from cases.permissions import reads_all
from cases.registry import echoes, kinds
from cases.sentences import moment_words, sentence
from cases.states import PhotoLabel

MOST_EVENTS = 300
ICONS = {
    "opened": "circle-plus",
    "dispatched": "send",
    "accepted": "hand",
    "arrived": "map-pin",
    "feedback": "message-square",
    "quoted": "receipt",
    "quote_accepted": "badge-check",
    "completed": "wrench",
    "leak_test_begun": "droplets",
    "leak_test_ended": "droplet-off",
    "held": "circle-pause",
    "resumed": "circle-play",
    "returned": "undo-2",
    "dispatch_undone": "undo-2",
    "hold_undone": "undo-2",
    "category_undone": "undo-2",
    "closed": "circle-check",
    "reopened": "rotate-ccw",
    "cancelled": "circle-slash",
    "charge_overridden": "scale",
    "signed": "pen-line",
    "joined": "users",
    "owed": "phone-outgoing",
    "attempted": "phone-missed",
    "reached": "phone",
    "breached": "circle-alert",
    "told": "bell",
    "extended": "calendar-plus",
    "photo": "camera",
    "parts_added": "package-plus",
    "charge_reviewed": "refresh-cw",
    "recategorised": "tag",
    "contact_amended": "user-pen",
    "amended": "user-pen",
    "corrected": "user-pen",
    "registered": "megaphone",
    "harm_stopped": "siren",
    "acknowledged": "eye",
    "regraded": "tag",
    "referred": "send",
    "handed_on": "send",
    "taken_back": "undo-2",
    "closing_taken_back": "undo-2",
    "contacted": "phone",
    "progressed": "message-square",
    "answered": "message-circle-reply",
    "delay_explained": "hourglass",
    "heads_called": "users",
    "escalated": "arrow-up-right",
    "established": "scale",
    "remedy_proposed": "hand-heart",
    "remedy_settled": "handshake",
    "resolved": "circle-check",
    "informed": "phone-outgoing",
    "work_moved": "wrench",
    "notified": "phone",
    "reminded": "phone",
    "not_reached": "phone-missed",
    "sms_sent": "message-square",
    "bills_overdue": "receipt",
    "letter_sent": "mail",
    "delivered": "mail-check",
    "letter_returned": "undo-2",
    "visit_decided": "calendar-plus",
    "visited": "footprints",
    "planned": "calendar-plus",
    "moved": "calendar-plus",
    "called_off": "circle-slash",
    "promised": "handshake",
    "disputed": "scale",
    "part_paid": "wallet",
    "settled": "circle-check",
    "filed": "gavel",
}


def newest_event() -> QuerySet[Event]:
    """The newest event of all: while its key stays, nothing has happened to any case.

    Two transactions may commit in the other order than they took their keys, so what is kept under that key is kept
    for seconds only.
    """
    return Event.objects.order_by("-pk")[:1]


def revision() -> int:
    """That key; 0 before anything has happened."""
    return newest_event().values_list("pk", flat=True).first() or 0


def in_state(state: str, reader: User) -> Q:
    """Cases in a state as the reader reads it: who was not told of one yet does not find the case by it."""
    if not reader.is_resident:
        return Q(state=state)
    found = Q(state=state)
    for kind in kinds():
        for real, told in kind.untold.items():
            if state == told:
                found |= Q(kind=kind.key, state=real)
            elif state == real:
                found &= ~Q(kind=kind.key)
    if not reader.is_office:
        return found
    at_work = Q(pk__in=Case.objects.visible_at_work(reader).values("pk"))
    return (at_work & Q(state=state)) | (~at_work & found)


@dataclass(frozen=True)
class Line:
    """One line of a timeline, in the reader's language."""

    pk: int
    at: datetime
    by: str
    kind: str
    sentence: str
    text: str
    icon: str
    hidden: bool
    number: str


@dataclass(frozen=True)
class Photo:
    """A picture or paper of a case, with the address under which its readers get it."""

    url: str
    name: str
    label: str
    is_image: bool
    added_at: datetime

    @property
    def thumbnail(self) -> str:
        """The picture itself: kept small enough to be its own thumbnail."""
        return self.url


def timeline(case: Case, reader: User) -> list[Line]:
    """What happened to the case and its callbacks, newest first; residents see what is meant for them.

    What a phone out of signal sent later stands at the time of receipt, as the deadlines do, and names the moment that
    the phone claims.
    """
    concerned = Case.objects.visible_to(reader).with_parts([case.pk])
    rows = _newest_first(reader).filter(case__in=concerned).select_related("case")[:MOST_EVENTS]
    return lines_of(said_once(list(rows)), case, staff=reads_all(reader, case))


def said_once(events: Sequence[Event]) -> list[Event]:
    """The events without those that only repeat, at the same moment, what a case within says with its own words.

    What somebody wrote in an event stays, unless it stands there too.
    """
    repeats = echoes()
    stands = {(event.kind, event.at): event for event in events}

    def is_echo(event: Event) -> bool:
        said = stands.get((repeats.get(event.kind, ""), event.at))
        return said is not None and said.case_id != event.case_id and event.text in ("", said.text)

    return [event for event in events if not is_echo(event)]


def _newest_first(reader: User) -> QuerySet[Event]:
    return Event.objects.meant_for(reader).select_related("by").order_by("-at", "-pk")


def events_of(family: Iterable[Case], reader: User) -> list[Event]:
    """What happened to cases that the reader is known to see, newest first."""
    known = {case.pk: case for case in family}
    rows = list(_newest_first(reader).filter(case_id__in=known)[:MOST_EVENTS])
    for event in rows:
        event.case = known[event.case_id]
    return rows


def lines_of(events: Iterable[Event], case: Case, *, staff: bool) -> list[Line]:
    """The events as the page of a case words them."""
    return [_line(event, case, staff=staff) for event in events]


def last_act(case: Case) -> Event | None:
    """What somebody did to the case last; what the clocks write by themselves is nobody's doing."""
    return Event.objects.filter(case=case, by__isnull=False).select_related("by").order_by("-pk").first()


def _line(event: Event, case: Case, *, staff: bool) -> Line:
    words = sentence(event.kind, event.data)
    if event.claimed_at is not None:
        claimed = moment_words(event.claimed_at.isoformat(), beside=event.at)
        words += _(" (by the phone's clock %(moment)s)") % {"moment": claimed}
    who = str(event.by) if event.by else ""
    return Line(
        pk=event.pk,
        at=event.at,
        by="" if words.startswith(who) else who,
        kind=event.kind,
        sentence=words,
        text=event.text,
        icon=ICONS.get(event.kind.rpartition(".")[2], "dot"),
        hidden=staff and not event.for_resident and event.by_id is not None and case.household_id is not None,
        number="" if event.case_id == case.pk else event.case.number,
    )


def photos(case: Case, reader: User, labels: Iterable[str] = ()) -> list[Photo]:
    """The case's pictures and papers in the order they were added, some labels only where given."""
    return photos_of([case], reader, labels)[case.pk]


def photos_of(cases: Iterable[Case], reader: User, labels: Iterable[str] = ()) -> dict[int, list[Photo]]:
    """The same of cases that the reader is known to see, by case; one statement."""
    known = {case.pk: case for case in cases}
    rows = Attachment.objects.meant_for(reader).filter(case__in=known).select_related("file")
    if labels:
        rows = rows.filter(label__in=list(labels))
    found: dict[int, list[Photo]] = {pk: [] for pk in known}
    for row in rows:
        photo = Photo(
            url=reverse("case_file", args=[known[row.case_id].number, row.file.token]),
            name=str(PhotoLabel(row.label).label),
            label=row.label,
            is_image=row.file.content_type.startswith("image/"),
            added_at=row.added_at,
        )
        found[row.case_id].append(photo)
    return found


def came_from(case: Case, reader: User) -> Case | None:
    """The case that this one was opened for, where the reader sees it: a private complaint's number is its readers'."""
    if case.parent_id is None:
        return None
    return Case.objects.visible_to(reader).filter(pk=case.parent_id).first()


def children(case: Case, reader: User, kind: str) -> list[Case]:
    """Cases of one kind that were opened for this one, newest first."""
    found = Case.objects.visible_to(reader).filter(parent=case, kind=kind)
    return list(found.select_related("handler").order_by("-opened_at", "-pk"))


@dataclass(frozen=True)
class Due:
    """What a deadline badge in a list needs: the case's earliest running promise."""

    started_at: datetime | None
    due_at: datetime | None
    state: str = "running"
    met_at: datetime | None = None


def due_of(case: Case, *, started_at: datetime | None = None) -> Due | None:
    """The badge of a case in a list; none where nothing is promised any more. Unknown start: since it was opened."""
    if case.due_at is None:
        return None
    return Due(started_at=started_at or case.opened_at, due_at=case.due_at)
