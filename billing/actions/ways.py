"""By which way money moves at the counter: whatever a person takes or gives, never what a provider reports."""

from billing.states import COUNTER_METHODS
from core.errors import Invalid


def require_counter(method: str, sentence: str) -> None:
    """Raise `Invalid`, with what is to be chosen, for a way of paying that no till has: online money is in none."""
    if method not in COUNTER_METHODS:
        raise Invalid(sentence, fields={"method": sentence})
