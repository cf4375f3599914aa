"""The receipt on paper: no invoice, with what was paid for, printed once and marked when printed again."""

import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from billing.actions.receipting import print_receipt
from billing.actions.reversing import reverse_receipt
from billing.models import Receipt, ReceiptPrint
from billing.queries.paper import span_words
from billing.rules.capitals import capitals
from billing.rules.numbers import format_number
from core.errors import Invalid, NotAllowed
from records.models import AuditEntry
from records.papers import FONTS
from tests.billing.money import charged, paid, yuan
from tests.cast import NOON, Cast
from tests.paper import poppler, words_on

pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
MINUTE = timedelta(minutes=1)
URL = "https://desk.example.com/receipt/Zk3vW1o8mQe2tYcR9uLb7A/"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("100000001", "壹亿零壹元整"),
        ("-12", "负壹拾贰元整"),
    ],
)
def test_amounts_are_written_out_in_capital_figures(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


def test_what_no_receipt_comes_to_is_not_written_out() -> None:
    with pytest.raises(Invalid):
        capitals(Decimal(10) ** 16)


def test_a_stretch_of_days_is_named_by_its_months_where_they_are_whole() -> None:
    day = NOON.date().replace
    assert span_words(day(day=1), day(day=30)) == "2026-11"
    assert span_words(day(month=11, day=1), day(month=12, day=31)) == "2026-11 – 2026-12"
    assert span_words(day(day=2), day(day=30)) == "2026-11-02 – 2026-11-30"


def test_a_number_grows_a_digit_when_a_million_is_passed() -> None:
    assert format_number("lake", 2026, 1_000_000) == "SJ-LAKE-2026-1000000"


def printed(receipt: Receipt, cast: Cast, minutes: int = 0) -> ReceiptPrint:
    return print_receipt(receipt=receipt, url=URL, fonts=FONTS, by=cast.cashier, at=NOON + minutes * MINUTE)


def words(paper: ReceiptPrint) -> str:
    """What is on the paper, without blanks."""
    with paper.file.file.open("rb") as stream:
        return words_on(stream.read())


@poppler
def test_a_receipt_says_what_it_is_what_was_paid_and_is_no_invoice(cast: Cast) -> None:
    bill = charged(cast, "1309.50")
    receipt = paid(cast, bill, amount="1409.50", method="wechat", reference="4200001")
    paper = printed(receipt, cast)
    said = words(paper)
    for part in ("收据（非发票）", receipt.number, "3-2-1501", "张小明", "微信", "流水号4200001", bill.number, "换灯"):
        assert part in said, part
    for part in (
        "1,409.50",
        "1,309.50",
        "壹仟肆佰零玖元伍角整",
        "100.00",
        "不是发票",
        "2026年11月23日12:00",
        "Cashier",
    ):
        assert part in said, part
    assert "补打" not in said
    receipt.refresh_from_db()
    assert receipt.file == paper.file


@poppler
def test_cash_has_no_number_and_its_receipt_no_line_for_one(cast: Cast) -> None:
    said = words(printed(paid(cast, charged(cast)), cast))
    assert "现金" in said
    assert "流水号" not in said


@poppler
@pytest.mark.req("BIL-4")
def test_a_reprint_is_marked_and_counted_and_one_after_a_reversal_says_so(cast: Cast) -> None:
    receipt = paid(cast, charged(cast))
    first = printed(receipt, cast)
    second = printed(receipt, cast, 5)
    assert "补打第1次2026年11月23日12:05" in words(second)
    reverse_receipt(receipt=receipt, reason="刷错卡", by=cast.cashier, at=NOON + 6 * MINUTE)
    third = words(printed(receipt, cast, 7))
    assert "补打第2次" in third
    assert "已冲正2026年11月23日12:06" in third
    assert [row.nth for row in receipt.prints.all()] == [1, 2, 3]
    receipt.refresh_from_db()
    assert receipt.file == first.file, "the first print is the receipt"
    entries = AuditEntry.objects.filter(action="receipt.reprinted", target=receipt.number)
    assert sorted(entry.data["nth"] for entry in entries) == [1, 2]


@pytest.mark.req("BIL-4")
def test_a_print_stays_on_the_record(cast: Cast) -> None:
    printed(paid(cast, charged(cast)), cast)
    for statement in ("UPDATE billing_receiptprint SET nth = 9", "DELETE FROM billing_receiptprint"):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("who", ["frontdesk", "technician", "gm", "resident"])
def test_only_who_takes_money_or_leads_prints(cast: Cast, who: str) -> None:
    receipt = paid(cast, charged(cast))
    with pytest.raises(NotAllowed):
        print_receipt(receipt=receipt, url=URL, fonts=FONTS, by=cast.users[who], at=NOON)
    assert not ReceiptPrint.objects.exists()
    print_receipt(receipt=receipt, url=URL, fonts=FONTS, by=cast.supervisor, at=NOON)


@poppler
def test_a_full_page_of_bills_keeps_to_one_page(cast: Cast, tmp_path: Path) -> None:
    receipt = paid(cast, *(charged(cast, n + 1) for n in range(12)))
    target = tmp_path / "receipt.pdf"
    target.write_bytes(printed(receipt, cast).file.file.read())
    told = subprocess.run(["pdfinfo", target], capture_output=True, check=True, text=True).stdout
    assert "Pages:           1" in told
    assert receipt.payment.amount == yuan(78)
