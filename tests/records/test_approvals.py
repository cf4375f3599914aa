"""Approval by a second person: who may decide, that it is carried out once and with the decision, who is told."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.models import Membership, User
from core.errors import DomainError, Invalid, NotAllowed, NotNow
from notifications.models import Message
from records.approvals import approve, ask, refuse, withdraw
from records.models import Approval, AuditEntry
from records.states import Decision
from tests.cast import NOON, Cast, make_user
from tests.records.approving import asked, done
from tests.threads import at_once

LATER = NOON + timedelta(minutes=5)
pytestmark = pytest.mark.req("SEC-2")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are read in English."""
    with override("en"):
        yield


@pytest.fixture
def question(cast: Cast) -> Approval:
    return asked(cast.project, cast.cashier, NOON)


def told(user: User) -> list[str]:
    return list(Message.objects.visible_to(user).order_by("pk").values_list("template", flat=True))


def state(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).decision


@pytest.mark.parametrize("role", ["supervisor", "gm"])
def test_a_second_person_approves_and_it_is_carried_out(cast: Cast, question: Approval, role: str) -> None:
    decided = approve(approval=question, by=cast.users[role], at=LATER)
    assert (decided.decision, decided.decided_by, decided.decided_at) == ("approved", cast.users[role], LATER)
    assert done() == ["7"]


def test_whoever_asked_never_decides(cast: Cast) -> None:
    question = asked(cast.project, cast.supervisor, NOON)
    for act in (approve, lambda **given: refuse(reason="不行", **given)):
        with pytest.raises(NotAllowed, match="second person"):
            act(approval=question, by=cast.supervisor, at=LATER)
    assert (state(question), done()) == ("waiting", [])
    approve(approval=question, by=cast.gm, at=LATER)
    assert done() == ["7"]


@pytest.mark.parametrize(
    "role", ["cashier", "frontdesk", "technician", "head", "guard", "quality", "admin", "resident"]
)
def test_nobody_else_decides(cast: Cast, role: str) -> None:
    question = asked(cast.project, cast.technician2, NOON)
    with pytest.raises(NotAllowed):
        approve(approval=question, by=cast.users[role], at=LATER)
    assert state(question) == "waiting"


def test_the_supervisor_of_another_project_does_not_decide(cast: Cast, question: Approval) -> None:
    stranger = make_user("supervisor2", "supervisor", cast.other_project)
    with pytest.raises(NotAllowed):
        approve(approval=question, by=stranger, at=LATER)


def test_pressed_twice_it_is_carried_out_once(cast: Cast, question: Approval) -> None:
    approve(approval=question, by=cast.gm, at=LATER)
    with pytest.raises(NotNow, match="Approved by Gm"):
        approve(approval=question, by=cast.gm, at=LATER)
    assert done() == ["7"]


def test_who_comes_second_is_told_how_it_was_decided(cast: Cast, question: Approval) -> None:
    refuse(approval=question, reason="单据不全", by=cast.supervisor, at=LATER)
    with pytest.raises(NotNow, match="Supervisor"):
        approve(approval=question, by=cast.gm, at=LATER)
    assert (state(question), done()) == ("refused", [])


def test_what_cannot_be_carried_out_waits_on_with_the_sentence(cast: Cast) -> None:
    question = asked(cast.project, cast.cashier, NOON, fails=True)
    with pytest.raises(NotNow, match="drawer is locked"):
        approve(approval=question, by=cast.gm, at=LATER)
    assert (state(question), done()) == ("waiting", [])
    assert "approval.approved" not in told(cast.cashier)


def test_a_refusal_needs_its_reason(cast: Cast, question: Approval) -> None:
    with pytest.raises(Invalid) as wrong:
        refuse(approval=question, reason=" … ", by=cast.gm, at=LATER)
    assert "reason" in wrong.value.fields
    refuse(approval=question, reason="单据不全", by=cast.gm, at=LATER)
    found = Approval.objects.get(pk=question.pk)
    assert (found.decision, found.decision_reason) == ("refused", "单据不全")


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_a_question_needs_a_reason(cast: Cast, reason: str) -> None:
    with pytest.raises(Invalid):
        asked(cast.project, cast.cashier, NOON, reason=reason)
    assert not Approval.objects.exists()


