"""A cache that may go away: while Redis is gone pages are slower, never refused."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class ForgivingRedis(RedisCache):
    """Redis as a cache; what cannot be reached is not in it."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """What is kept under the key, else the default."""
        try:
            return super().get(key, default, version)
        except RedisError as problem:
            return self._missed(problem, default)

    def set(self, key: Any, value: Any, *rest: Any, **more: Any) -> None:
        """Keep a value where that is possible."""
        try:
            super().set(key, value, *rest, **more)
        except RedisError as problem:
            self._missed(problem)

    def add(self, key: Any, value: Any, *rest: Any, **more: Any) -> bool:
        """Keep a value that is not there yet; say whether it was not: what cannot be reached is not in it."""
        try:
            return bool(super().add(key, value, *rest, **more))
        except RedisError as problem:
            return bool(self._missed(problem, True))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value; say whether there was one."""
        try:
            return bool(super().delete(key, version))
        except RedisError as problem:
            return bool(self._missed(problem, False))

    @staticmethod
    def _missed(problem: RedisError, default: Any = None) -> Any:
        log.warning("cache_away", problem=type(problem).__name__)
        return default
