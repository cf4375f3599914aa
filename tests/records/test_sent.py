"""A form whose answer was lost: its page says that it was saved, and where."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from records.actions import Answer, once
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("DSK-1"), pytest.mark.django_db]


def test_only_who_sent_it_is_told_and_only_where_its_answer_did_not_come(cast: Cast, signed_in: SignIn) -> None:
    def act() -> Answer:
        return Answer(status=302, data={"to": "/intake/?done=BX-1"})

    once(by=cast.frontdesk, scope="page /intake/", key="k-1", body={}, at=NOON, act=act)
    asked = {"path": "/intake/", "key": "k-1", "here": "/intake/"}
    told = signed_in(cast.frontdesk).get("/sent/", asked)
    assert told.status_code == 200
    assert 'href="/intake/?done=BX-1"' in told.content.decode()
    for who, more in (
        (cast.supervisor, {}),
        (cast.frontdesk, {"here": "/intake/?done=BX-1"}),
        (cast.frontdesk, {"key": "k-2"}),
        (cast.frontdesk, {"path": "/contacts/new/"}),
    ):
        assert signed_in(who).get("/sent/", asked | more).status_code == 204
