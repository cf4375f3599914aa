"""Choose for what stands in inboxes who is told in whose place, and over which channels it also leaves the desk.

One place for all of it, after the transaction that told: constant statements a batch, and one for each stand-in.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.models import Membership, User
from accounts.queries import Away
from accounts.states import Role
from cases.models import Case
from notifications.actions.telling import key_in_app
from notifications.means import Means
from notifications.models import IN_APP, Channel, Message
from notifications.states import ChannelKind, Delivery
from records.bulk import insert

BATCH = 500
NO_ADDRESS = gettext_noop("there is no address on file")
COLUMNS = (
    "key",
    "channel",
    "via_id",
    "user_id",
    "on_behalf_of_id",
    "address",
    "state",
    "error",
    "sent_at",
    "not_before",
    "project_id",
    "case_id",
    "template",
    "data",
    "level",
    "created_at",
)


def plan(*, at: datetime, batch: int = BATCH) -> int:
    """Choose for up to `batch` messages. Returns how many; what another pass has in hand is left to it."""
    with transaction.atomic():
        waiting = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(to_plan=True)
        told = list(waiting.select_related("user", "project", "case__parent").order_by("pk")[:batch])
        if told:
            planned = _Plan(told, at)
            # Who is there comes first: told for themselves, they are not told once more for somebody away.
            for message in sorted(told, key=lambda one: planned.away.is_away(_reader(one))):
                planned.add(message)
            insert(Message, COLUMNS, [tuple(row.values()) for row in planned.rows.values()], known_stay=True)
            Message.objects.filter(pk__in=[message.pk for message in told]).update(to_plan=False)
    return len(told)


def address_of(kind: str, user: User) -> str:
    """Where a person is reached over a kind of channel; empty where it is not known."""
    return user.email if kind == ChannelKind.MAIL else user.phone


def _reader(message: Message) -> User:
    if message.user is None:
        raise ValueError(message.key)
    return message.user


def _is_reserved(case: Case | None) -> bool:
    """Say whether a matter, or the one that it was opened for, is seen by those above only. Source: CMP-15."""
    return case is not None and bool(case.reserved_for or (case.parent is not None and case.parent.reserved_for))


class _Plan:
    """The rows that a batch becomes."""

    def __init__(self, told: list[Message], at: datetime) -> None:
        self.told, self.at = told, at
        self.rows: dict[str, dict[str, object]] = {}
        # For whom a message in a group is; everybody of a notice is named once in its one row.
        self.people: dict[str, dict[int, str]] = {}
        self.away = Away.at(at)
        self.means = Means.read()
        self._seen: dict[int, set[int]] = {}

    def add(self, message: Message) -> None:
        """Everything that follows from one message in somebody's inbox."""
        notice = message.key.removesuffix(f":{message.user_id}:{IN_APP}")
        for user, away in self._hearers(message):
            if away is not None:
                own = key_in_app(notice, user.pk)
                self._row(message, own, IN_APP, user_id=user.pk, state=Delivery.SENT, sent_at=self.at, away=away)
            self._outside(message, notice, user, away)

    def _outside(self, message: Message, notice: str, user: User, away: User | None) -> None:
        rule = self.means.rule_of(message.project)
        if rule is None:
            for name in settings.NOTIFY_CHANNELS:
                key = f"{notice}:{user.pk}:{name}"
                self._row(message, key, name, user_id=user.pk, address=user.username, away=away)
            return
        for channel in rule.over(message.level):
            if channel.is_robot and _is_reserved(message.case):
                continue  # who reads the group is not asked: the one whom it is about may be among them
            self._over(channel, message, notice, user, away)

    def _over(self, channel: Channel, message: Message, notice: str, user: User, away: User | None) -> None:
        waits = self.means.not_before(message)
        if channel.is_robot:
            key = f"{notice}:{channel.kind}{channel.pk}"
            row = self._row(message, key, channel.kind, via=channel, not_before=waits)
            people = self.people.setdefault(key, {})
            people[user.pk] = str(user)
            row["data"] = {**message.data, "people": list(people.values())}
            return
        address = address_of(channel.kind, user)
        self._row(
            message,
            f"{notice}:{user.pk}:{channel.kind}{channel.pk}",
            channel.kind,
            via=channel,
            user_id=user.pk,
            address=address,
            state=Delivery.PENDING if address else Delivery.FAILED,
            error="" if address else NO_ADDRESS,
            not_before=waits,
            away=away,
        )

    def _row(
        self,
        message: Message,
        key: str,
        channel: str,
        *,
        via: Channel | None = None,
        user_id: int | None = None,
        away: User | None = None,
        address: str = "",
        state: str = Delivery.PENDING,
        error: str = "",
        sent_at: datetime | None = None,
        not_before: datetime | None = None,
    ) -> dict[str, object]:
        """The row under a key; the first one stays."""
        values = (
            key,
            channel,
            via.pk if via else None,
            user_id,
            away.pk if away else None,
            address,
            str(state),
            error,
            sent_at,
            not_before,
            message.project_id,
            message.case_id,
            message.template,
            message.data,
            message.level,
            message.created_at,
        )
        return self.rows.setdefault(key, dict(zip(COLUMNS, values, strict=True)))

    def _hearers(self, message: Message) -> list[tuple[User, User | None]]:
        """Who is told, and for whom. Nobody there for somebody away: whoever leads the project, supervisors first.

        A stand-in who may not see the matter is passed by. Where nobody is left it goes to the person after all.
        """
        user = _reader(message)
        if not self.away.is_away(user):
            return [(user, None)]
        nearest = self._who_see(message, self.away.stand_ins(user))[:1]
        found = nearest or self._leaders(message, Role.SUPERVISOR) or self._leaders(message, Role.GM)
        return [(one, user) for one in found] or [(user, None)]

    def _leaders(self, message: Message, role: str) -> list[User]:
        here = [m.user for m in self._staff if m.role == role and m.project_id in (None, message.project_id)]
        return self._who_see(message, (user for user in here if not self.away.is_away(user)))

    @cached_property
    def _staff(self) -> list[Membership]:
        projects = {message.project_id for message in self.told}
        rows = Membership.objects.staff_of(projects, (Role.SUPERVISOR, Role.GM)).select_related("user")
        return list(rows.order_by("pk"))

    def _who_see(self, message: Message, users: Iterable[User]) -> list[User]:
        return [user for user in users if message.case_id is None or message.case_id in self._cases_seen_by(user)]

    def _cases_seen_by(self, user: User) -> set[int]:
        if user.pk not in self._seen:
            concerned = {message.case_id for message in self.told if message.case_id is not None}
            found = Case.objects.visible_to(user).filter(pk__in=concerned)
            self._seen[user.pk] = set(found.values_list("pk", flat=True))
        return self._seen[user.pk]
