"""A database backend: Django's SQLite, but every write transaction first takes one file lock.

SQLite's own busy handler polls without a queue, so that with many writing processes some starve and are
refused. An advisory lock beside the file makes them wait their turn instead.
"""

import fcntl
import os
import time
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

WAIT_SECONDS = 30.0
POLL_SECONDS = 0.005


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection with the writers' lock and the append-only override function."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock_fd: int | None = None
        self.append_only_unlocked = False

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open the connection and register what the append-only triggers ask."""
        connection = super().get_new_connection(conn_params)
        # REPLACE removes rows without asking the DELETE triggers unless triggers are recursive.
        connection.execute("PRAGMA recursive_triggers=ON")
        connection.create_function("append_only_unlocked", 0, lambda: int(self.append_only_unlocked))
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._take_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # missing in the stubs
        except BaseException:
            self._drop_lock()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._drop_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._drop_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._drop_lock()

    def _take_lock(self) -> None:
        if self.is_in_memory_db() or self._lock_fd is not None or _is_address(self.settings_dict["NAME"]):
            return
        fd = os.open(f"{self.settings_dict['NAME']}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > give_up:
                    os.close(fd)
                    raise OperationalError("database is locked: the writers' lock was not free in time") from None
                time.sleep(POLL_SECONDS)
            else:
                self._lock_fd = fd
                return

    def _drop_lock(self) -> None:
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None


def _is_address(name: object) -> bool:
    """Say whether the database is named by an address (`file:…?vfs=memdb`): beside it there is no place for a lock."""
    return str(name).startswith("file:")
