"""What higher rooms add to a case where it is shown whole: each part reads for many cases in one statement."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.models import User
from cases.models import Case

Part = list[dict[str, Any]]
Reader = Callable[[Sequence[Case], User], Mapping[int, Part]]

_READERS: dict[str, Reader] = {}


def register_part(name: str, reader: Reader) -> None:
    """Add a part; `reader` returns it by the case's primary key, for the person who reads."""
    _READERS[name] = reader


def parts_of(cases: Sequence[Case], reader: User) -> dict[str, Mapping[int, Part]]:
    """Every part of the cases given."""
    return {name: read(cases, reader) for name, read in _READERS.items()}
