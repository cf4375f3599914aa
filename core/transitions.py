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
# A sentence that lists more states than these helps nobody.
MOST_NAMED = 4


def allowed(transitions: Transitions, verb: str, state: str) -> bool:
    """Say whether `verb` may be done in `state`."""
    step = transitions.get(verb)
    return step is not None and state in step.sources


def require(transitions: Transitions, verb: str, state: str, *, labels: Mapping[str, object]) -> Step:
    """Return the step of `verb`, or raise `NotNow` with a sentence: the matter's state, and the states that admit it.

    `labels` has the words of each state, in the order in which a matter goes through them.
    """
    step = transitions[verb]
    if state in step.sources:
        return step
    told = {"state": labels.get(state, state)}
    admits = [str(word) for name, word in labels.items() if name in step.sources]
    if len(admits) > MOST_NAMED:
        raise NotNow(_("This cannot be done now: the matter is “%(state)s”.") % told)
    told["states"] = _("”, “").join(admits)
    raise NotNow(_("This cannot be done now: the matter is “%(state)s”. It is done while it is: “%(states)s”.") % told)
