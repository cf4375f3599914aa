"""A complaint that was referred to somebody stands among their jobs on the phone, with what is due next."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from complaints import actions
from tests.cast import NOON, Cast
from tests.complaints.scene import HOUR, MINUTE, refer, taken

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.req("CMP-8", "CMP-14")


def test_what_was_referred_to_a_technician_leads_there_from_the_phone(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast)
    client = signed_in(cast.technician)
    assert client.get("/my-jobs/").context["matters"] == []
    refer(cast, complaint, at=NOON + MINUTE)
    answer = client.get("/my-jobs/")
    (matter,) = answer.context["matters"]
    assert (matter.number, matter.clock.due_at) == (complaint.case.number, NOON + MINUTE + 4 * HOUR)
    assert f'href="/c/{complaint.case.number}/"' in answer.content.decode()
    assert signed_in(cast.technician2).get("/my-jobs/").context["matters"] == []


def test_what_is_over_or_was_given_to_another_is_gone(cast: Cast, signed_in: SignIn) -> None:
    over, away = taken(cast), taken(cast)
    for complaint in (over, away):
        refer(cast, complaint, at=NOON + MINUTE)
    given: dict[str, Any] = {"by": cast.supervisor, "at": NOON + HOUR}
    actions.resolve(complaint=over, outcome="solved", result="已清运", **given)
    actions.inform(complaint=over, how="phone", **{**given, "by": cast.frontdesk})
    actions.close(complaint=over, confirmed=True, **given)
    actions.refer(complaint=away, department=cast.departments["maintenance"], person=cast.technician2, **given)
    assert signed_in(cast.technician).get("/my-jobs/").context["matters"] == []
    assert len(signed_in(cast.technician2).get("/my-jobs/").context["matters"]) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_they_cost_one_statement_however_many(
    cast: Cast, signed_in: SignIn, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        refer(cast, taken(cast), at=NOON + MINUTE)
    client = signed_in(cast.technician)
    client.get("/my-jobs/")
    with django_assert_max_num_queries(11):
        assert len(client.get("/my-jobs/").context["matters"]) == rows
