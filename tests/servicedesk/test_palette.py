"""The palette's choices: each role's, found by Chinese, pinyin and English, and open to whoever is offered them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.states import Role
from servicedesk.palette import tokens_of
from tests.cast import Cast

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def offered(client: Client, query: str = "") -> dict[str, str]:
    """What is offered: the address (or the form's) and what it is found by."""
    page = client.get(f"/palette/{query}").content.decode()
    pairs = re.findall(r'(?:href="([^"]*)" )?data-find="([^"]*)"(?: data-post="([^"]*)")?', page)
    return {link or post: find for link, find, post in pairs}


def test_a_label_is_found_by_itself_its_initials_and_its_pinyin_from_any_word_on() -> None:
    found = tokens_of("快速登记")
    assert found[:3] == ["快速登记", "ksdj", "kuaisudengji"]
    assert {"dj", "dengji"} <= set(found)


def test_the_desk_finds_its_tasks_in_three_ways_whatever_language_it_reads(cast: Cast, signed_in: SignIn) -> None:
    for language in ("zh-hans", "en"):
        User.objects.filter(pk=cast.frontdesk.pk).update(language=language)
        found = offered(signed_in(cast.frontdesk))
        assert {"快速登记", "ksdj", "quick"} <= set(found["/intake/"].split())
        assert {"jlld", "call"} <= set(found["/contacts/new/"].split())
        assert "pd" in found["/desk/#join"].split()
        assert "/tickets/?view=unassigned" in found
        assert {"/i18n/setlang/", "/preferences/", "/accounts/logout/"} <= set(found)


def test_every_address_offered_opens(cast: Cast, signed_in: SignIn) -> None:
    for role in Role:
        client = signed_in(cast.users[role])
        found = re.findall(r'href="([^"]*)"', client.get("/palette/").content.decode())
        assert found, role
        opened = {url: client.get(url).status_code for url in {re.split("[?#]", each)[0] for each in found}}
        assert set(opened.values()) == {200}, (role, opened)


def test_other_projects_are_offered_and_strange_ones_are_not_there(cast: Cast, signed_in: SignIn) -> None:
    Membership.objects.create(user=cast.frontdesk, role=Role.GM, project=cast.other_project)
    client = signed_in(cast.frontdesk)
    found = offered(client)
    assert "dexq" in found["/project/demo2/"].split()
    assert "/project/demo/" not in found
    there = offered(client, "?project=demo2")
    assert "/project/demo/" in there
    assert "/intake/" not in there  # a manager there, who takes nothing in
    assert signed_in(cast.frontdesk2).get("/palette/?project=demo").status_code == 404


def test_the_browser_keeps_it_for_the_person_and_it_costs_no_statement_of_its_own(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.frontdesk)
    with CaptureQueriesContext(connection) as asked:
        answer: Any = client.get("/palette/")
    assert len(asked) == 2  # session with person, memberships
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
