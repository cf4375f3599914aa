"""State machines as tables: a verb, the states it starts from, the state it ends in, the event it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import NotNow


@dataclass(frozen=True)
class Step:
    """One verb of a state machine. An empty `target` leaves the state as it is."""

    sources: frozenset[str]
    target: str
    event: str


Transitions = Mapping[str, Step]


def allowed(transitions: Transitions, verb: str, state: str) -> bool:
    """Say whether `verb` may be done in `state`."""
    step = transitions.get(verb)
    return step is not None and state in step.sources


def require(transitions: Transitions, verb: str, state: str, *, label: object = "") -> Step:
    """Return the step of `verb`, or raise `NotNow` with the matter's state in the sentence."""
    step = transitions[verb]
    if state not in step.sources:
        raise NotNow(_("This cannot be done now: the matter is “%(state)s”.") % {"state": label or state})
    return step
