"""The one way a lower room answers to a higher one: kinds of case, registered in `AppConfig.ready`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from core.transitions import Transitions

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

Label = str | Promise


@dataclass(frozen=True)
class CaseKind:
    """What the house must know of a kind of case.

    `phases` maps each state to open/waiting/closed. `sentences` maps event kinds to format strings over the event's
    data, in the reader's language. `page` is the URL name of its page, given the case's number. `on_child` is told
    when something finished in a case whose parent is of this kind: parent (locked), child, event kind, moment, person.
    `part_of_parent` says that its clocks and events show on the parent's page too (a callback's on the repair's).
    `require_print` raises `NotAllowed` for who may not have its papers in hand; a kind without it issues none.
    `require_more_time` raises `NotNow` where something else comes before giving one of its promises more time.
    `untold` are states that residents do not hear of before they are told, each with the one they read meanwhile.
    `readers` are roles that see every case of the kind in their projects beside those that see every case there.
    `for_visitors` says that whoever makes home visits of any kind in a project sees every case of the kind there too.
    `among_jobs` says that whoever handles one finds it on the phone among the day's jobs.
    `visited_by` are roles that plan and make home visits for its cases; a kind without them has none.
    `echoes` are its events that only repeat one of a case within it, by that event: shown together, the other stands.
    `parts` reads by which categories or grades its cases are told apart, and what each is called.
    """

    key: str
    label: Label
    prefix: str
    states: Mapping[str, Label]
    phases: Mapping[str, str]
    transitions: Transitions
    page: str
    sentences: Mapping[str, Label] = field(default_factory=dict)
    on_child: "Callable[[Case, Case, str, datetime, User | None], None] | None" = None
    resident_sees: bool = False
    part_of_parent: bool = False
    among_jobs: bool = False
    untold: Mapping[str, str] = field(default_factory=dict)
    readers: frozenset[str] = frozenset()
    visited_by: frozenset[str] = frozenset()
    for_visitors: bool = False
    echoes: Mapping[str, str] = field(default_factory=dict)
    parts: Callable[[], Mapping[str, Label]] = dict
    require_print: "Callable[[User, Case], None] | None" = None
    require_more_time: "Callable[[Case], None] | None" = None


_KINDS: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> None:
    """Make a kind known; a second one with the same key or prefix is a programming error."""
    for known in _KINDS.values():
        if known.key != kind.key and known.prefix == kind.prefix:
            message = f"prefix {kind.prefix} is taken by {known.key}"
            raise ValueError(message)
    _KINDS[kind.key] = kind


def kind_of(key: str) -> CaseKind:
    """The registered kind. Raises `KeyError` for an unknown key."""
    return _KINDS[key]


def kinds() -> list[CaseKind]:
    """All registered kinds."""
    return list(_KINDS.values())


def kinds_for_residents() -> list[str]:
    """Keys of the kinds that a resident sees in the own household."""
    return [kind.key for kind in _KINDS.values() if kind.resident_sees]


def visitors() -> frozenset[str]:
    """Roles that make home visits for cases of any kind."""
    return frozenset(role for kind in _KINDS.values() for role in kind.visited_by)


def readers_of(key: str) -> frozenset[str]:
    """Roles that see every case of a kind in their projects, whatever else they see."""
    kind = kind_of(key)
    return kind.readers | visitors() if kind.for_visitors else kind.readers


def kinds_by_readers() -> dict[frozenset[str], list[str]]:
    """Keys of the kinds by the roles that see all of them; under no roles those that only the usual ones see."""
    found: dict[frozenset[str], list[str]] = {}
    for key in _KINDS:
        found.setdefault(readers_of(key), []).append(key)
    return found


def told_state(key: str, state: str) -> str:
    """The state of a case of this kind as residents read it."""
    return kind_of(key).untold.get(state, state)


def kinds_within_parents() -> list[str]:
    """Keys of the kinds whose clocks and events show on the page of the case they were opened for."""
    return [kind.key for kind in _KINDS.values() if kind.part_of_parent]


def echoes() -> dict[str, str]:
    """Event kinds that only repeat an event of a case within theirs, by the kind of that event."""
    return {event: said for kind in _KINDS.values() for event, said in kind.echoes.items()}


def kinds_among_jobs() -> list[str]:
    """Keys of the kinds that whoever handles one finds among the day's jobs."""
    return [kind.key for kind in _KINDS.values() if kind.among_jobs]


def sentence_of(event_kind: str) -> Label:
    """The format string for an event kind; its name where nobody gave one."""
    for kind in _KINDS.values():
        if event_kind in kind.sentences:
            return kind.sentences[event_kind]
    return event_kind
