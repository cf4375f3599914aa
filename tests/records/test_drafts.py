"""Forms that were begun: several at once, one's own, gone when sent, thrown away or a shift old."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from records import drafts
from records.models import Draft
from records.tasks import forget_drafts
from tests.cast import NOON, Cast
from tests.reception.desk import ROOM, queries_for
from tests.records.drafts import keep
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.req("DSK-1")]
SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)


def words() -> set[str]:
    return {draft.first("said") for draft in Draft.objects.filter(sent_at=None)}


def test_several_live_beside_each_other_until_they_are_sent_or_thrown_away(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for key, said in (("a", "第一件"), ("b", "第二件"), ("c", "第三件")):
        keep(client, key, said=said)
    keep(client, "a", said="第一件改了")
    assert words() == {"第一件改了", "第二件", "第三件"}
    client.post("/intake/", {"unit": ROOM, "description": "漏水", "idempotency_key": "k", "draft": "a"})
    client.post("/drafts/keep/", {"key": "b", "drop": "1"})
    assert words() == {"第三件"}


def test_a_save_that_arrives_after_the_form_was_sent_brings_nothing_back(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    client.post("/intake/", {"unit": ROOM, "description": "漏水", "idempotency_key": "k", "draft": "a"})
    keep(client, "a", said="迟到的")
    assert words() == set()
    assert set(Draft.objects.get().data) == {"sent"}, "a mark of what was sent, and nothing of its words"
    assert client.get("/drafts/", {"key": "a"}).status_code == 404


def test_what_was_refused_keeps_its_draft(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "a", said="漏水")
    client.post("/intake/", {"unit": "9-9-909", "description": "漏水", "idempotency_key": "k", "draft": "a"})
    assert words() == {"漏水"}


@pytest.mark.req("SEC-1")
def test_a_draft_is_only_its_owners(cast: Cast, signed_in: SignIn) -> None:
    keep(signed_in(cast.frontdesk), "a", said="单小红的电话")
    other = signed_in(cast.supervisor)
    assert other.get("/drafts/", {"key": "a"}).status_code == 404
    assert "单小红" not in other.get("/drafts/").content.decode()
    other.post("/drafts/keep/", {"key": "a", "drop": "1"})
    assert words() == {"单小红的电话"}


def test_what_one_person_typed_is_not_kept_for_another_who_signed_in_to_the_browser(
    cast: Cast, signed_in: SignIn
) -> None:
    body = {"key": "a", "form": "f", "page": "/", "data": json.dumps({"said": ["x"]}), "whose": cast.frontdesk.pk}
    assert signed_in(cast.supervisor).post("/drafts/keep/", body).status_code == 404
    assert not Draft.objects.exists()


def test_the_list_leads_back_to_the_page_of_each(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "a", page="/contacts/new/", form="contact", said="问停车费")
    keep(client, "b", page="/callbacks/?open=HF-1", form="callback", text="没修好")
    page = client.get("/drafts/").content.decode()
    assert 'href="/contacts/new/?draft=a"' in page
    assert 'href="/callbacks/?open=HF-1&amp;draft=b"' in page
    assert "问停车费" in page
    assert client.get("/drafts/", {"key": "a"}).json()["data"] == {"said": ["问停车费"]}
    assert "问停车费" in client.get("/contacts/new/").content.decode(), "and beside the form itself"


def test_a_draft_with_a_name_alone_is_known_by_it_and_never_by_what_nobody_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "a", project="demo", whose="3", name="王阿姨")
    keep(client, "b", project="demo", whose="3", floor="8")
    assert {draft.key: draft.words for draft in Draft.objects.all()} == {"a": "王阿姨", "b": "8"}


def test_what_is_older_than_a_shift_is_gone_on_the_next_save_and_from_everybody_by_the_clock(
    cast: Cast, signed_in: SignIn
) -> None:
    for user in (cast.frontdesk, cast.supervisor):
        for key, at in (("old", timezone.now() - 13 * HOUR), ("new", timezone.now())):
            drafts.keep(
                key=key, form="f", page="/", title="", data={"said": [key]}, project=cast.project, by=user, at=at
            )
            Draft.objects.filter(user=user, key=key).update(saved_at=at)
    keep(signed_in(cast.frontdesk), "newer", said="new")
    assert not Draft.objects.filter(user=cast.frontdesk, key="old").exists()
    forget_drafts()
    assert set(Draft.objects.values_list("key", flat=True)) <= {"new", "newer"}


@pytest.mark.parametrize("page", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "", "\\\\evil"])
def test_a_draft_leads_to_no_strange_page(cast: Cast, signed_in: SignIn, page: str) -> None:
    answer = signed_in(cast.frontdesk).post("/drafts/keep/", {"key": "a", "form": "f", "page": page, "data": "{}"})
    assert answer.status_code == 400


def test_of_a_name_or_text_with_a_nul_the_rest_is_kept(cast: Cast, signed_in: SignIn) -> None:
    body = {"key": "a", "form": "f", "page": "/", "data": r'{"sa\u0000id": ["wo\u0000rds"]}'}
    assert signed_in(cast.frontdesk).post("/drafts/keep/", body).status_code == 204
    assert Draft.objects.get().data == {"said": ["words"]}


@pytest.mark.parametrize("data", ["", "[]", '{"a": "b"}', '{"a": [1]}', "{"])
def test_what_is_no_form_is_refused(cast: Cast, signed_in: SignIn, data: str) -> None:
    answer = signed_in(cast.frontdesk).post("/drafts/keep/", {"key": "a", "form": "f", "page": "/", "data": data})
    assert answer.status_code == 400


def test_the_list_costs_the_same_for_one_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    counts = []
    for n in range(3):
        drafts.keep(
            key=str(n),
            form="f",
            page="/",
            title="",
            data={"a": ["b"]},
            project=cast.project,
            by=cast.frontdesk,
            at=NOON,
        )
        if n in (0, 2):
            counts.append(queries_for(client, "/drafts/"))
    assert counts[0] == counts[1]


def sends(client: Client, key: str) -> int:
    body = {"unit": ROOM, "description": "漏水", "idempotency_key": key, "draft": "a"}
    return client.post("/intake/", body).status_code


def test_the_same_form_sent_again_under_another_key_is_saved_once(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    assert [sends(client, key) for key in ("k-1", "k-2")] == [302, 302]
    assert Case.objects.filter(kind="repair").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.parametrize("was_kept", [True, False])
def test_of_one_draft_sent_twice_at_the_same_moment_one_is_saved(
    real_transactions: None, cast: Cast, signed_in: SignIn, *, was_kept: bool
) -> None:
    if was_kept:
        keep(signed_in(cast.frontdesk), "a", said="漏水")
    clients = [signed_in(cast.frontdesk) for _ in range(2)]
    assert at_once(2, lambda index: sends(clients[index], f"k-{index}")) == [302, 302]
    assert Case.objects.filter(kind="repair").count() == 1
    assert Draft.objects.get().sent_at is not None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_a_save_that_comes_while_the_form_is_sent_waits_and_brings_nothing_back(
    real_transactions: None, cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.frontdesk)
    keep(client, "a", said="漏水")
    begun, order = Event(), list[str]()

    def act(index: int) -> None:
        if index:
            begun.wait(10)
            keep(client, "a", said="迟到的")
            order.append("kept")
            return
        with transaction.atomic():
            drafts.sent_to(key="a", project=cast.project, by=cast.frontdesk, at=timezone.now(), mark="m")
            begun.set()
            time.sleep(0.3)
            drafts.forget(key="a", project=cast.project, by=cast.frontdesk, at=timezone.now(), to="/", mark="m")
            order.append("sent")

    assert at_once(2, act) == [None, None]
    assert (order, words()) == (["sent", "kept"], set())
