"""The audit trail on a page: who sees it, what it shows, how it is searched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, User
from cases.models import Case
from estate.models import HouseholdMember, Person
from records.actions import audit
from records.trail import AUDIT_PAGE
from sla.models import Policy
from tests.cast import NOON, Cast
from tests.tickets.flow import opened

SignIn = Callable[[User], Client]
AUDIT = "/audit/"
pytestmark = pytest.mark.req("SEC-2")


def write(cast: Cast, count: int = 1, **more: Any) -> None:
    person = Person.objects.filter(project=cast.project).order_by("pk")[0]
    for n in range(count):
        given: dict[str, Any] = {
            "at": NOON + timedelta(minutes=n),
            "by": cast.frontdesk,
            "project": cast.project,
        } | more
        audit(**({"action": "person.revealed", "target": f"person {person.pk}", "reason": f"reason-{n}-zz"} | given))


@pytest.mark.parametrize("role", ["supervisor", "gm", "quality", "admin"])
def test_those_who_supervise_or_check_quality_read_it(cast: Cast, signed_in: SignIn, role: str) -> None:
    write(cast)
    page = signed_in(cast.users[role]).get(AUDIT)
    assert page.status_code == 200
    assert "reason-0-zz" in page.content.decode()


@pytest.mark.parametrize("role", ["frontdesk", "cashier", "technician", "head", "guard", "resident"])
def test_for_everybody_else_there_is_no_such_page(cast: Cast, signed_in: SignIn, role: str) -> None:
    assert signed_in(cast.users[role]).get(AUDIT).status_code == 404


def test_another_projects_trail_is_not_in_it(cast: Cast, signed_in: SignIn) -> None:
    write(cast, project=cast.other_project)
    assert "reason-0-zz" not in signed_in(cast.supervisor).get(AUDIT).content.decode()


@pytest.mark.parametrize("action", ["calendar.proposed", "calendar.approved", "calendar.refused", "calendar.withdrawn"])
def test_what_becomes_of_the_companys_calendar_is_in_every_trail(cast: Cast, signed_in: SignIn, action: str) -> None:
    write(cast, project=None, action=action)
    assert "reason-0-zz" in signed_in(cast.supervisor).get(AUDIT).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_what_it_costs_does_not_grow_with_its_length(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    write(cast, rows)
    client = signed_in(cast.quality)
    client.get(AUDIT)
    with django_assert_num_queries(6):  # the four of every page of entries, the people's names, and their homes
        page = client.get(AUDIT)
    assert page.content.decode().count("-zz") == rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"action": "tickets.exported"}, ["b"]),
        ({"by": "gm"}, ["b"]),
        ({"target": "person 1"}, ["a"]),
        ({"since": "2026-11-24"}, ["c"]),
        ({"until": "2026-11-23"}, ["b", "a"]),
        ({"since": "2026-11-23", "until": "2026-11-23", "by": "frontdesk"}, ["a"]),
        ({"target": "nothing"}, []),
    ],
)
def test_filters(cast: Cast, signed_in: SignIn, asked: dict[str, str], found: list[str]) -> None:
    write(cast, target="person 1", reason="a-zz")
    write(
        cast, action="tickets.exported", by=cast.gm, target="", reason="b-zz", at=NOON + timedelta(hours=11, minutes=59)
    )
    write(cast, target="person 2", reason="c-zz", at=NOON + timedelta(hours=12))  # midnight in Shanghai
    text = signed_in(cast.supervisor).get(AUDIT, asked).content.decode()
    places = [(text.find(f"{name}-zz"), name) for name in "abc" if f"{name}-zz" in text]
    assert [name for _, name in sorted(places)] == found


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"before": "-1"},
        {"before": "x"},
        {"action": "x" * 61},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
    ],
)
def test_a_filter_that_makes_no_sense_is_said_so(cast: Cast, signed_in: SignIn, asked: dict[str, str]) -> None:
    assert signed_in(cast.supervisor).get(AUDIT, asked).status_code == 400


def test_the_particulars_of_an_entry_are_words(cast: Cast, signed_in: SignIn) -> None:
    counts = {"created": 3, "updated": 1, "unchanged": 0}
    write(cast, action="register.imported", data={"file": "房屋.xlsx", "left_out": 2, "sheets": {"业主": counts}})
    write(cast, action="register.exported", data={"filter": "all", "rows": 8, "phones": "masked"})
    write(cast, data={"field": "id_number"})
    text = signed_in(cast.supervisor).get(AUDIT).content.decode()
    for raw in ("left_out", "sheets", "created", "filter:", "masked", "id_number"):
        assert raw not in text
    assert "房屋.xlsx" in text
    assert "业主" in text


def test_older_entries_are_a_page_further(cast: Cast, signed_in: SignIn) -> None:
    write(cast, AUDIT_PAGE + 3)
    client = signed_in(cast.supervisor)
    first = client.get(AUDIT, {"by": "frontdesk"})
    assert f"reason-{AUDIT_PAGE + 2}-zz" in first.content.decode()
    second = client.get(AUDIT + first.context["older"]).content.decode()
    assert second.count("-zz") == 3
    assert "reason-0-zz" in second


def test_every_kind_of_entry_is_offered_without_reading_the_whole_trail(cast: Cast, signed_in: SignIn) -> None:
    offered = dict(signed_in(cast.supervisor).get(AUDIT).context["form"].fields["action"].widget.choices)
    assert {"person.revealed", "tickets.exported", "register.imported"} <= set(offered), "no entry is there yet"


# --- what it is about ------------------------------------------------------------------------------------------------
def links(page: Any) -> dict[str, str]:
    """The linked words of the page's column, and where they lead."""
    return {entry.about.words: entry.about.url for entry in page.context["entries"]}


