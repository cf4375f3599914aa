"""The page of approvals: what waits for me, what I asked for, what was decided; and the same over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from records.approvals import approve, refuse, withdraw
from records.models import Approval
from records.queries import DECIDED_PAGE
from tests.cast import NOON, Cast, make_user
from tests.records.approving import asked, done

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
PAGE = "/approvals/"
LIST = "/api/v1/approvals/"
LATER = NOON + timedelta(minutes=5)
pytestmark = pytest.mark.req("SEC-2")


@pytest.fixture
def question(cast: Cast) -> Approval:
    return asked(cast.project, cast.cashier, NOON)


def address(approval: Approval) -> str:
    return f"{PAGE}{approval.pk}/decide/"


def state(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).decision


def shown(page: Any, section: str) -> list[str]:
    assert page.status_code == 200
    return [one.approval.subject for one in page.context[section]]


def test_it_goes_from_who_asks_to_who_decides_and_back(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    gm, cashier = signed_in(cast.gm), signed_in(cast.cashier)
    assert shown(cashier.get(PAGE), "asked") == ["7"]
    page = gm.get(PAGE)
    assert shown(page, "waiting") == ["7"]
    for words in ("试办第 7 号", "业主搬走了", 'href="/search/?q=7"'):
        assert words in page.content.decode()
    answer = gm.post(address(question), {"decision": "approve"}, follow=True)
    assert (shown(answer, "waiting"), shown(answer, "decided")) == ([], ["7"])
    assert done() == ["7"]
    page = cashier.get(PAGE)
    assert (shown(page, "asked"), shown(page, "decided")) == ([], ["7"])


def test_the_navigation_leads_there_and_says_how_many_wait(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    entry = next(one for one in signed_in(cast.gm).get(PAGE).context["nav"] if one.url == PAGE)
    assert (entry.count, entry.active) == (1, True)
    assert PAGE not in [one.url for one in signed_in(cast.cashier).get(PAGE).context["nav"]]


def test_pressed_twice_with_one_key_it_acts_once_and_says_so_once(
    cast: Cast, signed_in: SignIn, question: Approval
) -> None:
    gm = signed_in(cast.gm)
    sent = {"decision": "approve", "idempotency_key": "k1"}
    first, second = gm.post(address(question), sent), gm.post(address(question), sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert done() == ["7"]


def test_who_comes_second_reads_how_it_was_decided(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    refuse(approval=question, reason="单据不全", by=cast.supervisor, at=LATER)
    answer = signed_in(cast.gm).post(address(question), {"decision": "approve"})
    assert answer.status_code == 409
    assert "Supervisor" in answer.context["refusal"]
    assert done() == []


def test_what_cannot_be_carried_out_stays_with_the_sentence_beside_it(cast: Cast, signed_in: SignIn) -> None:
    question = asked(cast.project, cast.cashier, NOON, fails=True)
    answer = signed_in(cast.gm).post(address(question), {"decision": "approve"})
    assert answer.status_code == 409
    assert [one.refusal for one in answer.context["waiting"]] == ["The drawer is locked."]
    assert (state(question), done()) == ("waiting", [])


def test_a_refusal_without_reason_comes_back_open(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    other = asked(cast.project, cast.cashier, NOON, subject="8")
    gm = signed_in(cast.gm)
    answer = gm.post(address(question), {"decision": "refuse", "reason": " "})
    assert answer.status_code == 422
    assert [bool(one.refusing.errors) for one in answer.context["waiting"]] == [True, False]
    assert state(question) == "waiting"
    assert gm.post(address(other), {"decision": "refuse", "reason": "单据不全"}).status_code == 302
    assert state(other) == "refused"


def test_who_asked_takes_it_back(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    assert signed_in(cast.gm).post(address(question), {"decision": "withdraw"}).status_code == 403
    assert signed_in(cast.cashier).post(address(question), {"decision": "withdraw"}).status_code == 302
    assert state(question) == "withdrawn"


def test_what_one_may_not_see_is_not_there(cast: Cast, signed_in: SignIn, question: Approval) -> None:
    stranger = make_user("supervisor2", "supervisor", cast.other_project)
    for user in (stranger, cast.frontdesk, cast.resident):
        answer = signed_in(user).post(address(question), {"decision": "approve"})
        assert answer.status_code == 404
    assert signed_in(cast.gm).post(address(question), {"decision": "burn"}).status_code == 404
    assert signed_in(cast.resident).get(PAGE).status_code == 404
    assert shown(signed_in(stranger).get(PAGE), "waiting") == []


def test_what_was_decided_comes_page_by_page(cast: Cast, signed_in: SignIn) -> None:
    for number in range(DECIDED_PAGE + 2):
        question = asked(cast.project, cast.cashier, NOON, subject=str(number))
        withdraw(approval=question, by=cast.cashier, at=LATER)
    cashier = signed_in(cast.cashier)
    page = cashier.get(PAGE)
    assert shown(page, "decided")[0] == str(DECIDED_PAGE + 1)
    assert shown(cashier.get(PAGE + page.context["older"]), "decided") == ["1", "0"]
    assert cashier.get(PAGE + "?before=x").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_what_it_costs_does_not_grow_with_the_rows(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        asked(cast.project, cast.cashier, NOON, subject=f"w{number}")
        asked(cast.project, cast.gm, NOON, subject=f"o{number}")
        approve(approval=asked(cast.project, cast.cashier, NOON, subject=f"d{number}"), by=cast.gm, at=LATER)
    gm = signed_in(cast.gm)
    gm.get(PAGE)
    with django_assert_num_queries(6):  # the three of every page, and one for each list
        gm.get(PAGE)


# --- the API ---------------------------------------------------------------------------------------------------------
def test_the_list_holds_what_waits(cast: Cast, api: Api, question: Approval) -> None:
    (row,) = api(cast.gm).get(LIST).json()["results"]
    assert row["id"] == question.pk
    assert (row["kind"], row["label"], row["words"]) == ("trial", "试办", "试办第 7 号")
    assert (row["asked_by"], row["state"], row["decided_by"], row["may_decide"]) == ("cashier", "waiting", None, True)
    assert api(cast.cashier).get(LIST).json()["results"][0]["may_decide"] is False
    assert api(cast.frontdesk).get(LIST).json()["results"] == []
    approve(approval=question, by=cast.gm, at=LATER)
    assert api(cast.gm).get(LIST).json()["results"] == []
    (row,) = api(cast.gm).get(LIST, {"state": "approved", "kind": "trial", "project": "demo"}).json()["results"]
    assert (row["state"], row["decided_by"]) == ("approved", "gm")


def test_a_program_approves_once(cast: Cast, api: Api, question: Approval) -> None:
    client = api(cast.gm)
    first = client.post(f"{LIST}{question.pk}/approve/", HTTP_IDEMPOTENCY_KEY="k1")
    second = client.post(f"{LIST}{question.pk}/approve/", HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, first.json()["state"]) == (200, "approved")
    assert (second.status_code, second.json()) == (200, first.json())
    assert client.post(f"{LIST}{question.pk}/approve/").status_code == 409
    assert done() == ["7"]


def test_a_program_refuses_with_a_reason(cast: Cast, api: Api, question: Approval) -> None:
    client = api(cast.gm)
    answer = client.post(f"{LIST}{question.pk}/refuse/", {})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reason"])
    answer = client.post(f"{LIST}{question.pk}/refuse/", {"reason": "单据不全"})
    assert (answer.json()["state"], answer.json()["decision_reason"]) == ("refused", "单据不全")


def test_a_program_that_asked_does_not_decide_but_takes_back(cast: Cast, api: Api, question: Approval) -> None:
    client = api(cast.cashier)
    answer = client.post(f"{LIST}{question.pk}/approve/")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert client.post(f"{LIST}{question.pk}/withdraw/").json()["state"] == "withdrawn"
    assert api(cast.frontdesk).get(f"{LIST}{question.pk}/").status_code == 404
