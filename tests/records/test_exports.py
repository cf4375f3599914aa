"""Large exports: asked for with a reason, approved by a second person, made as long work, found by who asked alone."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import openpyxl
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import Membership, User
from records.approvals import approve, refuse
from records.exports import forget_over
from records.models import Approval, AuditEntry, LongWork, StoredFile
from records.work import run_waiting
from tests.cast import NOON, Cast, make_user
from tests.tickets.flow import opened

SignIn = Callable[[User], Client]
TICKETS = "/tickets/export.csv"
REGISTER = "/register/export/"
HOUR = timedelta(hours=1)
REASON = {"reason": "业委会要求核对"}
pytestmark = pytest.mark.req("SEC-1", "SEC-2")


@pytest.fixture(autouse=True)
def _small_limit(cast: Cast) -> None:
    """One row is what one person takes out alone."""
    cast.project.export_alone = 1
    cast.project.save()


@pytest.fixture
def two_tickets(cast: Cast) -> None:
    for _ in range(2):
        opened(cast)


def asked_of(client: Client, address: str = TICKETS, **more: str) -> Approval:
    answer = client.post(address, REASON | more)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/approvals/")
    return Approval.objects.latest("pk")


def made(approval: Approval, by: User) -> str:
    approve(approval=approval, by=by, at=NOON)
    assert run_waiting(NOON)["failed"] == 0
    return f"/exports/{approval.pk}/file/"


def test_a_long_list_is_asked_for_approved_made_and_fetched(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    quality = signed_in(cast.quality)
    page = quality.get(TICKETS)
    assert (page.status_code, page.context["rows"]) == (200, 2)
    assert not AuditEntry.objects.filter(action="tickets.exported").exists()
    approval = asked_of(quality)
    assert approval.data["rows"] == 2
    with time_machine.travel(NOON, tick=False):
        assert signed_in(cast.quality).get(f"/exports/{approval.pk}/file/").status_code == 409
        address = made(approval, cast.gm)
        quality = signed_in(cast.quality)
        assert f"/exports/{approval.pk}/" in quality.get("/approvals/").content.decode()
        assert address in quality.get(f"/exports/{approval.pk}/").content.decode()
        content = quality.get(address).content
    assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) == 3
    entry = AuditEntry.objects.get(action="tickets.exported")
    assert (entry.by, entry.data["count"]) == (cast.quality, 2)


def test_a_short_list_is_taken_alone(cast: Cast, signed_in: SignIn) -> None:
    opened(cast)
    answer = signed_in(cast.quality).get(TICKETS)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert not Approval.objects.exists()


def test_a_large_register_needs_a_second_person_too(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    page = admin.post(REGISTER, {"with_phones": "1", "reason": ""})
    assert (page.status_code, page.context["rows"]) == (422, 2)
    assert ("with_phones", "1") in page.context["kept"]
    approval = asked_of(admin, REGISTER, with_phones="1")
    with time_machine.travel(NOON, tick=False):
        content = signed_in(cast.admin).get(made(approval, cast.supervisor)).content
    text = str(list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values))
    assert "13812341234" in text
    entry = AuditEntry.objects.get(action="register.exported")
    assert (entry.by, entry.reason, entry.data["phones"]) == (cast.admin, REASON["reason"], "clear")


def test_nobody_else_finds_the_file(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    approval = asked_of(signed_in(cast.quality))
    with time_machine.travel(NOON, tick=False):
        address = made(approval, cast.gm)
        for user in (cast.gm, cast.supervisor, cast.admin, cast.frontdesk, cast.resident):
            client = signed_in(user)
            assert [client.get(one).status_code for one in (address, f"/exports/{approval.pk}/")] == [404, 404]
        # Who approved is led nowhere.
        assert f"/exports/{approval.pk}/" not in signed_in(cast.gm).get("/approvals/").content.decode()


def test_the_file_lies_encrypted(cast: Cast, signed_in: SignIn) -> None:
    made(asked_of(signed_in(cast.admin), REGISTER, with_phones="1"), cast.gm)
    stored = StoredFile.objects.latest("pk")
    with stored.file.open("rb") as stream:
        content = stream.read()
    assert not content.startswith(b"PK")
    assert b"13812341234" not in content


def test_who_asked_does_not_approve_their_own(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    client = signed_in(cast.supervisor)
    approval = asked_of(client)
    assert client.post(f"/approvals/{approval.pk}/decide/", {"decision": "approve"}).status_code == 403
    assert not LongWork.objects.exists()


def test_a_refused_export_is_not_made(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    approval = asked_of(signed_in(cast.quality))
    refuse(approval=approval, reason="无必要", by=cast.gm, at=NOON)
    assert not LongWork.objects.exists()
    assert signed_in(cast.quality).get(f"/exports/{approval.pk}/").status_code == 200


def test_the_same_question_waits_once_and_a_reason_is_needed(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    client = signed_in(cast.quality)
    assert client.post(TICKETS, {"reason": " "}).status_code == 422
    asked_of(client)
    assert client.post(TICKETS, REASON).status_code == 409
    assert Approval.objects.count() == 1
    asked_of(client, f"{TICKETS}?view=all")


def test_whoever_lost_the_right_meanwhile_gets_nothing(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    approval = asked_of(signed_in(cast.quality))
    Membership.objects.filter(user=cast.quality).update(ended_at=NOON)
    approve(approval=approval, by=cast.gm, at=NOON)
    assert run_waiting(NOON) == {"done": 0, "failed": 1}
    assert not AuditEntry.objects.filter(action="tickets.exported").exists()


def test_after_a_week_it_is_over(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    approval = asked_of(signed_in(cast.quality))
    address = made(approval, cast.gm)
    for later, status in ((timedelta(days=7), 200), (timedelta(days=7, seconds=1), 409)):
        with time_machine.travel(NOON + later, tick=False):
            assert signed_in(cast.quality).get(address).status_code == status


def test_then_its_file_goes_and_what_was_done_stays_on_record(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    made(asked_of(signed_in(cast.quality)), cast.gm)
    name = str(StoredFile.objects.get().file.name)
    assert forget_over(NOON + timedelta(days=7)) == 0
    assert forget_over(NOON + timedelta(days=7, seconds=1)) == 1
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(name)
    assert AuditEntry.objects.filter(action="tickets.exported").count() == 1


def test_killed_before_its_end_it_is_made_again_and_stands_in_the_trail_once(
    cast: Cast, signed_in: SignIn, two_tickets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(approval=asked_of(signed_in(cast.quality)), by=cast.gm, at=NOON)
    with monkeypatch.context() as patched:
        patched.setattr("records.exports.finish", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            run_waiting(NOON)
    assert run_waiting(NOON + HOUR) == {"done": 1, "failed": 0}
    assert AuditEntry.objects.filter(action="tickets.exported").count() == 1


def test_who_may_not_export_may_not_ask(cast: Cast, signed_in: SignIn, two_tickets: None) -> None:
    stranger = make_user("quality2", "quality", cast.other_project)
    for user in (cast.frontdesk, cast.technician):
        assert signed_in(user).post(TICKETS, REASON).status_code == 404
    signed_in(stranger).post(TICKETS, REASON)
    assert not Approval.objects.exists()


def test_kept_words_say_how_many(cast: Cast, signed_in: SignIn, two_tickets: None, api: Any) -> None:
    asked_of(signed_in(cast.quality))
    (row,) = api(cast.gm).get("/api/v1/approvals/").json()["results"]
    assert row["kind"] == "bulk_export"
    assert "2" in row["words"]
