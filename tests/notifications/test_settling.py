"""Who was told what, and what a person says of a message that nobody can know of."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Case
from cases.states import Reserved
from core.errors import Invalid, NotAllowed, NotNow
from notifications.actions import Verdict, deliver, settle
from notifications.channels import NotDelivered
from notifications.models import Message
from notifications.queries import PAGE
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.notifications.setup import Counting, counting, make_channel, make_rule
from tests.notifications.test_planning import HOUR, MORNING, NIGHT, reach, say
from tests.tickets.flow import opened
from tests.tickets.pages import clock_at, queries_for, read_in_english, text_of, words_of

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("SLA-3")


@pytest.fixture
def sent(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Counting:
    reach(cast)
    make_rule(make_channel("sms"))
    return counting(monkeypatch)


@pytest.fixture
def case(cast: Cast) -> Case:
    return opened(cast).case


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def doubtful(case: Case, sent: Counting, *people: User, count: int = 1, error: Exception | None = None) -> None:
    """So many messages of which nobody knows whether they arrived."""
    for n in range(count):
        say(case, *people, key=f"doubt {n}")
    sent.error = error or TimeoutError()
    deliver(at=NOON)
    sent.error = None


def the_one() -> Message:
    return Message.objects.exclude(channel="in_app").order_by("pk")[0]


# --- the action ------------------------------------------------------------------------------------------------------
def test_what_was_delivered_after_all_is_marked_so_on_record(cast: Cast, case: Case, sent: Counting) -> None:
    doubtful(case, sent, cast.head)
    assert settle(message=the_one(), verdict=Verdict.DELIVERED, reason=" 已电话确认 ", by=cast.supervisor, at=NOON) == 1
    assert the_one().state == "sent"
    entry = AuditEntry.objects.get(action="message.delivered")
    assert (entry.by, entry.reason, entry.target, entry.project) == (
        cast.supervisor,
        "已电话确认",
        case.number,
        cast.project,
    )
    with pytest.raises(NotNow):
        settle(message=the_one(), verdict=Verdict.AGAIN, reason="x", by=cast.supervisor, at=NOON)
    deliver(at=NOON + HOUR)
    assert len(sent.sent) == 1


def test_sent_again_it_goes_once_more_under_another_key_to_todays_number(
    cast: Cast, case: Case, sent: Counting
) -> None:
    doubtful(case, sent, cast.head)
    User.objects.filter(pk=cast.head.pk).update(phone="tel-new")
    settle(message=the_one(), verdict=Verdict.AGAIN, reason="没收到", by=cast.supervisor, at=NOON + HOUR)
    for n in range(3):
        deliver(at=NOON + (n + 1) * HOUR)
    assert sent.addresses == ["tel-head", "tel-new"]
    first, second = (message.key for message in sent.sent)
    assert first != second
    assert the_one().state == "sent"


def test_a_late_answer_to_the_first_attempt_says_nothing_of_the_second(cast: Cast, case: Case, sent: Counting) -> None:
    say(case, cast.head)

    def given_up_and_sent_again() -> None:
        sent.before = lambda: None
        deliver(at=NOON + timedelta(minutes=5))
        settle(message=the_one(), verdict=Verdict.AGAIN, reason="x", by=cast.gm, at=NOON + HOUR)

    sent.before = given_up_and_sent_again
    deliver(at=NOON)
    assert the_one().state == "pending"


def test_what_failed_for_want_of_a_number_goes_once_there_is_one(cast: Cast, case: Case, sent: Counting) -> None:
    User.objects.filter(pk=cast.head.pk).update(phone="")
    doubtful(case, sent, cast.head)
    with pytest.raises(NotNow):
        settle(message=the_one(), verdict=Verdict.AGAIN, reason="x", by=cast.gm, at=NOON)
    with pytest.raises(NotNow):
        settle(message=the_one(), verdict=Verdict.DELIVERED, reason="x", by=cast.gm, at=NOON)
    User.objects.filter(pk=cast.head.pk).update(phone="tel-new")
    settle(message=the_one(), verdict=Verdict.AGAIN, reason="x", by=cast.gm, at=NOON)
    deliver(at=NOON + HOUR)
    assert sent.addresses == ["tel-new"]


def test_a_digest_is_settled_as_a_whole(cast: Cast, case: Case, sent: Counting) -> None:
    for n in range(3):
        say(case, cast.head, key=f"night {n}", level="info", at=NIGHT)
    sent.error = TimeoutError()
    deliver(at=MORNING)
    sent.error = None
    assert settle(message=the_one(), verdict=Verdict.AGAIN, reason="x", by=cast.gm, at=MORNING) == 3
    deliver(at=MORNING + HOUR)
    assert len(sent.sent) == 2
    assert set(Message.objects.filter(channel="sms").values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("role", ["frontdesk", "head", "quality", "technician", "frontdesk2"])
def test_only_who_leads_the_project_settles(cast: Cast, case: Case, sent: Counting, role: str) -> None:
    doubtful(case, sent, cast.head)
    with pytest.raises(NotAllowed):
        settle(message=the_one(), verdict=Verdict.DELIVERED, reason="x", by=cast.users[role], at=NOON)


def test_without_a_reason_nothing_is_settled(cast: Cast, case: Case, sent: Counting) -> None:
    doubtful(case, sent, cast.head)
    with pytest.raises(Invalid):
        settle(message=the_one(), verdict=Verdict.DELIVERED, reason="  ", by=cast.gm, at=NOON)


# --- the pages -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["supervisor", "gm", "admin"])
def test_who_leads_the_project_reads_who_was_told_what(
    cast: Cast, case: Case, sent: Counting, signed_in: SignIn, role: str
) -> None:
    doubtful(case, sent, cast.head)
    words = words_of(signed_in(cast.users[role]).get("/told/"))
    assert "Head" in words
    assert case.number in words
    assert "Unknown" in words
    assert "Settle" in words


@pytest.mark.parametrize("role", ["frontdesk", "cashier", "technician", "head", "guard", "quality", "resident"])
def test_for_everybody_else_there_is_no_such_page(cast: Cast, signed_in: SignIn, role: str) -> None:
    assert signed_in(cast.users[role]).get("/told/").status_code == 404


def test_what_is_about_a_matter_one_may_not_see_is_not_there(
    cast: Cast, case: Case, sent: Counting, signed_in: SignIn
) -> None:
    doubtful(case, sent, cast.gm)
    Case.objects.filter(pk=case.pk).update(reserved_for=Reserved.MANAGERS)
    assert case.number not in text_of(signed_in(cast.supervisor).get("/told/"))
    assert signed_in(cast.supervisor).get(f"/told/{the_one().pk}/").status_code == 404
    assert case.number in text_of(signed_in(cast.gm).get("/told/"))


def shown(client: Client, query: str) -> list[tuple[str, str]]:
    return [(row.who, row.message.channel) for row in client.get(f"/told/?{query}").context["rows"]]


def test_filters_narrow_it_and_nonsense_is_said(cast: Cast, case: Case, sent: Counting, signed_in: SignIn) -> None:
    doubtful(case, sent, cast.head, error=NotDelivered("no"))
    doubtful(case, sent, cast.gm, count=2)
    client = signed_in(cast.supervisor)
    assert shown(client, "state=failed&channel=outside") == [("Head", "sms")]
    assert shown(client, "state=unknown") == 2 * [("Gm", "sms")]
    assert set(shown(client, "who=hea")) == {("Head", "sms"), ("Head", "in_app")}
    assert len(shown(client, "channel=in_app&who=gm")) == 2
    assert len(shown(client, f"number={case.number.lower()}&level=escalation&channel=sms")) == 3
    assert shown(client, "since=2026-11-24") == []
    assert shown(client, "until=2026-11-22") == []
    assert len(shown(client, "since=2026-11-23&until=2026-11-23&channel=sms")) == 3
    for nonsense in ("state=x", "since=x", "before=x", "channel=%00"):
        assert client.get(f"/told/?{nonsense}").status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_for_three(
    cast: Cast, case: Case, sent: Counting, signed_in: SignIn, count: int
) -> None:
    Message.objects.all().delete()
    doubtful(case, sent, cast.head, count=count)
    assert queries_for(signed_in(cast.supervisor), "/told/?channel=sms") == 5


def test_pages_follow_each_other(cast: Cast, case: Case, sent: Counting, signed_in: SignIn) -> None:
    doubtful(case, sent, cast.head, count=PAGE + 2)
    client = signed_in(cast.supervisor)
    first = client.get("/told/?channel=sms").context
    second = client.get("/told/" + first["older"]).context
    seen = [row.message.pk for row in [*first["rows"], *second["rows"]]]
    assert (len(seen), seen, second["older"]) == (PAGE + 2, sorted(set(seen), reverse=True), "")


def test_on_its_page_one_says_what_became_of_it(cast: Cast, case: Case, sent: Counting, signed_in: SignIn) -> None:
    doubtful(case, sent, cast.head)
    client = signed_in(cast.supervisor)
    address = f"/told/{the_one().pk}/"
    assert "Nobody knows whether it arrived" in words_of(client.get(address))
    assert client.post(address, {"verdict": "delivered", "reason": ""}).status_code == 400
    assert client.post(address, {"verdict": "nonsense", "reason": "x"}).status_code == 200
    assert the_one().state == "unknown"
    said = {"verdict": "again", "reason": "没收到", "idempotency_key": "one"}
    for _ in range(2):
        assert client.post(address, said).headers["Location"] == "/told/"
    assert the_one().attempt == 2, "pressed twice it is sent once"
    assert "It was delivered" not in words_of(client.get(address))
    assert "Had a message sent again" in words_of(client.get("/audit/"))


def test_what_stands_in_an_inbox_is_nothing_to_settle(
    cast: Cast, case: Case, sent: Counting, signed_in: SignIn
) -> None:
    say(case, cast.head)
    message = Message.objects.visible_to(cast.head).earliest("pk")
    assert signed_in(cast.supervisor).get(f"/told/{message.pk}/").status_code == 404
    with pytest.raises(NotNow):
        settle(message=message, verdict=Verdict.AGAIN, reason="x", by=cast.gm, at=NOON)


# --- who is away -----------------------------------------------------------------------------------------------------
def absence(user: User, **more: Any) -> dict[str, Any]:
    return {"user": user.pk, "starts_at": "2026-11-24T08:00", "ends_at": "2026-11-26T18:00", "reason": "年假"} | more


def test_one_enters_oneself_and_calls_it_off(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.technician)
    given = absence(cast.technician, substitute=cast.technician2.pk)
    assert "Technician2 is told instead" in words_of(client.post("/absences/", given, follow=True))
    row = cast.technician.absences.get()
    assert (row.starts_at.isoformat(), row.substitute) == ("2026-11-24T00:00:00+00:00", cast.technician2)
    assert client.post("/absences/", given).status_code == 400, "once is enough"
    assert signed_in(cast.frontdesk).post(f"/absences/{row.pk}/call-off/").status_code == 404
    assert "called off" in words_of(client.post(f"/absences/{row.pk}/call-off/", follow=True))


def test_who_leads_enters_it_for_the_projects_people_and_nobody_else_does(cast: Cast, signed_in: SignIn) -> None:
    for user, status in ((cast.technician, 302), (cast.frontdesk2, 400), (cast.resident, 400)):
        assert signed_in(cast.supervisor).post("/absences/", absence(user)).status_code == status
    assert signed_in(cast.frontdesk).post("/absences/", absence(cast.cashier)).status_code == 400
    assert "年假" in words_of(signed_in(cast.gm).get("/absences/"))
    assert "年假" not in words_of(signed_in(cast.frontdesk).get("/absences/"))
    assert signed_in(cast.resident).get("/absences/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    client = signed_in(cast.supervisor)
    for user in [cast.technician, cast.cashier, cast.guard][:count]:
        client.post("/absences/", absence(user))
    assert queries_for(client, "/absences/") == 6
