"""What shows that a demand letter came, and what has to be there before the legal channel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from billing.actions import arrears as acts
from billing.models import Arrears, ArrearsLetter
from billing.states import ArrearsState
from cases.sentences import sentence
from core.errors import Invalid, NotNow
from records.approvals import approve, words_of
from sla.models import Policy
from tests.billing.arrears.ladder import again, clock, delivered, found, lettered, overdue, told
from tests.cast import NOON, Cast
from tests.records.pictures import upload
from tests.tickets.pictures import photo_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-3", "ARR-5")]
DAY = timedelta(days=1)
SENT = NOON + 93 * DAY
SignIn = Callable[[User], Client]


def on_its_way(cast: Cast, number: str = "") -> Arrears:
    overdue(cast)
    arrears = told(cast, found(cast))
    lettered(cast, arrears, SENT, number)
    return again(arrears)


@pytest.mark.parametrize(
    ("number", "proof", "field"),
    [
        ("", {}, "tracking_number"),
        ("", {"carrier_status": "本人签收"}, "tracking_number"),
        ("SF1", {}, "proof"),
        ("SF1", {"witness": "李队长"}, "proof"),
        ("", {"how": "hand"}, "witness"),
        ("SF1", {"how": "hand", "carrier_status": "本人签收"}, "witness"),
        ("SF1", {"how": "pigeon"}, "how"),
    ],
)
def test_without_proof_a_letter_is_not_delivered(cast: Cast, number: str, proof: dict[str, Any], field: str) -> None:
    arrears = on_its_way(cast, number)
    with pytest.raises(Invalid) as refused:
        acts.deliver(arrears=arrears, proof=acts.Proof(**proof), by=cast.cashier, at=SENT + 2 * DAY)
    assert field in refused.value.fields
    assert again(arrears).case.state == ArrearsState.LETTERED
    assert ArrearsLetter.objects.get().is_on_its_way


@pytest.mark.parametrize(
    "proof",
    [
        {"tracking_number": "SF1", "carrier_status": "本人签收"},
        {"tracking_number": "SF1", "file": "slip"},
        {"how": "hand", "witness": "李队长"},
        {"how": "hand", "file": "signature"},
    ],
)
def test_number_and_slip_or_the_couriers_words_or_a_witness_prove_it(cast: Cast, proof: dict[str, Any]) -> None:
    arrears = on_its_way(cast)
    shown = proof | ({"file": upload(photo_bytes())} if "file" in proof else {})
    acts.deliver(arrears=arrears, proof=acts.Proof(**shown), by=cast.cashier, at=SENT + 2 * DAY)
    assert again(arrears).case.state == ArrearsState.DELIVERED
    # Proven as it is, limitation counts anew from the day of the delivery.
    assert clock(arrears.case, "arrears.limitation").cycle == 2


@pytest.mark.parametrize(("how", "kind"), [("returned", "came back"), ("refused", "refused to take")])
def test_a_letter_that_was_refused_is_not_one_that_came_back(cast: Cast, how: str, kind: str) -> None:
    arrears = on_its_way(cast, "SF1")
    letter = acts.return_letter(arrears=arrears, reason="拒签", how=how, by=cast.cashier, at=SENT + DAY)
    assert (letter.returned_how, letter.delivered_on) == (how, None)
    assert again(arrears).case.state == ArrearsState.NOTIFIED
    event = arrears.case.events.get(kind="arrears.letter_returned")
    with translation.override("en"):
        assert kind in sentence(event.kind, event.data)


def test_what_is_missing_for_the_legal_channel_is_said_explained_and_read_by_who_decides(cast: Cast) -> None:
    overdue(cast)
    arrears = delivered(cast, found(cast), NOON)  # delivered 95 days after they were told
    acts.find_cause(arrears=arrears, cause="forgot", by=cast.cashier, at=NOON + 96 * DAY)
    at = NOON + 96 * DAY
    with pytest.raises(Invalid) as refused:
        acts.ask_to_file(arrears=again(arrears), reason="不缴", by=cast.supervisor, at=at)
    assert "despite" in refused.value.fields
    asked = acts.ask_to_file(arrears=again(arrears), reason="不缴", despite="正在变卖房产", by=cast.supervisor, at=at)
    with translation.override("en"):
        words = words_of(asked)
    for said in ("2027-03-28", "Forgot, or did not know", "正在变卖房产", "100.00"):
        assert said in words
    approve(approval=asked, by=cast.gm, at=at + DAY)
    assert again(arrears).case.state == ArrearsState.FILED


def test_thirty_days_after_the_letter_and_with_a_refusal_nothing_is_missing(cast: Cast) -> None:
    overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    acts.find_cause(arrears=arrears, cause="refuses", by=cast.cashier, at=NOON + 96 * DAY)
    early, late = NOON + 125 * DAY - timedelta(minutes=1), NOON + 125 * DAY
    with pytest.raises(Invalid):
        acts.ask_to_file(arrears=again(arrears), reason="拒缴", by=cast.supervisor, at=early)
    asked = acts.ask_to_file(arrears=again(arrears), reason="拒缴", by=cast.supervisor, at=late)
    assert "missing" not in asked.data
    assert Policy.objects.filter(key="arrears.unpaid").exists(), "the wait is data"


def test_a_letter_of_old_without_proof_goes_to_no_court(cast: Cast) -> None:
    overdue(cast)
    arrears = delivered(cast, found(cast), NOON)
    ArrearsLetter.objects.update(tracking_number="", carrier_status="", delivered_how="")
    with pytest.raises(NotNow) as refused:
        acts.ask_to_file(arrears=arrears, reason="拒缴", despite="急", by=cast.supervisor, at=NOON + 130 * DAY)
    assert refused.value.code == "not_proven"


def test_the_page_lists_what_is_missing(cast: Cast, signed_in: SignIn) -> None:
    overdue(cast, at=NOON - 100 * DAY)
    arrears = delivered(cast, found(cast, NOON - 100 * DAY), NOON - 100 * DAY)
    client, address = signed_in(cast.supervisor), f"/arrears/{arrears.case.number}/"
    page = client.get(address).content.decode()
    assert "本人签收" in page
    assert page.count("没有拒缴记录") == 2 or page.count("no refusal is recorded") == 2
    refused = client.post(f"{address}do/file/", {"reason": "拒缴"})
    assert refused.status_code == 400
    sent = client.post(f"{address}do/file/", {"reason": "拒缴", "despite": "急", "idempotency_key": "k"})
    assert sent.status_code == 302
