"""The company's own words: checked when they are written, looked at before, and never in the way of a message."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.states import Role
from cases.models import Case
from notifications.actions import deliver
from notifications.models import Channel, Message, MessageTemplate, TellingRule
from tests.cast import NOON, Cast, make_user
from tests.notifications.setup import Counting, counting, make_channel, make_rule
from tests.notifications.test_planning import HOUR, reach, say
from tests.tickets.flow import opened
from tests.tickets.pages import clock_at, text_of, words_of

SignIn = Callable[[User], Client]
ADD = reverse("admin:notifications_messagetemplate_add")


@pytest.fixture
def sent(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Counting:
    reach(cast)
    return counting(monkeypatch)


@pytest.fixture
def case(cast: Cast) -> Case:
    return opened(cast).case


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock_at():
        yield


@pytest.fixture
def keeper(cast: Cast, signed_in: SignIn) -> Client:
    """An administrator of the project who was let into the admin site."""
    return signed_in(let_in(make_user("keeper", Role.ADMIN, cast.project)))


def let_in(user: User) -> User:
    user.is_staff, user.language = True, "en"
    user.save()
    return user


def own(body: str, *, medium: str = "", language: str = "zh-hans", **more: Any) -> MessageTemplate:
    given: dict[str, Any] = {"key": "case.assigned", "medium": medium, "language": language, "body": body} | more
    return MessageTemplate.objects.create(**given)


def typed(body: str, **more: Any) -> dict[str, Any]:
    return {"key": "case.assigned", "medium": "", "language": "zh-hans", "body": body, "is_active": "on"} | more


# --- filled ----------------------------------------------------------------------------------------------------------
def test_own_words_stand_for_the_built_in_ones(cast: Cast, case: Case, sent: Counting, signed_in: SignIn) -> None:
    make_rule(make_channel("sms"), make_channel("mail"))
    own("{person}，{project}的{case}归您：{title}")
    own("短：{case}", medium="sms")
    own("Yours: {case}", language="en")
    say(case, cast.head)
    deliver(at=NOON)
    bodies = dict(zip(sent.addresses, sent.bodies, strict=True))
    assert bodies["tel-head"] == f"短：{case.number}"
    assert bodies["head@example.org"] == f"Head，示范小区的{case.number}归您：{case.title}"
    assert f"归您：{case.title}" in words_of(signed_in(cast.head).get("/inbox/"))


def test_a_subject_of_ones_own(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("mail"))
    own("{title}", subject="请处理 {case}")
    say(case, cast.head)
    deliver(at=NOON)
    assert sent.sent[0].subject == f"请处理 {case.number}"


def test_a_template_that_cannot_be_filled_stops_nothing_and_says_so(
    cast: Cast, case: Case, sent: Counting, keeper: Client
) -> None:
    make_rule(make_channel("sms"))
    template = own("{promise}：{case}")  # the code offered it once
    say(case, cast.head)
    assert deliver(at=NOON)["sent"] == 1
    assert case.title in sent.bodies[0]
    template.refresh_from_db()
    assert template.broken_at is not None
    assert "{promise}" in words_of(keeper.get(reverse("admin:notifications_messagetemplate_changelist")))
    change = reverse("admin:notifications_messagetemplate_change", args=[template.pk])
    assert keeper.post(change, typed("{case}")).status_code == 302
    template.refresh_from_db()
    assert template.broken_at is None


def test_out_of_use_it_is_not_used(cast: Cast, case: Case, sent: Counting) -> None:
    make_rule(make_channel("sms"))
    own("own", is_active=False)
    say(case, cast.head)
    deliver(at=NOON)
    (body,) = sent.bodies
    assert case.title in body, "the words of the house"


# --- written ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", ["{promise}", "{case.pk}", "{}", "{0}", "{case!r}"])
def test_an_unknown_placeholder_is_refused_beside_what_there_is(keeper: Client, body: str) -> None:
    words = words_of(keeper.post(ADD, typed(body)))
    assert f"This message has no {body}. It offers: {{case}} {{title}} {{person}} {{project}}." in words
    assert not MessageTemplate.objects.exists()


def test_a_preview_is_filled_from_the_newest_message_and_saves_nothing(cast: Cast, case: Case, keeper: Client) -> None:
    say(case, cast.head)
    page = keeper.post(ADD, typed("{person}：{title}", _preview="Preview"))
    assert f"Head：{case.title}" in text_of(page)
    assert "As an SMS:" in text_of(page)
    assert "Nothing was saved yet" in text_of(page)
    assert "Please correct" not in text_of(page)
    assert not MessageTemplate.objects.exists()
    assert not LogEntry.objects.exists()


def test_without_a_message_a_preview_is_an_example_and_counts_the_parts(keeper: Client) -> None:
    page = text_of(keeper.post(ADD, typed("{title}" + "漏" * 70, key="clock.breach", medium="sms", _preview="x")))
    assert "Filled with an example" in page
    assert "76 characters, 2 parts" in page
    assert "As an SMS" not in text_of(keeper.post(ADD, typed("{title}", medium="mail", _preview="x")))


def test_a_preview_shows_no_other_projects_message(cast: Cast, case: Case, keeper: Client) -> None:
    Message.objects.all().update(template="other")
    say(case, cast.head)
    Message.objects.update(project=cast.other_project)
    page = text_of(keeper.post(ADD, typed("{title}", _preview="x")))
    assert case.title not in page
    assert "Filled with an example" in page


def test_every_version_is_kept(keeper: Client) -> None:
    keeper.post(ADD, typed("{case}"))
    template = MessageTemplate.objects.get()
    keeper.post(reverse("admin:notifications_messagetemplate_change", args=[template.pk]), typed("{title}"))
    assert [(one.body, one.history_user.username) for one in template.history.order_by("history_id")] == [
        ("{case}", "keeper"),
        ("{title}", "keeper"),
    ]


# --- channels and rules ----------------------------------------------------------------------------------------------
CHANNEL = reverse("admin:notifications_channel_add")


def channel(cast: Cast, **more: Any) -> dict[str, Any]:
    given = {"name_zh": "短信", "project": cast.project.pk, "kind": "sms", "is_active": "on"}
    return given | {"endpoint": "https://sms.example.com/send", "secret": "s3cret-zz"} | more


def test_a_secret_goes_in_and_never_comes_out(cast: Cast, keeper: Client) -> None:
    assert keeper.post(CHANNEL, channel(cast)).status_code == 302
    made = Channel.objects.get()
    address = reverse("admin:notifications_channel_change", args=[made.pk])
    pages = [keeper.get(address), keeper.get(reverse("admin:notifications_channel_changelist"))]
    for page in [*pages, keeper.get(reverse("admin:notifications_channel_history", args=[made.pk]))]:
        assert "s3cret-zz" not in text_of(page)
        assert made.secret_stored not in text_of(page)
    kept = made.secret_stored
    assert keeper.post(address, channel(cast, secret="", sender="物业")).status_code == 302
    made.refresh_from_db()
    assert (made.secret_stored, made.sender) == (kept, "物业")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"endpoint": "http://sms.example.com/"}, "endpoint"),
        ({"endpoint": "ftp://sms.example.com/"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"kind": "mail", "endpoint": "https://x/", "sender": "a@example.org"}, "endpoint"),
        ({"kind": "mail", "endpoint": "smtp.example.org:465", "sender": "nobody"}, "sender"),
        ({"kind": "wecom", "endpoint": ""}, "token"),
        ({"secret": "env:SECRET_KEY"}, "secret"),
        ({"secret": "env:DATABASE_URL"}, "secret"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(cast: Cast, keeper: Client, more: dict[str, Any], field: str) -> None:
    page = keeper.post(CHANNEL, channel(cast, **more))
    assert field in page.context["adminform"].form.errors
    assert not Channel.objects.exists()


def test_a_projects_administrator_keeps_the_own_projects_and_not_the_companys(
    cast: Cast, keeper: Client, signed_in: SignIn
) -> None:
    everyones, foreign = make_channel("sms"), make_channel("mail", cast.other_project)
    for other in (everyones, foreign):
        assert keeper.get(reverse("admin:notifications_channel_change", args=[other.pk])).status_code == 302
    assert keeper.post(CHANNEL, channel(cast, project="")).status_code == 200
    rule = reverse("admin:notifications_tellingrule_add")
    given = {"project": cast.project.pk, "quiet_from": "22:00", "quiet_until": "08:00", "gather_minutes": "0"}
    given |= {"residents_from": "09:00", "residents_until": "20:00"}
    assert keeper.post(rule, given | {"info_over": [foreign.pk]}).status_code == 200
    assert keeper.post(rule, given | {"info_over": [everyones.pk]}).status_code == 302
    assert keeper.post(rule, given).status_code == 200, "one rule a project"
    chief = signed_in(let_in(make_user("chief", Role.ADMIN, None)))
    assert chief.post(CHANNEL, channel(cast, project="")).status_code == 302
    company = given | {"project": "", "gather_minutes": "15"}
    assert chief.post(rule, company | {"info_over": [foreign.pk]}).status_code == 200
    assert chief.post(rule, company).status_code == 302
    assert chief.post(rule, company).status_code == 200, "one rule for the company"
    assert TellingRule.objects.count() == 2


def test_a_change_of_the_rule_holds_from_the_next_pass(cast: Cast, case: Case, sent: Counting) -> None:
    rule = make_rule(make_channel("sms"))
    say(case, cast.head)
    deliver(at=NOON)
    rule.escalation_over.clear()
    say(case, cast.head, key="second")
    deliver(at=NOON + HOUR)
    assert len(sent.sent) == 1
