"""What entries of the audit trail are called. Rooms above add theirs in `AppConfig.ready`."""

from collections.abc import Mapping

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


def register_actions(words: Mapping[str, str | Promise]) -> None:
    """Say what an app's entries are called."""
    _ACTIONS.update(words)


def known_actions() -> list[tuple[str, str]]:
    """Every action that an entry may have, with its words."""
    return [(action, str(words)) for action, words in _ACTIONS.items()]


def action_words(action: str) -> str:
    """The words of an action; its name where nobody gave any."""
    return str(_ACTIONS.get(action, action))
