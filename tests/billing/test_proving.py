"""The proof of the books: what differs is found by its number, kept, and told once a day; each night by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.actions.posting import Line, post
from billing.actions.proving import FROM_HOUR, ask_for_proof, prove, prove_all
from billing.models import Bill, BooksProof, Credit, Deposit, Receipt
from billing.queries.ledger import proof
from billing.states import Book, EntryKind
from billing.tasks import prove_books
from core.errors import NotAllowed, NotNow
from notifications.models import Message
from records.models import AuditEntry, LongWork
from records.work import run_waiting
from tests.billing.money import HOME, charged, paid, yuan
from tests.cast import NOON, Cast
from tests.threads import at_once

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]
PAGE = "/statements/proof/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def differing(cast: Cast) -> dict[str, str]:
    """What differs, by number."""
    return {check.what: str(check.about) for check in proof(cast.project) if not check.holds}


def spoilt(cast: Cast) -> tuple[Bill, Receipt]:
    """Books in which a bill, a room and a receipt do not say what the ledger says."""
    bill, receipt = charged(cast, 60), paid(cast, charged(cast, 40))
    Bill.objects.filter(pk=bill.pk).update(outstanding=1)
    Credit.objects.create(unit=cast.units[HOME], project=cast.project, amount=7)
    line = Line(debit=Book.CASH, credit=Book.OTHER, amount=yuan(3))
    given = {"day": NOON.date(), "lines": [line], "by": None, "at": NOON, "payment": receipt.payment}
    post(project=cast.project, kind=EntryKind.PAID, **given)  # type: ignore[arg-type]
    return bill, receipt


def test_each_thing_that_differs_is_found_by_its_number(cast: Cast) -> None:
    bill, receipt = spoilt(cast)
    found = differing(cast)
    assert found.pop(bill.number) == "bill"
    assert found.pop(HOME) == "unit"
    assert found.pop(receipt.number) == "receipt"
    assert set(found.values()) == {"receivable", "credit", "method"}


def test_a_proof_that_agrees_is_kept_and_tells_nobody(cast: Cast) -> None:
    paid(cast, charged(cast, 60), amount=70)
    made = prove(project=cast.project, by=None, at=NOON)
    assert (made.holds, made.differing, made.by) == (True, 0, None)
    assert {check["about"] for check in made.checks} >= {"receivable", "credit", "method", "lines", "deposits"}
    assert not Message.objects.filter(template="books.differ").exists()
    with pytest.raises(IntegrityError, match="append-only"):
        BooksProof.objects.update(holds=False)


def test_what_differs_is_told_to_the_manager_and_administrators_once_a_day(cast: Cast) -> None:
    spoilt(cast)
    for by in (None, cast.gm):
        assert not prove(project=cast.project, by=by, at=NOON).holds
    told = Message.objects.filter(template="books.differ")
    assert sorted(told.values_list("user__username", flat=True)) == ["admin", "gm"]
    prove(project=cast.project, by=None, at=NOON + DAY)
    assert told.count() == 4
    assert AuditEntry.objects.filter(action="books.differ").count() == 3


def test_every_project_is_proved_once_a_night_from_two_oclock(cast: Cast, noon: Any) -> None:
    midnight = NOON - timedelta(hours=12)
    before, after = midnight + timedelta(hours=FROM_HOUR, minutes=-1), midnight + timedelta(hours=FROM_HOUR)
    assert prove_all(before) == {"proved": 0, "differing": 0}
    assert prove_all(after) == {"proved": 2, "differing": 0}
    assert prove_all(NOON) == {"proved": 0, "differing": 0}
    with pytest.raises(NotNow):
        prove(project=cast.project, by=None, at=NOON)
    spoilt(cast)
    noon.move_to(NOON + DAY)
    prove_books()
    assert list(BooksProof.objects.filter(project=cast.project).values_list("holds", flat=True)) == [False, True]


def test_beat_wakes_it_on_the_queue_of_long_work() -> None:
    task = settings.CELERY_BEAT_SCHEDULE["prove_books"]["task"]
    assert task == prove_books.name
    assert settings.CELERY_TASK_ROUTES["billing.tasks.*"] == {"queue": "long"}


def test_two_workers_at_once_prove_a_night_once(real_transactions: None, cast: Cast) -> None:
    paid(cast, charged(cast, 60))
    done = at_once(4, lambda _: prove_all(NOON))
    assert all(isinstance(one, dict) for one in done), done
    assert BooksProof.objects.filter(project=cast.project).count() == 1


def test_payments_made_meanwhile_are_no_difference(real_transactions: None, cast: Cast) -> None:
    """Read at one moment: the books agree at each, whoever takes money while they are read."""

    def work(person: int) -> Any:
        if person:
            return [paid(cast, amount=1) for _ in range(15)]
        return [prove(project=cast.project, by=cast.gm, at=NOON).holds for _ in range(8)]

    done = at_once(3, work)
    assert done[0] == [True] * 8
    assert all(isinstance(one, list) for one in done), done


# --- pages -----------------------------------------------------------------------------------------------------------
def test_the_manager_proves_now_and_opens_what_differs(cast: Cast, signed_in: SignIn) -> None:
    bill, receipt = spoilt(cast)
    client = signed_in(cast.gm)
    assert "还没有核对过" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}now/").headers["Location"] == PAGE
    assert client.post(f"{PAGE}now/").status_code == 302
    assert LongWork.objects.count() == 1
    assert "正在对账" in client.get(PAGE).content.decode()
    assert "正在对账" in client.get(f"{PAGE}progress/").content.decode()
    run_waiting(NOON)
    assert client.get(f"{PAGE}progress/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE
    made = BooksProof.objects.get()
    for path in (PAGE, f"{PAGE}{made.pk}/"):
        page = client.get(path).content.decode()
        for words in (f"/bills/{bill.number}/", f"/receipts/{receipt.number}/", f"/{HOME}/", "不符", "相符"):
            assert words in page, (path, words)
    assert made.by == cast.gm


def test_the_trial_balance_is_that_of_the_day_asked_for(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, 60, at=NOON - DAY), at=NOON - DAY, amount=70)
    client = signed_in(cast.supervisor)
    page = client.get(PAGE)
    rows = {row.code: (row.debited, row.credited) for row in page.context["balance"].rows}
    assert rows == {"1001": (70, 0), "1122": (60, 60), "2203": (0, 10), "6052": (0, 60)}
    assert "借贷平衡" in page.content.decode()
    assert client.get(PAGE, {"on": "2026-11-21"}).context["balance"].rows == []
    assert client.get(PAGE, {"on": "nonsense"}).status_code == 200


def test_only_who_closes_the_books_proves_them(cast: Cast, signed_in: SignIn) -> None:
    made = prove(project=cast.project, by=None, at=NOON)
    for user in (cast.cashier, cast.admin, cast.frontdesk):
        assert signed_in(user).get(PAGE).status_code == 403
        assert signed_in(user).get(f"{PAGE}{made.pk}/").status_code == 404
        with pytest.raises(NotAllowed):
            ask_for_proof(project=cast.project, by=user, at=NOON)
    assert f'href="{PAGE}' in signed_in(cast.gm).get("/statements/").content.decode()


def test_the_page_asks_as_often_for_three_proofs_as_for_one(cast: Cast, signed_in: SignIn) -> None:
    client, counts = signed_in(cast.gm), []
    spoilt(cast)
    for number in range(3):
        prove(project=cast.project, by=cast.gm, at=NOON + timedelta(seconds=number))
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert not Deposit.objects.exists()
