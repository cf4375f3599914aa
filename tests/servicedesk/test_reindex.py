"""`manage.py reindex`: the one search finds again what it lost, and no longer what it should not."""

import json
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.models import SearchToken
from tests.cast import Cast
from tests.reception.desk import repair


def _told() -> dict[str, int]:
    out = StringIO()
    call_command("reindex", stdout=out)
    found: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return found


def _found() -> set[tuple[str, int, str, int]]:
    return set(SearchToken.objects.values_list("kind", "object_id", "token", "rank"))


def test_everything_is_found_as_if_it_were_new(cast: Cast) -> None:
    case = repair(cast).case
    told = _told()
    before = _found()
    assert {pk for kind, pk, _token, _rank in before if kind == "case"} >= {case.pk}
    SearchToken.objects.exclude(token__startswith="1").delete()
    SearchToken.objects.create(project=cast.project, kind="case", object_id=case.pk, token="zzzz")
    assert _told() == told
    assert _found() == before
    assert told["case"] >= 1
    assert told["unit"] == len({pk for kind, pk, _token, _rank in before if kind == "unit"})


def test_a_case_that_is_found_already_is_not_written(cast: Cast) -> None:
    repair(cast)
    _told()
    with CaptureQueriesContext(connection) as seen:
        _told()
    written = [one["sql"] for one in seen if "records_searchtoken" in one["sql"] and "'case'" in one["sql"]]
    assert written
    assert all(sql.startswith("SELECT") for sql in written)
