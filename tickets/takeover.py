"""Requests that another system kept, read row by row (the City of Boston's open 311 format). Pure: no database.

Times in the file are local wall times. `target_dt` is the completion time that was promised to the caller.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cases.states import Channel

REQUIRED = ("CASE_ENQUIRY_ID", "open_dt", "target_dt", "closed_dt", "CASE_TITLE", "Location", "Source")
ABSENT = {"", "NA", "N/A"}
CHANNELS = {
    "Constituent Call": Channel.PHONE,
    "Self Service": Channel.ONLINE,
    "Twitter": Channel.ONLINE,
    "Employee Generated": Channel.STAFF,
}
MOMENT = "%Y-%m-%d %H:%M:%S"


class NotThisFormat(Exception):
    """The file lacks columns; the message names them."""


@dataclass(frozen=True)
class PastRequest:
    """One request as the file has it, its times aware."""

    line: int
    reference: str
    title: str
    place: str
    channel: str
    opened_at: datetime
    promised_at: datetime | None
    closed_at: datetime | None
    closing_words: str
    verdict: str


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be taken over, and why."""

    line: int
    reference: str
    reason: str


def clean(text: str) -> str:
    """Text without the file's `NA` and double blanks."""
    text = re.sub(r"\s+", " ", text or "").strip()
    return "" if text in ABSENT else text


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A local wall time as an aware moment; an hour that a clock change repeats is read as its first pass."""
    text = clean(text)
    return datetime.strptime(text, MOMENT).replace(tzinfo=zone) if text else None


def read(lines: Iterable[str], zone: ZoneInfo) -> Iterator[PastRequest | RefusedRow]:
    """Yield every row as a request or as a refusal. Raises `NotThisFormat` where columns are missing."""
    rows = csv.DictReader(lines)
    try:
        names = rows.fieldnames or ()
    except csv.Error:
        names = ()
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        message = ", ".join(missing)
        raise NotThisFormat(message)
    line = 1
    while True:
        line += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RefusedRow(line, "", f"no line of a table: {error}")
        else:
            yield _request(line, row, zone)


def _request(line: int, row: dict[str, str], zone: ZoneInfo) -> PastRequest | RefusedRow:
    reference = clean(row["CASE_ENQUIRY_ID"])
    try:
        opened, promised, closed = (moment(row[name], zone) for name in ("open_dt", "target_dt", "closed_dt"))
    except (ValueError, TypeError):
        return RefusedRow(line, reference, "a time that is none")
    if not reference or opened is None:
        return RefusedRow(line, reference, "no number or no opening time")
    if closed is not None and closed < opened:
        return RefusedRow(line, reference, "closed before it was opened")
    return PastRequest(
        line=line,
        reference=reference,
        title=clean(row["CASE_TITLE"]) or "—",
        place=clean(row["Location"]),
        channel=CHANNELS.get(clean(row["Source"]), Channel.PHONE),
        opened_at=opened,
        promised_at=promised,
        closed_at=closed,
        closing_words=clean(row.get("CLOSURE_REASON", "")),
        verdict=clean(row.get("OnTime_Status", "")),
    )
