"""Many rows at once: what is written reads back as a model's own object would have written it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from billing.models import BillLine
from notifications.models import Message
from records.bulk import MANY, among, insert, new_keys, one_of, update
from sla.models import Clock
from tests.billing.money import charged
from tests.cast import NOON, Cast
from tests.tickets.flow import opened

ODD = NOON + timedelta(microseconds=123_457)
NAMES = ("key", "channel", "user_id", "project_id", "template", "data", "created_at")


def row(cast: Cast, key: str, **data: Any) -> tuple[Any, ...]:
    return (key, "in_app", cast.frontdesk.pk, cast.project.pk, "clock.warning", data, ODD)


def test_what_was_not_named_takes_the_models_default(cast: Cast) -> None:
    insert(Message, NAMES, [row(cast, "a", words="漏水 “'\\\n"), row(cast, "b", deep={"list": [1, None, 2.5]})])
    first, second = Message.objects.order_by("key")
    assert (first.data, second.data) == ({"words": "漏水 “'\\\n"}, {"deep": {"list": [1, None, 2.5]}})
    assert (first.state, first.level, first.error, first.sent_at, first.case_id) == ("pending", "info", "", None, None)
    assert first.created_at == ODD, "to the microsecond"


def test_nothing_is_no_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert(Message, NAMES, [])
        update(Clock, ["state"], [])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_what_is_among_many_keys_is_asked_by_one_value(cast: Cast, count: int) -> None:
    insert(Message, NAMES, [row(cast, "a"), row(cast, "b"), row(cast, "c")])
    keys = list(Message.objects.order_by("key").values_list("pk", flat=True))[:count]
    for found in (Message.objects.filter(pk__in=among(keys)), Message.objects.filter(one_of("pk", keys))):
        assert sorted(message.pk for message in found) == keys
        assert len(found.query.sql_with_params()[1]) == 1


def test_a_known_key_stays_as_it_is_where_that_is_asked(cast: Cast) -> None:
    insert(Message, NAMES, [row(cast, "a", n=1)])
    insert(Message, NAMES, [row(cast, "a", n=2), row(cast, "b", n=2)], known_stay=True)
    assert list(Message.objects.order_by("key").values_list("key", "data")) == [("a", {"n": 1}), ("b", {"n": 2})]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps texts of any length")
def test_a_text_that_is_too_long_is_refused_and_not_cut(cast: Cast) -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert(Message, NAMES, [row(cast, "k" * 151)])


AWKWARD = ("", " ", "NULL", "\\N", "\\.", '"', "a,b", "\r\n漏水\n", "'; --", "\t")


@pytest.mark.parametrize("count", [len(AWKWARD), MANY + 1])
def test_few_and_many_rows_read_back_as_they_were_written(cast: Cast, count: int) -> None:
    bill = charged(cast)
    before = set(BillLine.objects.values_list("pk", flat=True))
    keys = new_keys(BillLine, count)
    names = ("id", "bill_id", "tariff_id", "period_start", "quantity", "unit_price", "amount", "words")
    rows = [
        (key, bill.pk, None, date(2026, 2, 28), Decimal("1.2500"), Decimal("0.0100"), Decimal(n), AWKWARD[n % 10])
        for n, key in enumerate(keys)
    ]
    insert(BillLine, names, rows)
    assert list(BillLine.objects.exclude(pk__in=before).order_by("amount").values_list(*names)) == rows
    assert not BillLine.objects.exclude(pk__in=before).exclude(period_end=None).exists()
    BillLine.objects.create(bill=bill, quantity=1, unit_price=1, amount=1)  # takes a key behind those given out


def test_only_the_columns_named_are_written(cast: Cast) -> None:
    case = opened(cast).case
    clocks = list(Clock.objects.filter(case=case).order_by("pk"))
    for number, clock in enumerate(clocks):
        clock.steps_done, clock.breached_at, clock.key = [number], ODD, "changed"
    update(Clock, ["steps_done", "breached_at"], clocks)
    found = list(Clock.objects.filter(case=case).order_by("pk"))
    assert [(c.steps_done, c.breached_at) for c in found] == [([n], ODD) for n in range(len(clocks))]
    assert "changed" not in {c.key for c in found}
