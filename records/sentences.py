"""What entries of the audit trail are called. Rooms above add theirs in `AppConfig.ready`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ACTIONS: dict[str, str | Promise] = {
    "append_only.unlocked": _("Changed what is otherwise never changed"),
    "contact.revealed": _("Showed the phone of a case"),
    "person.revealed": _("Showed a number of the register"),
    "register.exported": _("Exported the register"),
    "register.imported": _("Took over a register"),
    "register.import_rolled_back": _("Took an import back"),
    "tickets.exported": _("Exported tickets"),
    "takeover.begun": _("Began to take over past requests"),
    "takeover.ended": _("Took over past requests"),
}

_COMPANYWIDE: set[str] = set()

# What the particulars of an entry are called, and the words that stand for their values.
_NAMES: dict[str, Promise] = {
    "field": _("Shown"),
    "phone": _("Number on record"),
    "filter": _("Filter"),
    "rows": _("Rows"),
    "count": _("Rows"),
    "phones": _("Phones"),
    "sha256": _("Hash of the file"),
    "format": _("Format"),
    "file": _("File"),
    "left_out": _("Left out"),
    "sheets": _("Sheets"),
    "created": _("New"),
    "updated": _("Changed"),
    "unchanged": _("As they were"),
    "removed": _("Removed"),
    "restored": _("Restored"),
    "kept": _("Kept"),
    "state": _("State"),
    "kind": _("Kind"),
    "category": _("Category"),
    "urgency": _("Urgency"),
    "handler": _("Handler"),
    "department": _("Department"),
    "building": _("Building"),
    "view": _("View"),
    "q": _("Search"),
    "channel": _("Channel"),
    "to": _("To"),
    "taken": _("Taken over"),
    "known": _("Known already"),
    "refused": _("Refused"),
    "without_place": _("Without a place"),
    "buildings": _("Buildings"),
    "repeats_within_7_days": _("Repeats within seven days"),
    "shown_as_likely_duplicates": _("Shown as likely duplicates"),
    "verdicts": _("Verdicts compared"),
    "verdicts_equal": _("Verdicts alike"),
}
_VALUES: dict[tuple[str, str], Promise] = {
    ("field", "phone"): _("a phone number"),
    ("field", "id_number"): _("the ID number"),
    ("phones", "clear"): _("in clear"),
    ("phones", "masked"): _("under stars"),
    ("filter", "all"): _("everything"),
}


def particulars(data: Mapping[str, Any]) -> str:
    """What an entry says beside its action, in words; what nobody named stands as it was written."""
    return ", ".join(f"{_NAMES.get(name, name)}: {_value(name, value)}" for name, value in data.items() if value != {})


def _value(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({particulars(value)})"
    known = _VALUES.get((name, str(value)))
    return str(value if known is None else known)


def register_actions(words: Mapping[str, str | Promise]) -> None:
    """Say what an app's entries are called."""
    _ACTIONS.update(words)


def register_names(names: Mapping[str, Promise]) -> None:
    """Say what the particulars of an app's entries are called."""
    _NAMES.update(names)


def register_values(words: Mapping[tuple[str, str], Promise]) -> None:
    """Say what values of the particulars of an app's entries are called, by particular and value."""
    _VALUES.update(words)


def register_companywide(actions: Iterable[str]) -> None:
    """Name actions whose entries may belong to no project and then concern whoever reads a trail in any."""
    _COMPANYWIDE.update(actions)


def companywide() -> list[str]:
    """The names of those actions."""
    return sorted(_COMPANYWIDE)


def known_actions() -> list[tuple[str, str]]:
    """Every action that an entry may have, with its words."""
    return [(action, str(words)) for action, words in _ACTIONS.items()]


def action_words(action: str) -> str:
    """The words of an action; its name where nobody gave any."""
    return str(_ACTIONS.get(action, action))
