"""Values kept in the cache for a while, typed."""

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache

Value = TypeVar("Value")


def kept(key: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """What `make` gave under the key within the last `seconds`, else what it gives now."""
    return cast(Value, cache.get_or_set(key, make, seconds))