def test_only_who_asked_takes_it_back(cast: Cast, question: Approval) -> None:
    with pytest.raises(NotAllowed):
        withdraw(approval=question, by=cast.gm, at=LATER)
    withdraw(approval=question, by=cast.cashier, at=LATER)
    assert state(question) == "withdrawn"
    with pytest.raises(NotNow):
        approve(approval=question, by=cast.gm, at=LATER)
    with pytest.raises(NotNow):
        withdraw(approval=question, by=cast.cashier, at=LATER)


def test_the_same_thing_waits_once_and_may_be_asked_again_after_a_decision(cast: Cast, question: Approval) -> None:
    with pytest.raises(NotNow, match="waits"):
        asked(cast.project, cast.frontdesk, NOON)
    asked(cast.other_project, cast.frontdesk2, NOON)
    refuse(approval=question, reason="单据不全", by=cast.gm, at=LATER)
    assert asked(cast.project, cast.cashier, LATER).is_waiting


def test_a_kind_that_nobody_carries_out_waits_on(cast: Cast) -> None:
    stray = ask(project=cast.project, kind="stray", subject="1", data={}, reason="x", by=cast.cashier, at=NOON)
    with pytest.raises(NotAllowed):
        approve(approval=stray, by=cast.gm, at=LATER)
    assert not Approval.objects.visible_to(cast.gm).exists()


def test_who_sees_what(cast: Cast, question: Approval) -> None:
    def sees(user: User) -> bool:
        return Approval.objects.visible_to(user).exists()

    assert [role for role in cast.users if sees(cast.users[role])] == ["cashier", "supervisor", "gm"]
    Membership.objects.filter(user=cast.cashier).update(ended_at=NOON)
    assert not sees(User.objects.get(pk=cast.cashier.pk))


def test_what_waits_for_whom(cast: Cast, question: Approval) -> None:
    own = asked(cast.project, cast.supervisor, NOON, subject="8")
    assert list(Approval.objects.to_decide(cast.supervisor)) == [question]
    assert set(Approval.objects.to_decide(cast.gm)) == {question, own}
    assert not Approval.objects.to_decide(cast.cashier).exists()


def test_who_may_decide_is_told_and_who_asked_learns_the_decision(cast: Cast) -> None:
    question = asked(cast.project, cast.supervisor, NOON)
    assert told(cast.gm) == ["approval.asked"]
    assert told(cast.supervisor) == []
    message = Message.objects.visible_to(cast.gm).get()
    assert message.data["words"] == "试办第 7 号"
    assert message.data["page"] == ["approvals"]
    refuse(approval=question, reason="单据不全", by=cast.gm, at=LATER)
    assert told(cast.supervisor) == ["approval.refused"]
    approve(approval=asked(cast.project, cast.supervisor, LATER), by=cast.gm, at=LATER)
    assert told(cast.supervisor) == ["approval.refused", "approval.approved"]


def test_each_step_stands_in_the_audit_trail(cast: Cast, question: Approval) -> None:
    refuse(approval=question, reason="单据不全", by=cast.gm, at=LATER)
    rows = AuditEntry.objects.filter(target=f"approval {question.pk}").order_by("pk")
    assert list(rows.values_list("action", "by__username", "reason")) == [
        ("approval.asked", "cashier", "业主搬走了"),
        ("approval.refused", "gm", "单据不全"),
    ]


def test_the_database_itself_keeps_two_people_apart(cast: Cast, question: Approval) -> None:
    rows = Approval.objects.filter(pk=question.pk)
    for wrong in (
        {"decision": Decision.APPROVED, "decided_by": cast.cashier, "decided_at": LATER},
        {"decision": Decision.REFUSED, "decided_by": cast.cashier, "decided_at": LATER},
        {"decision": Decision.WITHDRAWN, "decided_by": cast.gm, "decided_at": LATER},
        {"decision": Decision.APPROVED},
        {"decided_by": cast.gm, "decided_at": LATER},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_of_two_at_the_same_moment_one_decides(real_transactions: None, cast: Cast) -> None:
    question = asked(cast.project, cast.cashier, NOON)
    deciders = [cast.gm, cast.supervisor]
    acts: list[Callable[[], Approval]] = [
        lambda: approve(approval=question, by=deciders[0], at=LATER),
        lambda: refuse(approval=question, reason="单据不全", by=deciders[1], at=LATER),
    ]
    answers = at_once(2, lambda index: acts[index]())
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    assert isinstance(refused[0], NotNow)
    assert len(done()) == (1 if state(question) == "approved" else 0)
