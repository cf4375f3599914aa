"""Tell people: a notice becomes messages in the transaction that made it true."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Project, User
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
    """Something to tell some people. `key` names the occasion: the same key tells the same person once.

    What is about no case names its `project`, and in `page` the address that it leads to (a URL's name, its arguments).
    """

    key: str
    template: str
    to: tuple[User, ...]
    case: Case | None = None
    project: Project | None = None
    page: tuple[str, ...] = ()
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
    if case is not None and case.is_history:
        return []
    if case is not None:
        about: tuple[int, int | None] = (case.project_id, case.pk)
        data = {"case": case.number, "title": case.title, **notice.data}
    else:
        about = (_project_of(notice), None)
        data = {"page": list(notice.page), **notice.data}
    alike = (SENT, at, True, *about, notice.template, data, str(notice.level), at)
    return [(key_in_app(notice.key, user.pk), IN_APP, user.pk, *alike) for user in dict.fromkeys(notice.to)]


def _project_of(notice: Notice) -> int:
    if notice.project is None:
        message = f"{notice.key} is about no case and no project"
        raise ValueError(message)
    return notice.project.pk


def write(rows: Collection[Row]) -> None:
    """Put rows into the outbox; keys already told are left as they are."""
    insert(Message, COLUMNS, rows, known_stay=True)


def tell(notices: Iterable[Notice], *, at: datetime) -> int:
    """Write the messages of `notices` in the running transaction; keys already told are left as they are."""
    rows = [row for notice in notices for row in rows_of(notice, at=at)]
    write(rows)
    return len(rows)
