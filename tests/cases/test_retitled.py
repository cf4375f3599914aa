"""What a case says now is what the search finds it by, whoever changed it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import CharField, TextField
from django.test.utils import CaptureQueriesContext

from billing.actions.arrears.finding import collect
from cases.actions import SOUGHT, reindex, retitle
from cases.models import Case
from records.models import SearchToken
from sla.actions import happen
from tests.billing.arrears.ladder import DAY, again, found, overdue
from tests.billing.money import paid
from tests.cases.test_actions import open_repair
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.req("DSK-2")]


def tokens(case: Case) -> set[str]:
    return set(SearchToken.objects.filter(kind="case", object_id=case.pk).values_list("token", flat=True))


def assert_found_by_what_it_says(case: Case) -> None:
    known = tokens(case)
    reindex(case=Case.objects.get(pk=case.pk))
    assert tokens(case) == known


def test_arrears_are_found_by_what_is_owed_now(cast: Cast) -> None:
    first = overdue(cast, 100)
    arrears = found(cast)
    overdue(cast, 50)
    collect(NOON + DAY)
    case = again(arrears).case
    assert "150.00" in case.title
    assert_found_by_what_it_says(case)
    paid(cast, first, amount=Decimal(30), at=NOON + DAY)
    case = again(arrears).case
    assert "120.00" in case.title
    assert_found_by_what_it_says(case)


def test_an_event_that_changes_what_a_case_is_found_by_is_enough(cast: Cast) -> None:
    case = open_repair(cast)
    happen(case=case, kind="case.noted", at=NOON, by=cast.frontdesk, changes={"contact_name": "欧阳娜娜"})
    assert_found_by_what_it_says(case)
    assert "欧阳娜娜" in case.contact_name
    assert tokens(case) & {"欧阳"}


def test_what_a_case_is_found_by_is_what_makes_it_be_indexed_anew(cast: Cast) -> None:
    case = open_repair(cast)
    texts = [field.name for field in Case._meta.concrete_fields if isinstance(field, CharField | TextField)]
    as_it_was, found_by = tokens(case), set()
    for name in set(texts) - {"number"}:  # which never changes
        before = getattr(case, name)
        setattr(case, name, "13900008888")
        reindex(case=case)
        found_by |= {name} if tokens(case) != as_it_was else set()
        setattr(case, name, before)
    assert found_by | {"unit"} == SOUGHT


def test_many_are_called_something_else_in_as_few_statements_as_one(cast: Cast) -> None:
    spent = []
    for count in (1, 3):
        cases = [open_repair(cast) for _ in range(count)]
        with CaptureQueriesContext(connection) as seen:
            retitle(titles={case: f"电梯异响 {case.number}" for case in cases})
        spent.append(len(seen))
        for case in cases:
            assert_found_by_what_it_says(case)
    assert spent[0] == spent[1]
    with CaptureQueriesContext(connection) as seen:
        retitle(titles={case: case.title for case in cases})
    assert len(seen) == 0, "they are called so already"
