"""Reads of messages: one's inbox, and who was told what."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.moments import midnight
from notifications.means import Wording
from notifications.models import IN_APP, LOST_AFTER, ChannelTest, Message, MessageQuerySet
from notifications.states import Delivery, Level, Medium

PAGE = 50
ICONS = {Level.INFO: "bell", Level.WARNING: "alarm-clock", Level.ESCALATION: "circle-alert"}
STATE_ICONS = {
    Delivery.PENDING: "clock",
    Delivery.SENDING: "send",
    Delivery.SENT: "check",
    Delivery.FAILED: "x",
    Delivery.UNKNOWN: "circle-question-mark",
}


@dataclass(frozen=True)
class Letter:
    """A message as its reader sees it."""

    pk: int
    at: datetime
    day: date
    sentence: str
    on_behalf_of: str
    level: str
    level_name: str
    icon: str
    is_unread: bool
    number: str
    project: str


def inbox_rows(user: User, *, unread_only: bool, level: str = "", before: int | None = None) -> MessageQuerySet:
    """The person's messages, newest first; one page of them and one more."""
    rows: MessageQuerySet = Message.objects.visible_to(user)
    if unread_only:
        rows = rows.unread()
    if level:
        rows = rows.filter(level=level)
    if before is not None:
        rows = rows.filter(_older(before, Message.objects.visible_to(user)))
    return rows.order_by("-created_at", "-pk")[: PAGE + 1]


def inbox(
    user: User, *, unread_only: bool, level: str = "", before: int | None = None
) -> tuple[list[Letter], int | None]:
    """One page of the person's messages, newest first, and what to ask for the next one (None at the end)."""
    rows = inbox_rows(user, unread_only=unread_only, level=level, before=before)
    found = list(rows.select_related("case", "project", "on_behalf_of"))
    page = found[:PAGE]
    wording = Wording.read()
    return [_letter(row, user, wording) for row in page], page[-1].pk if len(found) > PAGE else None


def _older(pk: int, among: MessageQuerySet) -> Q:
    at = among.filter(pk=pk).values("created_at")[:1]
    return Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk)


def said(row: Message, reader: User | None, wording: Wording, medium: str) -> str:
    """The sentence of a message for whoever looks at it now, in the active language."""
    more = {"person": str(reader or ""), "project": str(row.project)}
    return wording.words(row.template, row.data, medium=medium, language=get_language() or "", **more)[1]


def _letter(row: Message, user: User, wording: Wording) -> Letter:
    return Letter(
        pk=row.pk,
        at=row.created_at,
        day=timezone.localtime(row.created_at).date(),
        sentence=said(row, user, wording, Medium.IN_APP),
        on_behalf_of=str(row.on_behalf_of or ""),
        level=row.level,
        level_name=str(Level(row.level).label),
        icon=ICONS[Level(row.level)],
        is_unread=row.read_at is None,
        number=row.case.number if row.case else "",
        project=str(row.project),
    )


@dataclass(frozen=True)
class Told:
    """One message to one person over one channel, as whoever leads the project sees it."""

    message: Message
    who: str
    channel: str
    sentence: str
    error: str
    state_icon: str
    together: bool
    to_settle: bool

    @property
    def is_unknown(self) -> bool:
        """Say whether nobody knows if it arrived."""
        return self.message.state == Delivery.UNKNOWN


def told_page(user: User, project: Project, asked: dict[str, Any]) -> tuple[list[Told], int | None]:
    """One page of what was told in a project, newest first, and what to ask for the next one (None at the end).

    `asked` are the cleaned filters; its days are days in the project's zone, both included.
    """
    here: MessageQuerySet = Message.objects.overseen_by(user).filter(project=project)
    rows = here.filter(_asked(asked, project))
    if asked.get("before"):
        rows = rows.filter(_older(asked["before"], here))
    newest = rows.select_related("user", "case", "project", "via", "on_behalf_of").order_by("-created_at", "-pk")
    found = list(newest[: PAGE + 1])
    wording = Wording.read()
    page = [_told(row, wording) for row in found[:PAGE]]
    return page, found[PAGE - 1].pk if len(found) > PAGE else None


def _asked(asked: dict[str, Any], project: Project) -> Q:
    exact = {"state": asked.get("state"), "level": asked.get("level"), "case__number__iexact": asked.get("number")}
    wanted = Q(**{name: value for name, value in exact.items() if value})
    if asked.get("channel") == "outside":
        wanted &= ~Q(channel=IN_APP)
    elif asked.get("channel"):
        wanted &= Q(channel=asked["channel"])
    if asked.get("who"):
        wanted &= Q(user__name__icontains=asked["who"]) | Q(user__username__iexact=asked["who"])
    if asked.get("since"):
        wanted &= Q(created_at__gte=midnight(asked["since"], project.tz))
    if asked.get("until"):
        wanted &= Q(created_at__lt=midnight(asked["until"] + timedelta(days=1), project.tz))
    return wanted


def _told(row: Message, wording: Wording) -> Told:
    unsettled = row.channel != IN_APP and row.state in (Delivery.UNKNOWN, Delivery.FAILED)
    return Told(
        message=row,
        who=str(row.user or "") or ", ".join(row.data.get("people", [])),
        channel=channel_words(row),
        sentence=said(row, row.user, wording, Medium.IN_APP),
        error=error_words(row),
        state_icon=STATE_ICONS[Delivery(row.state)],
        together=row.told_with_id is not None,
        to_settle=unsettled,
    )


def channel_words(row: Message) -> str:
    """What the channel of a message is called."""
    known = {IN_APP: Medium.IN_APP.label, "console": _("log of the server")}
    return str(row.via or known.get(row.channel, row.channel))


# What a channel said with something of its own in it, by what stands before and after that.
_SAID = (
    (re.compile(r"mail server: (?P<what>.+)", re.DOTALL), gettext_lazy("the mail server said: %(what)s")),
    (re.compile(r"the gateway refused it: (?P<what>\d+)"), gettext_lazy("the gateway refused it (%(what)s)")),
    (re.compile(r"the gateway answered (?P<what>\d+)"), gettext_lazy("the gateway answered with an error (%(what)s)")),
    (
        re.compile(r"(?P<what>NOTIFY_\w+) is not set in the environment"),
        gettext_lazy("%(what)s is not set in the server's environment"),
    ),
)


def reason_words(error: str) -> str:
    """Why something did not arrive: what the desk says itself in the reader's language, the rest as it was answered."""
    for pattern, words in _SAID:
        found = pattern.fullmatch(error)
        if found is not None:
            return str(words) % found.groupdict()
    return _(error) if error else ""


def error_words(row: Message) -> str:
    """Why a message did not arrive."""
    return reason_words(row.error)


def outcome_words(test: ChannelTest, at: datetime) -> str:
    """What became of a test of a channel, in a sentence."""
    reason = reason_words(test.error)
    if test.is_lost(at):
        return _("Nobody knows whether it arrived: the process ended while sending. Ask at the address.")
    if test.state == Delivery.SENT:
        return _("Delivered: the other end accepted it.")
    if test.state == Delivery.FAILED:
        return _("It did not go out: %(reason)s.") % {"reason": reason}
    if test.state == Delivery.UNKNOWN:
        return _("Nobody knows whether it arrived: %(reason)s. Ask at the address before you send another one.") % {
            "reason": reason
        }
    if at >= test.at + LOST_AFTER:
        return _("It waits for the worker, which has not come by for two minutes: see whether it runs.")
    return _("It is being sent: what became of it stands here in a moment.")
