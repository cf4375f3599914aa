"""Work done with every sweep beside the clocks: apps add theirs in `AppConfig.ready`."""

from collections.abc import Callable
from datetime import datetime

Job = Callable[[datetime], dict[str, int]]
_JOBS: dict[str, Job] = {}


def register_job(name: str, job: Job) -> None:
    """Add a job; it takes the moment and returns counts. It must do nothing when there is nothing to do."""
    _JOBS[name] = job


def jobs() -> dict[str, Job]:
    """The registered jobs by name."""
    return dict(_JOBS)
