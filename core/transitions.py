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
    return verb in transitions and state in transitions[verb].sources


def require(transitions: Transitions, verb: str, state: str, *, labels: Mapping[str, object]) -> Step:
    """Return the step of `verb`, or raise `NotNow` with the matter's state and those that admit it in `labels`."""
    step = transitions[verb]
    if state in step.sources:
        return step
    admits = _("”, “").join(str(word) for name, word in labels.items() if name in step.sources)
    sentence = _("This cannot be done now: the matter is “%(state)s”. It is done while it is: “%(states)s”.")
    raise NotNow(sentence % {"state": labels.get(state, state), "states": admits})
