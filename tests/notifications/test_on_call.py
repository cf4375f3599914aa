"""Who is on call: entered by who leads, read by who works there, never two for the same at once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from accounts.actions import NewAbsence, declare_absence
from accounts.models import User
from accounts.states import Role
from core.errors import Invalid, NotAllowed, NotNow
from notifications.actions import NewDuty, call_off_duty, put_on_call
from notifications.models import OnCall
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.tickets.pages import queries_for, read_in_english, words_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
MORNING = EVENING + 15 * HOUR


@pytest.fixture(autouse=True)
def noon(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with time_machine.travel(NOON, tick=False), translation.override("en"):
        yield


def duty(cast: Cast, user: User | None = None, **more: Any) -> NewDuty:
    given: dict[str, Any] = {"role": Role.SUPERVISOR, "starts_at": EVENING, "ends_at": MORNING} | more
    return NewDuty(project=cast.project, user=user or cast.frontdesk, **given)


def put(cast: Cast, user: User | None = None, *, by: User | None = None, **more: Any) -> list[OnCall]:
    return put_on_call(new=duty(cast, user, **more), by=by or cast.supervisor, at=NOON)


def refused(cast: Cast, user: User | None = None, **more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as problem:
        put(cast, user, **more)
    return {name: str(words) for name, words in problem.value.fields.items()}


# --- entering --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["supervisor", "gm", "admin"])
def test_who_leads_puts_somebody_on_call_and_it_is_on_record(cast: Cast, role: str) -> None:
    nights = put(cast, by=cast.users[role], every=1, until=date(2026, 11, 25))
    assert [one.starts_at for one in nights] == [EVENING, EVENING + DAY, EVENING + 2 * DAY]
    entry = AuditEntry.objects.get(action="on_call.entered")
    assert (entry.by, entry.project, entry.data["name"], entry.data["times"]) == (
        cast.users[role],
        cast.project,
        str(cast.frontdesk),
        3,
    )


@pytest.mark.parametrize("role", ["frontdesk", "technician", "quality", "head"])
def test_nobody_else_does(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        put(cast, by=cast.users[role])
    (one,) = put(cast)
    with pytest.raises(NotAllowed):
        call_off_duty(duty=one, by=cast.users[role], at=NOON)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_at": EVENING}, "ends_at", "before the beginning"),
        ({"starts_at": NOON - 2 * DAY, "ends_at": NOON - DAY}, "ends_at", "over already"),
        ({"ends_at": EVENING + 32 * DAY}, "ends_at", "31 days"),
        ({"every": 1}, "until", "until which day"),
        ({"every": 1, "until": date(2026, 11, 22)}, "until", "before the first time"),
        ({"every": 1, "until": date(2999, 11, 23)}, "until", "At most 100 times"),
        ({"every": 1, "until": date(2026, 11, 30), "ends_at": EVENING + 25 * HOUR}, "ends_at", "reach into the next"),
    ],
)
def test_a_time_that_is_none_is_refused_in_a_sentence(
    cast: Cast, changes: dict[str, Any], field: str, words: str
) -> None:
    assert words in refused(cast, **changes)[field]
    assert not OnCall.objects.exists()


def test_a_conflict_is_named_and_nothing_of_a_series_is_written(cast: Cast) -> None:
    put(cast, cast.technician, starts_at=EVENING + 2 * DAY, ends_at=MORNING + 2 * DAY)
    words = refused(cast, every=1, until=date(2026, 11, 30))["starts_at"]
    assert words.startswith("Technician is on call for Customer-service supervisor from ")
    assert OnCall.objects.count() == 1
    same: dict[str, Any] = {"starts_at": EVENING + 2 * DAY, "ends_at": MORNING + 2 * DAY}
    put(cast, cast.technician, role="", department=cast.departments["maintenance"], **same)
    put(cast, starts_at=MORNING + 2 * DAY, ends_at=MORNING + 3 * DAY)  # one ends where the other begins


def test_who_is_away_or_works_elsewhere_is_refused(cast: Cast) -> None:
    new = NewAbsence(user=cast.frontdesk, starts_at=EVENING + DAY, ends_at=EVENING + 2 * DAY)
    declare_absence(new=new, by=cast.frontdesk, at=NOON)
    assert "Frontdesk is away from" in refused(cast, every=1, until=date(2026, 11, 26))["user"]
    for user in (cast.frontdesk2, cast.resident):
        assert "works in the project" in refused(cast, user)["user"]
    put(cast)  # before the absence


def test_it_is_called_off_once_and_is_free_again(cast: Cast) -> None:
    (one,) = put(cast)
    call_off_duty(duty=one, by=cast.gm, at=NOON)
    with pytest.raises(NotNow):
        call_off_duty(duty=one, by=cast.gm, at=NOON)
    put(cast)
    assert AuditEntry.objects.filter(action="on_call.called_off", by=cast.gm).count() == 1


# --- the page --------------------------------------------------------------------------------------------------------
def typed(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "user": cast.frontdesk.pk,
        "post": "supervisor",
        "starts_at": "2026-11-23T18:00",
        "ends_at": "2026-11-24T09:00",
        "every": "0",
        "until": "",
    } | more


def test_a_supervisor_enters_it_on_the_page_and_everyone_who_works_there_reads_it(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.supervisor)
    said = words_of(client.post("/on-call/", typed(cast), follow=True))
    assert "Frontdesk is on call." in said
    assert OnCall.objects.get().starts_at == EVENING, "the project's own time"
    again = client.post("/on-call/", typed(cast))
    assert again.status_code == 400
    assert "is on call for Customer-service supervisor" in words_of(again)
    assert 'value="2026-11-23T18:00"' in again.content.decode(), "nothing typed is lost"
    department = f"department-{cast.departments['maintenance'].pk}"
    client.post("/on-call/", typed(cast, post=department, every="1", until="2026-11-25"))
    assert OnCall.objects.filter(department=cast.departments["maintenance"]).count() == 3
    for role in ("technician", "guard", "frontdesk"):
        page = signed_in(cast.users[role]).get("/on-call/")
        assert "Frontdesk" in words_of(page)
        assert page.context["form"] is None
        assert signed_in(cast.users[role]).post("/on-call/", typed(cast)).status_code == 404
    assert signed_in(cast.resident).get("/on-call/").status_code == 404
    assert not signed_in(cast.frontdesk2).get("/on-call/").context["rows"]


def test_it_is_called_off_on_the_page_and_the_other_project_finds_nothing(cast: Cast, signed_in: SignIn) -> None:
    (one,) = put(cast)
    assert signed_in(cast.frontdesk2).post(f"/on-call/{one.pk}/call-off/").status_code == 404
    assert signed_in(cast.frontdesk).post(f"/on-call/{one.pk}/call-off/").status_code == 403
    assert "called off" in words_of(signed_in(cast.gm).post(f"/on-call/{one.pk}/call-off/", follow=True))


def test_an_absence_entered_later_is_shown_with_who_is_told(cast: Cast, signed_in: SignIn) -> None:
    put(cast)
    new = NewAbsence(user=cast.frontdesk, starts_at=EVENING, ends_at=MORNING, substitute=cast.cashier)
    declare_absence(new=new, by=cast.frontdesk, at=NOON)
    assert "away in this time: Cashier is told" in words_of(signed_in(cast.gm).get("/on-call/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    for number, user in enumerate([cast.technician, cast.cashier, cast.guard][:count]):
        put(cast, user, starts_at=EVENING + number * DAY, ends_at=MORNING + number * DAY)
    assert queries_for(signed_in(cast.supervisor), "/on-call/") == 8
