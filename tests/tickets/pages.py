"""What tests of pages share: the page as parsed HTML, which steps it offers, the clock held still."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.cast import NOON, Cast

LATER = NOON + timedelta(hours=5)
PHONE = "13812341234"
MASKED = "138****1234"


@contextmanager
def clock_at(moment: datetime = LATER) -> Iterator[None]:
    """Hold the clock still."""
    with time_machine.travel(moment, tick=False):
        yield


def read_in_english(cast: Cast) -> None:
    """Let everybody read English, so that tests name the words that stand in the code."""
    User.objects.update(language="en")
    for user in cast.users.values():
        user.language = "en"


def text_of(response: Any) -> str:
    """The page's source."""
    return str(response.content.decode())


def words_of(response: Any) -> str:
    """What a person reads: tags out, blanks folded."""
    bare = re.sub(r"<(script|style|template)\b.*?</\1>", " ", text_of(response), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def steps_of(response: Any, number: str) -> set[str]:
    """The verbs that the page has a form for."""
    return set(re.findall(rf'(?:action|hx-get)="/tickets/{number}/(?:do|ask)/([a-z-]+)/"', text_of(response)))


def primary_of(response: Any) -> str:
    """The page's one primary button."""
    found = re.search(r'<div class="page-primary">(.*?)</div>', text_of(response), flags=re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def queries_for(client: Client, address: str) -> int:
    """How many statements a page takes, asked a second time so that nothing is cold."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def hidden(response: Any, form: str, name: str) -> str:
    """The value of a hidden field of the form with this action."""
    body = text_of(response)
    start = body.index(f'action="{form}"')
    found = re.search(rf'name="{name}" value="([^"]*)"', body[start:])
    assert found is not None
    return found[1]
