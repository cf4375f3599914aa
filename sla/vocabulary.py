"""The words that rules are made of: kinds of case and their parts, events, audiences, in the reader's language."""

import re
from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from cases.registry import CaseKind, kinds, sentence_of
from sla.states import Audience

GAP = re.compile(r"%\(\w+\)[sd]")
# Of “Complaint taken: …; … will reply.” the beginning names it; of “… accepted the job.” what follows does.
BEGINNING = re.compile(r"^([^…]*?[^…\s])\s*[:：;；,，(（]\s*…?.*$")
EDGES = re.compile(r"^…\s*|[（(]…[）)]|[;；].*$|[\s.。]+$")


def event_words(event: str) -> str:
    """What an event is called: its sentence without what differs from case to case; its name where it has none."""
    words = GAP.sub("…", str(sentence_of(event))).replace("%%", "%")
    if "…" in words:
        words = BEGINNING.sub(r"\1", words)
    return EDGES.sub("", words) or event


def quoted(events: Iterable[str]) -> str:
    """Events in a sentence: “Taken” / “Opened again”."""
    return " / ".join(_("“%(event)s”") % {"event": event_words(event)} for event in events)


def audience_words(audience: str) -> str:
    """Whom a step tells; a word that nobody knows stands as it is."""
    return str(Audience(audience).label) if audience in Audience.values else audience


def events_of(kind: CaseKind) -> list[str]:
    """The events that can happen to a kind of case, in the order in which the kind names them."""
    moved = (step.event for step in kind.transitions.values())
    return list(dict.fromkeys([*kind.sentences, *moved]))


def base_of(name: str) -> str:
    """The kind in “callback:leak”."""
    return name.partition(":")[0]


def concerned(names: Collection[str]) -> list[CaseKind]:
    """The registered kinds that a rule's `case_kinds` name."""
    bases = {base_of(name) for name in names}
    return [kind for kind in kinds() if kind.key in bases]


def events_for(names: Collection[str]) -> list[str]:
    """The events that can happen to any of the kinds named."""
    return list(dict.fromkeys(event for kind in concerned(names) for event in events_of(kind)))


def all_events() -> frozenset[str]:
    """Every event that can happen to any kind of case."""
    return frozenset(event for kind in kinds() for event in events_of(kind))


def kind_names() -> dict[str, str]:
    """Every kind of case, and every category or grade of it, as rules name them."""
    found: dict[str, str] = {}
    for kind in kinds():
        found[kind.key] = str(kind.label)
        for part, label in kind.parts().items():
            found[f"{kind.key}:{part}"] = _("%(kind)s: %(part)s") % {"kind": kind.label, "part": label}
    return found


def part_names(names: Collection[str]) -> dict[str, str]:
    """The categories and grades of the kinds named, by their codes."""
    return {part: str(label) for kind in concerned(names) for part, label in kind.parts().items()}


def kinds_words(names: Iterable[str], known: Mapping[str, str]) -> str:
    """The cases that a rule is about; `known` comes from `kind_names`, read once for many rules."""
    return " / ".join(known.get(name, name) for name in names)
