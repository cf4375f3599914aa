"""How a template would read: with the newest message of its kind, else with an example."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import Message
from notifications.rules import SmsLength, Unfilled, fill, sms_length
from notifications.sentences import offered, render, values_of
from notifications.states import Medium

EXAMPLE: dict[str, Any] = {
    "case": "BX-20261123-0001",
    "title": "厨房水管漏水",
    "person": "王师傅",
    "project": "示范小区",
    "promise": {"zh": "上门维修", "en": "Visit"},
    "due": {"by": "2026-11-23T14:30:00+08:00"},
}


@dataclass(frozen=True)
class Preview:
    """A template beside the built-in sentence, filled from the same message."""

    subject: str
    body: str
    built_in: str
    source: str
    sms: SmsLength | None


def preview(key: str, *, medium: str, language: str, subject: str, body: str, user: User) -> Preview:
    """Fill a template as `deliver` would, for the person who looks."""
    newest = Message.objects.overseen_by(user).filter(template=key).select_related("user", "project").last()
    if newest is None:
        source, data = _("Filled with an example."), _example(key)
    else:
        source, data = _("Filled from the newest message of this kind."), _data_of(newest)
    missing = _("{%(name)s} is missing in this message: the built-in sentence would be sent.")
    with translation.override(language), timezone.override(newest.project.tz if newest else None):
        values = values_of(data)
        about, text = (_filled(words, values, missing) for words in (subject, body))
        built_in = render(key, data)
    return Preview(about, text, built_in, source, sms_length(text) if medium in (Medium.ANY, Medium.SMS) else None)


def _filled(text: str, values: Mapping[str, str], missing: str) -> str:
    try:
        return fill(text, values)
    except Unfilled as problem:
        return missing % {"name": problem}


def _example(key: str) -> dict[str, Any]:
    return {name: EXAMPLE.get(name, "…") for name in offered(key)}


def _data_of(message: Message) -> dict[str, Any]:
    return {**message.data, "person": str(message.user or ""), "project": str(message.project)}
