"""Long work speaks to whoever asked for it: their language, their project's time."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import get_language

from records.models import LongWork
from records.work import finish, register_work, run_waiting, start
from tests.cast import NOON, Cast

pytestmark = pytest.mark.django_db
heard: list[tuple[str | None, str]] = []


def listen(work: LongWork, at: datetime) -> None:
    heard.append((get_language(), timezone.get_current_timezone_name()))
    finish(work, result={}, at=at)


@pytest.mark.parametrize(("chosen", "spoken"), [("", "zh-hans"), ("en", "en")])
def test_work_runs_in_the_persons_language_and_the_projects_time(cast: Cast, chosen: str, spoken: str) -> None:
    cast.project.time_zone = "America/New_York"
    cast.project.save()
    cast.admin.language = chosen
    cast.admin.save()
    heard.clear()
    register_work("test.listen", listen)
    start(kind="test.listen", project=cast.project, by=cast.admin, at=NOON, payload={})
    assert run_waiting(NOON + timedelta(seconds=5)) == {"done": 1, "failed": 0}
    assert heard == [(spoken, "America/New_York")]