def test_what_an_entry_is_about_is_said_in_words_and_linked(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    member = HouseholdMember.objects.current().select_related("person", "household__unit")[0]
    key = Policy.objects.get(key="ticket.respond")
    write(cast, action="contact.revealed", target=ticket.case.number)
    write(cast, target=f"person {member.person_id}")
    write(cast, action="rule.approved", target=key.key, project=None)
    write(cast, action="tickets.exported", target="tickets.csv")
    write(cast, action="register.exported", target="")
    write(cast, action="message.again", target="ticket.opened:12:3")
    page = signed_in(cast.supervisor).get(AUDIT)
    found = links(page)
    home = member.household.unit.number
    assert found[ticket.case.number] == f"/c/{ticket.case.number}/"
    assert found[f"{home} {member.person.name}"] == f"/units/demo/{home}/"
    assert found[key.name] == f"/rules/{key.key}/"
    assert [words for words, url in found.items() if not url] == ["一条与事项无关的通知", "整个档案", "一份工单清单"]
    text = page.content.decode()
    for raw in (f"person {member.person_id}", key.key + "<", "tickets.csv", "ticket.opened:12:3"):
        assert raw not in text
    for url in filter(None, found.values()):
        assert signed_in(cast.supervisor).get(url).status_code in {200, 302}


def test_what_one_may_not_see_is_named_without_a_link(cast: Cast, signed_in: SignIn) -> None:
    hidden = opened(cast)
    Case.objects.filter(pk=hidden.case_id).update(reserved_for="gm")
    write(cast, action="contact.revealed", target=hidden.case.number)
    write(cast, target="person 999999")
    found = links(signed_in(cast.quality).get(AUDIT))
    assert found == {hidden.case.number: "", "档案里的一位住户": ""}


@pytest.mark.parametrize("role", ["supervisor", "gm", "quality", "admin"])
def test_changes_of_rules_concern_every_reader_of_a_trail(cast: Cast, signed_in: SignIn, role: str) -> None:
    write(cast, action="rule.approved", target="ticket.respond", project=None, reason="rule-zz")
    write(cast, action="append_only.unlocked", target="", project=None, reason="unlocked-zz")
    text = signed_in(cast.users[role]).get(AUDIT).content.decode()
    assert "rule-zz" in text
    assert "全公司" in text
    assert "unlocked-zz" not in text, "what it was about may be another project's"


@pytest.mark.parametrize("role", ["gm", "admin"])
def test_whoever_works_in_the_whole_company_reads_all_that_belongs_to_no_project(
    cast: Cast, signed_in: SignIn, role: str
) -> None:
    Membership.objects.filter(user=cast.users[role]).update(project=None)
    write(cast, action="append_only.unlocked", target="", project=None, reason="unlocked-zz")
    assert "unlocked-zz" in signed_in(cast.users[role]).get(AUDIT).content.decode()
