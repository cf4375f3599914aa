"""The palette (Ctrl+K): every place and action that one's role has, found by Chinese words, pinyin or English.

Places come from `servicedesk.places`; the rest is what the frame can do anyway. They are links: what somebody may do is
asked again where a link leads.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin

from accounts.models import Project, User
from records.search import HAN, fold
from servicedesk.navigation import Entry, open_to
from servicedesk.places import PLACES, SAVED_VIEWS, TASKS

Words = str | Promise
WORD = re.compile(r"[0-9a-z]+")


@dataclass(frozen=True)
class Choice:
    """One line of the palette: a link (`url`), a form to be sent (`post`), or what a script does (`act`)."""

    label: Words
    icon: str
    sort: Words
    find: str = ""
    url: str = ""
    post: str = ""
    name: str = ""  # the field that the form sends, and its value
    value: str = ""
    act: str = ""


def tokens_of(*labels: Words) -> list[str]:
    """What a label is found by, the best first: itself, its initials, its pinyin, both from each later word on.

    In every language; a token is hit by its beginning.
    """
    found: list[str] = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for label in labels:
                found += _tokens(str(label))
    return list(dict.fromkeys(found))


def _tokens(text: str) -> list[str]:
    read = [part for run in HAN.findall(text) for part in lazy_pinyin(run, style=Style.NORMAL)]
    tails = [read[start:] for start in range(len(read))]
    chinese = [token for tail in tails for token in ("".join(part[0] for part in tail), "".join(tail))]
    return [fold(text), *chinese, *WORD.findall(text.lower())]


def choices_for(user: User, project: Project | None, projects: Iterable[Project]) -> list[Choice]:
    """Everything that the person may choose, in the order in which an empty palette shows it."""
    others = [other for other in projects if project is None or other.pk != project.pk]
    return [
        *(_addresses(user, project) if project is not None else []),
        *map(_switch, others),
        *(_speak(code) for code, _name in settings.LANGUAGES),
        *_of_the_frame(user),
    ]


def _addresses(user: User, project: Project) -> list[Choice]:
    return [
        *(_link(entry, _("Page")) for entry in open_to([*PLACES, *TASKS], user, project)),
        *(_link(entry, _("Saved view")) for entry in open_to(SAVED_VIEWS, user, project)),
    ]


def _choice(label: Words, icon: str, sort: Words, *, found_by: Iterable[Words] = (), **more: str) -> Choice:
    return Choice(label, icon, sort, " ".join(tokens_of(*(found_by or [label]))), **more)


def _link(entry: Entry, sort: Words) -> Choice:
    return _choice(entry.label, entry.icon, sort, found_by=(entry.label, *entry.also), url=entry.address)


def _switch(project: Project) -> Choice:
    label = format_lazy(_("Change to {project}"), project=str(project))
    names = (_("Change project"), project.name_zh, project.name_en)
    to = reverse("switch_project", args=[project.code])
    return _choice(label, "building-2", _("Project"), found_by=names, post=to)


def _speak(code: str) -> Choice:
    name = translation.get_language_info(code)["name_local"]
    label, names = format_lazy(_("Language: {name}"), name=name), (_("Language"), name)
    return _choice(
        label,
        "languages",
        _("Setting"),
        found_by=names,
        post=reverse("set_language"),
        name="language",
        value=code,
    )


def _of_the_frame(user: User) -> list[Choice]:
    keys = _("Turn shortcuts on") if user.shortcuts_off else _("Turn shortcuts off")
    wanted = {"name": "shortcuts_off", "value": "0" if user.shortcuts_off else "1"}
    return [
        _choice(_("Print this page"), "printer", _("Action"), act="print"),
        _choice(_("Light or dark"), "sun-moon", _("Setting"), act="theme"),
        _choice(_("Keyboard shortcuts"), "keyboard", _("Help"), act="help"),
        _choice(keys, "power", _("Setting"), post=reverse("preferences"), **wanted),
        _choice(_("Sign out"), "log-out", _("Action"), post=reverse("account_logout")),
    ]
