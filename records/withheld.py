"""What entries of the audit trail are about that passes a reader by; rooms above say what of theirs does."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User

# The targets that the person may not read of, as one column: asked within the statement that reads the trail.
Targets = Callable[[User], "QuerySet[Any, Any]"]

_WITHHELD: list[Targets] = []


def register_withheld(targets: Targets) -> None:
    """Say which targets pass a reader by."""
    _WITHHELD.append(targets)


def withheld_from(user: User) -> list["QuerySet[Any, Any]"]:
    """The targets of every room that pass the person by."""
    return [targets(user) for targets in _WITHHELD]
