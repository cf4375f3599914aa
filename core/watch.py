"""The time of a pass that may take long, without reading the clock."""

import time
from datetime import datetime, timedelta


class Watch:
    """Starts at the moment the pass was given and goes on as time does."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._began = time.monotonic()

    @property
    def now(self) -> datetime:
        """The moment that the pass has come to."""
        return self._at + timedelta(seconds=time.monotonic() - self._began)
