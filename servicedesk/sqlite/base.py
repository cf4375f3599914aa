"""A database backend: Django's SQLite, but every write transaction waits its turn.

SQLite's own busy handler polls without a queue, so that with many who write some starve and are refused, the sooner
the more loaded the machine is.
"""

from typing import Any

from django.db.backends.sqlite3 import base

from servicedesk.sqlite.turns import Turn


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection with the writers' turns and the append-only override function."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turn | None = None
        self.append_only_unlocked = False

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open the connection and register what the append-only triggers ask."""
        connection = super().get_new_connection(conn_params)
        # REPLACE removes rows without asking the DELETE triggers unless triggers are recursive.
        connection.execute("PRAGMA recursive_triggers=ON")
        connection.create_function("append_only_unlocked", 0, lambda: int(self.append_only_unlocked))
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # missing in the stubs
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn is not None or self.is_in_memory_db():  # in memory each connection has a database of its own
            return
        turn = Turn(*_place(str(self.settings_dict["NAME"])))
        turn.take()
        self._turn = turn

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give_up()


def _place(name: str) -> tuple[str, str | None]:
    """What a database is called, and its file; one that is named by an address (`file:…?vfs=memdb`) has none."""
    return name, None if name.startswith("file:") else name
