"""What was sent, what was answered, and every failure once, by its kind and place."""

import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from django.core.signals import got_request_exception

ROOT = Path(__file__).resolve().parent.parent.parent
# A probe that says it is not ready says so with 503; that is an answer, and the sentence of no failure.
ANSWERS_503 = "/readyz"


class Tally:
    """Counts requests and answers; faults are kept once each, with the request that brought them first."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.unsendable: Counter[str] = Counter()
        self.faults: dict[tuple[str, str], str] = {}
        self.times: Counter[tuple[str, str]] = Counter()
        self._raised: list[BaseException] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of every exception that no view caught."""

        def heard(sender: object, **_kwargs: Any) -> None:
            error = sys.exception()
            assert error is not None
            self._raised.append(error)

        got_request_exception.connect(heard)
        try:
            yield
        finally:
            got_request_exception.disconnect(heard)

    def answered(self, role: str, status: int, request: str) -> None:
        """Count an answer; one of the 5xx is a fault."""
        self.sent[role] += 1
        self.statuses[status] += 1
        raised, self._raised = self._raised, []
        if status < 500 or request.endswith(ANSWERS_503) or f"{ANSWERS_503}?" in request:
            return
        error = raised[-1] if raised else None
        kind, place = (type(error).__name__, _place(error.__traceback__)) if error else (str(status), request[:80])
        trace = "".join(traceback.format_exception(error)[-14:]) if error else ""
        self.fault(kind, place, f"{request}\n{trace}")

    def fault(self, kind: str, place: str, what: str) -> None:
        """Note a fault of a kind at a place."""
        self.times[kind, place] += 1
        self.faults.setdefault((kind, place), what[:6000])

    def __str__(self) -> str:
        fives = sum(number for status, number in self.statuses.items() if status >= 500)
        return (
            f"{self.sent.total()} requests; by role {dict(self.sent)}; "
            f"by status {dict(sorted(self.statuses.items()))}; 5xx = {fives}; faults = {len(self.faults)}"
        )

    def told(self, kind: str) -> dict[str, Any]:
        """What a run of a kind hands to the summary, through however many processes."""
        return {
            "kind": kind,
            "sent": dict(self.sent),
            "statuses": {str(status): number for status, number in self.statuses.items()},
        }

    def report(self) -> str:
        """Every fault with its first request."""
        parts = (f"{self.times[key]} x {key[0]} at {key[1]}\n{what}" for key, what in self.faults.items())
        return "\n\n".join([str(self), *parts])


def summed(told: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The totals of all runs, a line for each kind."""
    totals: dict[str, Tally] = {}
    for one in told:
        total = totals.setdefault(one["kind"], Tally())
        total.sent.update(one["sent"])
        total.statuses.update({int(status): number for status, number in one["statuses"].items()})
    for kind, total in totals.items():
        yield f"{kind}: {str(total).rpartition(';')[0]}"


def _place(trace: TracebackType | None) -> str:
    """The innermost line of ours."""
    found = traceback.extract_tb(trace)
    ours = [frame for frame in found if frame.filename.startswith(str(ROOT)) and ".venv" not in frame.filename]
    frame = (ours or found)[-1]
    return f"{frame.filename.removeprefix(str(ROOT))}:{frame.lineno}"
