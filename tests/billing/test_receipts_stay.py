"""A receipt stays: none is removed or numbered anew, and the proof of the books counts every series."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing.actions.receipting import print_receipt
from billing.actions.reversing import reverse_receipt
from billing.models import Receipt, ReceiptSeries
from billing.queries.ledger import proof
from billing.states import Proven
from records.actions import unlock_append_only
from records.papers import FONTS
from tests.billing.doors import collected
from tests.billing.money import charged, paid
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.req("BIL-3", "BIL-4"), pytest.mark.django_db]
URL = "https://desk.example.com/receipt/Zk3vW1o8mQe2tYcR9uLb7A/"
MINUTE = timedelta(minutes=1)


def refused(receipt: Receipt, **values: Any) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(**values)


def test_what_a_receipt_says_is_never_changed_and_none_is_removed(cast: Cast) -> None:
    receipt, other = paid(cast, charged(cast, 60)), paid(cast, charged(cast, 5))
    refused(receipt, number="SJ-DEMO-2026-000009")
    refused(receipt, token="another")
    refused(receipt, payment=other.payment)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk)._raw_delete("default")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_receipt")


def test_it_is_printed_and_reversed_once_and_that_stays_too(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60))
    for minute in (1, 2):
        print_receipt(receipt=receipt, url=URL, fonts=FONTS, by=cast.cashier, at=NOON + minute * MINUTE)
    receipt.refresh_from_db()
    assert receipt.file is not None
    refused(receipt, file=None)
    reverse_receipt(receipt=receipt, reason="收错了", by=cast.cashier, at=NOON + 3 * MINUTE)
    receipt.refresh_from_db()
    assert receipt.reversed_at is not None
    refused(receipt, reversed_at=None, reversed_by=None, reversed_entry=None)
    refused(receipt, reversed_reason="别的")


def test_a_reversed_receipt_may_still_be_printed_for_the_first_time(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60))
    reverse_receipt(receipt=receipt, reason="收错了", by=cast.cashier, at=NOON + MINUTE)
    print_receipt(receipt=receipt, url=URL, fonts=FONTS, by=cast.cashier, at=NOON + 2 * MINUTE)
    receipt.refresh_from_db()
    assert receipt.file is not None


def series(cast: Cast) -> dict[str, tuple[int, int]]:
    return {
        check.name: (int(check.stands), int(check.ledger))
        for check in proof(cast.project)
        if check.about in (Proven.NUMBERS, Proven.RECEIPT_NUMBERS)
    }


def test_the_proof_counts_the_numbers_of_the_counter_and_of_the_door(cast: Cast) -> None:
    first = paid(cast, charged(cast, 60))
    collected(cast, charged(cast, 60))
    paid(cast, charged(cast, 5))
    reverse_receipt(receipt=first, reason="收错了", by=cast.cashier, at=NOON + MINUTE)
    assert series(cast) == {"SJ-DEMO-2026-000002": (2, 2), "SJ-DEMO-2026-M000001": (1, 1)}


def test_a_number_that_was_lost_or_is_of_nowhere_is_found(cast: Cast) -> None:
    receipt = paid(cast, charged(cast, 60))
    paid(cast, charged(cast, 5))
    with unlock_append_only(at=timezone.now(), by=cast.admin, reason="a proof that finds it"):
        Receipt.objects.filter(pk=receipt.pk).update(number="SJ-DEMO-2026-000007")
    assert series(cast) == {"SJ-DEMO-2026-000002": (1, 2)}
    ReceiptSeries.objects.update(last=1)
    assert series(cast) == {"SJ-DEMO-2026-000001": (0, 1)}


def test_past_a_million_a_year_numbers_grow_a_digit(cast: Cast) -> None:
    paid(cast, charged(cast, 60))
    ReceiptSeries.objects.update(last=999_999)
    assert paid(cast, charged(cast, 5)).number == "SJ-DEMO-2026-1000000"
    assert series(cast) == {"SJ-DEMO-2026-1000000": (2, 1_000_000)}
