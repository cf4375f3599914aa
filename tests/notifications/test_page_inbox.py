"""The inbox: what one was told, newest first."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from notifications.actions import Notice, tell
from notifications.models import Message
from notifications.queries import PAGE
from tests.cast import NOON, Cast
from tests.tickets.flow import opened
from tests.tickets.pages import LATER, clock_at, queries_for, read_in_english, text_of, words_of

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def told(cast: Cast, count: int = 1, *, to: str = "supervisor") -> None:
    """So many messages about one ticket, a minute apart."""
    case = opened(cast).case
    for n in range(count):
        promise = {"zh": "技术响应", "en": "Technical response"}
        data = {"promise": promise, "due": {"at": (NOON + timedelta(minutes=n)).isoformat()}}
        notice = Notice(
            key=f"k{n}", template="clock.breach", case=case, to=(cast.users[to],), data=data, level="escalation"
        )
        tell([notice], at=NOON + timedelta(minutes=n))


def test_messages_are_sentences_in_the_readers_language(cast: Cast, signed_in: SignIn) -> None:
    told(cast)
    words = words_of(signed_in(cast.supervisor).get("/inbox/"))
    assert "“Technical response” was due 23 Nov. 12:00 and is overdue" in words
    assert "Escalation" in words
    User.objects.update(language="zh-hans")
    assert "“技术响应”" in words_of(signed_in(User.objects.get(pk=cast.supervisor.pk)).get("/inbox/"))


def test_one_reads_ones_own_messages_only(cast: Cast, signed_in: SignIn) -> None:
    told(cast)
    message = Message.objects.visible_to(cast.supervisor).get()
    client = signed_in(cast.frontdesk)
    assert "Technical response" not in words_of(client.get("/inbox/"))
    assert client.get(f"/inbox/{message.pk}/").status_code == 404


def test_opening_a_message_marks_it_read_and_goes_to_the_case(cast: Cast, signed_in: SignIn) -> None:
    told(cast, 2)
    message = Message.objects.visible_to(cast.supervisor).order_by("pk")[0]
    answer = signed_in(cast.supervisor).get(f"/inbox/{message.pk}/")
    assert message.case is not None
    assert answer.headers["Location"] == f"/c/{message.case.number}/"
    assert list(Message.objects.visible_to(cast.supervisor).unread().values_list("pk", flat=True)) == [message.pk + 1]
    message.refresh_from_db()
    assert message.read_at == LATER


def test_all_are_marked_read_at_once_and_only_ones_own(cast: Cast, signed_in: SignIn) -> None:
    told(cast, 2)
    told_before = Message.objects.visible_to(cast.head).unread().count()
    client = signed_in(cast.supervisor)
    assert "2 messages marked as read" in words_of(client.post("/inbox/read/", follow=True))
    assert "Nothing was unread" in words_of(client.post("/inbox/read/", follow=True))
    assert Message.objects.visible_to(cast.head).unread().count() == told_before
    assert client.get("/inbox/read/").status_code == 405


def test_unread_ones_can_be_looked_at_alone(cast: Cast, signed_in: SignIn) -> None:
    told(cast, 2)
    client = signed_in(cast.supervisor)
    first = Message.objects.visible_to(cast.supervisor).order_by("pk")[0]
    client.get(f"/inbox/{first.pk}/")
    assert len(client.get("/inbox/").context["letters"]) == 2
    assert len(client.get("/inbox/?show=unread").context["letters"]) == 1
    client.post("/inbox/read/")
    assert "Nothing unread" in words_of(client.get("/inbox/?show=unread"))


def test_pages_follow_each_other_without_a_gap_or_a_repeat(cast: Cast, signed_in: SignIn) -> None:
    told(cast, PAGE + 3)
    client = signed_in(cast.supervisor)
    first = client.get("/inbox/").context
    second = client.get(first["older"]).context
    seen = [letter.pk for letter in [*first["letters"], *second["letters"]]]
    assert (len(seen), seen, second["older"]) == (PAGE + 3, sorted(set(seen), reverse=True), "")


@pytest.mark.parametrize("raw", ["x", "-1", "9" * 30, "1.5"])
def test_a_cursor_that_is_not_ours_is_nothing(cast: Cast, signed_in: SignIn, raw: str) -> None:
    assert signed_in(cast.supervisor).get(f"/inbox/?before={raw}").status_code == 404


@pytest.mark.parametrize(
    ("who", "frame"), [("technician", "handset"), ("guard", "handset"), ("resident", "handset"), ("cashier", "desk")]
)
@pytest.mark.parametrize(
    ("page", "empty"),
    [("/inbox/", "No messages yet"), ("/drafts/", "Nothing was begun"), ("/running/", "Nothing is running")],
)
def test_a_page_for_everyone_comes_in_the_frame_that_one_works_in(
    cast: Cast, signed_in: SignIn, page: str, empty: str, who: str, frame: str
) -> None:
    response = signed_in(cast.users[who]).get(page)
    assert f'<body class="{frame}"' in response.content.decode()
    assert empty in words_of(response)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_message_and_for_three(cast: Cast, signed_in: SignIn, count: int) -> None:
    told(cast, count)
    assert queries_for(signed_in(cast.supervisor), "/inbox/") == 5


def test_one_is_marked_read_without_opening_it_and_only_ones_own(cast: Cast, signed_in: SignIn) -> None:
    told(cast, 2)
    first, second = Message.objects.visible_to(cast.supervisor).order_by("pk")
    assert signed_in(cast.head).post(f"/inbox/{first.pk}/read/").status_code == 404
    answer = signed_in(cast.supervisor).post(f"/inbox/{first.pk}/read/", {"show": "unread", "level": "escalation"})
    assert answer.headers["Location"] == "/inbox/?show=unread&level=escalation"
    assert list(Message.objects.visible_to(cast.supervisor).unread()) == [second]


def test_levels_are_looked_at_alone_and_kept_from_page_to_page(cast: Cast, signed_in: SignIn) -> None:
    told(cast, PAGE + 1)
    client = signed_in(cast.supervisor)
    assert "No message of this kind" in words_of(client.get("/inbox/?level=warning"))
    page = client.get("/inbox/?level=escalation&show=unread")
    assert len(page.context["letters"]) == PAGE
    assert page.context["older"].startswith("/inbox/?show=unread&level=escalation&before=")
    assert len(client.get(page.context["older"]).context["letters"]) == 1
    assert len(client.get("/inbox/?level=nonsense").context["letters"]) == PAGE


def test_messages_stand_under_their_days(cast: Cast, signed_in: SignIn) -> None:
    told(cast, 1)
    case = Message.objects.visible_to(cast.supervisor).get().case
    assert case is not None
    earlier = Notice(key="earlier", template="case.assigned", case=case, to=(cast.supervisor,))
    tell([earlier], at=NOON - timedelta(days=3))
    page = text_of(signed_in(cast.supervisor).get("/inbox/"))
    assert page.count('class="rows-day"') == 2
