"""A filter's value that means nothing is said to be wrong: a list never shows everything, or nothing, instead."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import Cast
from tests.tickets.flow import opened

Api = Callable[[User], APIClient]

WRONG = [
    ("tickets", "state", "nonsense"),
    ("tickets", "state", "queued"),
    ("tickets", "state", "PENDING"),
    ("tickets", "kind", "complaint"),
    ("tickets", "charge", "dear"),
    ("tickets", "urgency", "very"),
    ("tickets", "phase", "half"),
    ("complaints", "state", "pending"),
    ("complaints", "kind", "repair"),
    ("complaints", "outcome", "nonsense"),
    ("complaints", "grade", "huge"),
    ("contacts", "state", "pending"),
    ("contacts", "kind", "repair"),
    ("callbacks", "state", "pending"),
    ("callbacks", "kind", "repair"),
    ("cases", "state", "nonsense"),
    ("cases", "kind", "nonsense"),
]


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(("collection", "name", "value"), WRONG)
def test_a_value_that_the_list_does_not_know_is_refused_with_a_sentence(
    cast: Cast, api: Api, collection: str, name: str, value: str
) -> None:
    opened(cast)
    answer = api(cast.supervisor).get(f"/api/v1/{collection}/", {name: value})
    assert answer.status_code == 400
    assert answer.json()["fields"][name]
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("tickets", {"state": "pending", "kind": "repair"}),
        ("complaints", {"state": "received", "outcome": "solved"}),
        ("contacts", {"state": "closed"}),
        ("callbacks", {"state": "owed"}),
        ("cases", {"state": "queued"}),
    ],
)
def test_a_value_that_it_knows_is_taken(cast: Cast, api: Api, collection: str, query: dict[str, str]) -> None:
    assert api(cast.supervisor).get(f"/api/v1/{collection}/", query).status_code == 200
