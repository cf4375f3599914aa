"""Tell people: a notice becomes messages in the transaction that made it true."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from cases.models import Case
from notifications.models import IN_APP, Message
from notifications.states import Delivery, Level
from records.bulk import Row, insert

SENT = str(Delivery.SENT)
COLUMNS = (
    "key",
    "channel",
    "user_id",
    "state",
    "sent_at",
    "to_plan",
    "project_id",
    "case_id",
    "template",
    "data",
    "level",
    "created_at",
)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to tell some people. `key` names the occasion: the same key tells the same person once."""

    key: str
    template: str
    case: Case
    to: tuple[User, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    level: str = Level.INFO


def key_in_app(notice: str, user_id: int) -> str:
    """The key of a notice in a person's inbox."""
    return f"{notice}:{user_id}:{IN_APP}"


def rows_of(notice: Notice, *, at: datetime) -> list[Row]:
    """The rows of a notice: one in each person's inbox, where it is told. Nobody is told of history.

    Over which channels it also leaves the application the next pass decides.
    """
    case = notice.case
    if case.is_history:
        return []
    data = {"case": case.number, "title": case.title, **notice.data}
    alike = (SENT, at, True, case.project_id, case.pk, notice.template, data, str(notice.level), at)
    return [(key_in_app(notice.key, user.pk), IN_APP, user.pk, *alike) for user in dict.fromkeys(notice.to)]


def write(rows: Collection[Row]) -> None:
    """Put rows into the outbox; keys already told are left as they are."""
    insert(Message, COLUMNS, rows, known_stay=True)


def tell(notices: Iterable[Notice], *, at: datetime) -> int:
    """Write the messages of `notices` in the running transaction; keys already told are left as they are."""
    rows = [row for notice in notices for row in rows_of(notice, at=at)]
    write(rows)
    return len(rows)
