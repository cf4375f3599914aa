"""The record a complaint is kept on: 《客户投诉处理记录表》, as PDF.

Source: service standard, 三(6)① (在相关规范记录本上详细记录) and ⑥② (由投诉接待人详细记录).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from records.papers import amount_words, moment_words, printable, set_paper

TEMPLATE = Path(__file__).resolve().parent / "paper_templates" / "complaint_record.typ"
TITLE = "客户投诉处理记录表"


@dataclass(frozen=True, kw_only=True)
class RecordRemedy:
    """One way to make it good, its cost in yuan, and what the resident said to it."""

    text: str
    cost: Decimal | None
    state: str


@dataclass(frozen=True, kw_only=True)
class RecordStep:
    """One thing that happened: when, who, what."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RecordCallback:
    """One callback that reached the resident: when, how, who called, whether they were content, what they said."""

    at: datetime
    how: str
    by: str
    result: str
    text: str


@dataclass(frozen=True, kw_only=True)
class RecordPromise:
    """One deadline: what was promised, until when (and at first, where it was given more time), how it stands."""

    promise: str
    due_at: datetime
    state: str
    first_due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintRecord:
    """What is printed on a record. Times are in the project's zone; what is empty becomes a line to write on."""

    project: str
    number: str
    url: str
    received_at: datetime
    service_phone: str = ""
    channel: str = ""
    room: str = ""
    name: str = ""
    phone: str = ""
    reachable: str = ""
    occurred_at: datetime | None = None
    place: str = ""
    about: str = ""
    description: str = ""
    demand: str = ""
    wanted_by: datetime | None = None
    grade: str = ""
    topic: str = ""
    taken_by: str = ""
    replier: str = ""
    department: str = ""
    handler: str = ""
    contacted_at: datetime | None = None
    harm_stopped_at: datetime | None = None
    responsible: str = ""
    cause: str = ""
    apologised: bool = False
    remedies: tuple[RecordRemedy, ...] = ()
    repairs: str = ""
    steps: tuple[RecordStep, ...] = ()
    promises: tuple[RecordPromise, ...] = ()
    outcome: str = ""
    result: str = ""
    opinion: str = ""
    informed_at: datetime | None = None
    informed_how: str = ""
    confirmed: bool | None = None
    close_reason: str = ""
    callbacks: tuple[RecordCallback, ...] = ()
    callback_owed: bool = True


def record_name(record: ComplaintRecord) -> str:
    """The file name under which an issued record is kept: the same for a reprint, another once something happened."""
    mark = sha256(repr(record).encode()).hexdigest()[:12]
    return f"{record.number}-record-{mark}.pdf"


def render_record(record: ComplaintRecord, *, fonts: Path) -> bytes:
    """Set the record as an A4 PDF; `fonts` holds Noto Sans SC. Raises `FontMissingError`."""
    return set_paper(TEMPLATE, _data(record), url=record.url, at=record.received_at, fonts=fonts)


_TEXTS = (
    "project", "number", "service_phone", "channel", "room", "name", "phone", "reachable", "place", "about",
    "description", "demand", "grade", "topic", "taken_by", "replier", "department", "handler", "responsible", "cause",
    "repairs", "outcome", "result", "opinion", "informed_how", "close_reason",
)  # fmt: skip
_MOMENTS = ("received_at", "occurred_at", "wanted_by", "contacted_at", "harm_stopped_at", "informed_at")


def _data(record: ComplaintRecord) -> dict[str, object]:
    """The record as the template takes it: texts, ready to print, and what is ticked."""
    return {
        "title": TITLE,
        **{name: printable(getattr(record, name)) for name in _TEXTS},
        **{name: moment_words(getattr(record, name)) for name in _MOMENTS},
        "apologised": record.apologised,
        "confirmed": record.confirmed,
        "remedies": [_remedy(one) for one in record.remedies],
        "callbacks": [_callback(one) for one in record.callbacks],
        "callback_owed": record.callback_owed,
        "promises": [
            {"promise": printable(one.promise), "due": _due_words(one), "state": printable(one.state)}
            for one in record.promises
        ],
        "steps": [
            {"at": moment_words(one.at), "by": printable(one.by), "text": printable(one.text)} for one in record.steps
        ],
    }


def _due_words(one: RecordPromise) -> str:
    due = moment_words(one.due_at)
    return due if one.first_due_at is None else f"{due}（原 {moment_words(one.first_due_at)}）"


def _remedy(one: RecordRemedy) -> dict[str, str]:
    cost = "" if one.cost is None else amount_words(one.cost)
    return {"text": printable(one.text), "cost": cost, "state": printable(one.state)}


def _callback(one: RecordCallback) -> dict[str, str]:
    words = {name: printable(getattr(one, name)) for name in ("how", "by", "result", "text")}
    return {"at": moment_words(one.at), **words}
