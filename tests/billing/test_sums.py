"""Sums of money are whole cents on every database."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from accounts.models import Project
from billing.models import Credit
from billing.queries.sums import MoneySum, sum_of
from estate.models import Unit
from tests.cast import Cast

MANY = 260
EACH = Decimal("1999.97")
ALL = Decimal("519992.20")


@pytest.fixture
def kept(cast: Cast) -> Project:
    """So many amounts that binary fractions stray when they are added one by one."""
    building = cast.units["3-2-1501"].building
    units = [Unit(project=cast.project, building=building, number=f"9-9-{nth}") for nth in range(MANY)]
    made = Unit.objects.bulk_create(units)
    Credit.objects.bulk_create([Credit(project=cast.project, unit=unit, amount=EACH) for unit in made])
    return cast.project


def total(**more: object) -> MoneySum:
    return MoneySum("amount", **more)


@pytest.mark.django_db
@pytest.mark.req("BIL-7")
def test_many_amounts_come_to_their_exact_sum(kept: Project) -> None:
    rows = Credit.objects.filter(project=kept)
    found = rows.aggregate(
        plain=total(),
        defaulted=total(default=Decimal("0.00")),
        some=total(filter=Q(amount__gt=0), default=Decimal("0.00")),
        none=total(filter=Q(amount__lt=0), default=Decimal("0.00")),
        turned=MoneySum(-F("amount")),
        n=Count("pk"),
    )
    assert {name: str(amount) for name, amount in found.items()} == {
        "plain": str(ALL),
        "defaulted": str(ALL),
        "some": str(ALL),
        "none": "0.00",
        "turned": str(-ALL),
        "n": str(MANY),
    }


@pytest.mark.django_db
def test_a_sum_by_group_is_exact_and_compares_with_an_amount(kept: Project) -> None:
    grouped = Credit.objects.order_by().values("project").annotate(sum=Coalesce(total(), Decimal(0)))
    assert [str(row["sum"]) for row in grouped] == [str(ALL)]
    assert grouped.filter(sum=ALL).exists()
    assert not grouped.filter(sum__gt=ALL).exists()


@pytest.mark.django_db
def test_nothing_sums_up_to_nothing(cast: Cast) -> None:
    assert Credit.objects.aggregate(sum=total())["sum"] is None


@pytest.mark.django_db
def test_a_sum_in_sql_written_by_hand_is_exact(kept: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sum_of('amount', connection.vendor)} FROM billing_credit")
        assert Decimal(str(cursor.fetchone()[0])) == ALL


@pytest.mark.django_db
def test_postgresql_adds_up_as_it_always_did(cast: Cast) -> None:
    if connection.vendor == "postgresql":
        sql = str(Credit.objects.order_by().values("project").annotate(sum=total()).query)
        assert 'SUM("billing_credit"."amount")' in sql
        assert "ROUND" not in sql
        assert sum_of("amount", connection.vendor) == "sum(amount)"
