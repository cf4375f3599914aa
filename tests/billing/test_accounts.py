"""The ledger's accounts are there with the code that books to them: fresh, emptied, or migrated from before."""

import pytest
from django.apps import apps
from django.db import transaction

from billing.defaults import CHART, add_after_migrating, load
from billing.models import Account
from billing.states import Book, Side

pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]


def test_every_account_that_is_booked_to_is_in_the_chart_and_in_a_migrated_database() -> None:
    assert {str(book) for book in Book} == {code for code, *_rest in CHART}
    assert set(Account.objects.values_list("code", flat=True)) >= {str(book) for book in Book}


def test_migrating_adds_what_is_missing_and_leaves_what_was_edited() -> None:
    Account.objects.filter(code=Book.REFUNDING).delete()
    Account.objects.filter(code=Book.CASH).update(name_zh="出纳现金")
    for _time in range(2):
        add_after_migrating(sender=None, apps=apps)
        added = Account.objects.get(code=Book.REFUNDING)
        assert (added.side, added.name_zh) == (Side.LIABILITY.value, "线上退款中")
    assert Account.objects.get(code=Book.CASH).name_zh == "出纳现金"
    assert load() == 0


def test_a_database_that_was_only_emptied_has_them_again() -> None:
    with transaction.atomic():
        Account.objects.all().delete()
        add_after_migrating(sender=None)
    assert Account.objects.count() == len(CHART)
