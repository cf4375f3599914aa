"""A cashier who left without closing the day: a leader counts and closes it, and the record says who and why."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from billing.actions.dayclose import Count, close_books, close_day, reopen_day
from billing.models import DayClose
from billing.queries.dayclose import recorded
from core.errors import Invalid, NotAllowed, NotNow
from notifications.models import Message
from records.models import AuditEntry
from tests.billing.money import assert_books_agree, charged, paid, yuan
from tests.billing.test_dayclose import DAY, TODAY
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-8"), pytest.mark.django_db]
MORNING = NOON + DAY


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=False) as hands:
        yield hands


def closed_for(cast: Cast, **more: Any) -> DayClose:
    given = {
        "counts": {"cash": Count(counted=yuan(90), explanation="抽屉里少十元")},
        "handed_to": "财务",
        "cashier": cast.cashier,
        "reason": "昨晚急诊离岗",
        "by": cast.supervisor,
        "at": MORNING,
        **more,
    }
    return close_day(project=cast.project, day=TODAY, **given)


def test_a_leader_counts_and_the_record_says_who_and_why(cast: Cast) -> None:
    paid(cast, charged(cast, 100))
    close = closed_for(cast)
    assert (close.cashier, close.closed_by, close.reason) == (cast.cashier, cast.supervisor, "昨晚急诊离岗")
    assert close.lines.get().difference == -10
    written = AuditEntry.objects.get(action="day.closed_for")
    assert (written.by, written.reason) == (cast.supervisor, "昨晚急诊离岗")
    assert written.data == {"difference": "-10.00", "cashier": "cashier"}
    told = Message.objects.get(template="day.closed_for")
    assert (told.user, told.data["reason"]) == (cast.cashier, "昨晚急诊离岗")
    assert_books_agree(cast)


def test_their_next_day_is_theirs_and_the_closed_one_takes_no_more_money(cast: Cast) -> None:
    paid(cast, charged(cast, 100))
    closed_for(cast)
    with pytest.raises(NotNow):
        paid(cast, charged(cast, 5))
    paid(cast, charged(cast, 5), at=MORNING)
    counts = {"cash": Count(counted=yuan(5))}
    own = close_day(
        project=cast.project, day=MORNING.date(), counts=counts, handed_to="财务", by=cast.cashier, at=MORNING
    )
    assert (own.closed_by, own.reason) == (None, "")


def test_who_is_gone_for_good_keeps_no_month_open(cast: Cast) -> None:
    paid(cast, charged(cast, 100))
    Membership.objects.filter(user=cast.cashier).update(ended_at=NOON)
    User.objects.filter(pk=cast.cashier.pk).update(is_active=False)
    gone, later = User.objects.get(pk=cast.cashier.pk), NOON + 10 * DAY
    with pytest.raises(NotNow):
        close_books(project=cast.project, month=TODAY, by=cast.gm, at=later)
    closed_for(cast, cashier=gone, by=cast.gm, at=later)
    close_books(project=cast.project, month=TODAY, by=cast.gm, at=later)
    assert not Message.objects.filter(template="day.closed_for").exists(), "whoever cannot sign in is told nothing"


def test_only_a_leader_closes_for_others_with_a_reason_and_once(cast: Cast) -> None:
    paid(cast, charged(cast, 100))
    for who in ("cashier", "frontdesk", "admin", "frontdesk2"):
        with pytest.raises(NotAllowed):
            closed_for(cast, by=cast.users[who], cashier=cast.gm)
    with pytest.raises(Invalid):
        closed_for(cast, reason=" ")
    with pytest.raises(NotNow):
        closed_for(cast, seen={"cash": yuan(60)})
    close = closed_for(cast)
    with pytest.raises(NotNow):
        closed_for(cast)
    with pytest.raises(NotNow):
        closed_for(cast, cashier=cast.cashier, by=cast.gm)
    reopen_day(close=close, reason="又找到十元", by=cast.gm, at=MORNING)
    again = closed_for(cast, counts={"cash": Count(counted=yuan(100))})
    assert (again.nth, again.closed_by) == (2, cast.supervisor)


def test_the_row_says_both_or_neither(cast: Cast) -> None:
    for given in (
        {"closed_by": cast.gm},
        {"reason": "x"},
        {"closed_by": cast.cashier, "reason": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DayClose.objects.create(
                project=cast.project,
                cashier=cast.cashier,
                day=TODAY,
                closed_at=timezone.now(),
                handed_to="财务",
                **given,
            )


def test_from_the_list_to_the_closed_day_on_pages(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, 100))
    leader, page = signed_in(cast.supervisor), f"/dayclose/for/{cast.cashier.pk}/"
    assert f"{page}?day={TODAY}" in leader.get("/dayclose/all/").content.decode()
    assert "100.00" in leader.get(f"{page}?day={TODAY}").content.decode()
    typed = {"counted_cash": "100", "handed_to": "财务", "reason": ""}
    address = f"{page}?day={TODAY}"
    refused = leader.post(address, typed)
    assert refused.status_code == 422
    assert "id_reason_error" in refused.content.decode()
    assert leader.post(address, typed | {"reason": "昨晚急诊离岗"}).status_code == 302
    close = DayClose.objects.get()
    for where in (f"/dayclose/{close.pk}/", "/dayclose/all/"):
        assert "Supervisor" in leader.get(where).content.decode()
    assert "昨晚急诊离岗" in signed_in(cast.cashier).get(f"/dayclose/{close.pk}/").content.decode()


@pytest.mark.req("SEC-1")
def test_others_do_not_learn_whose_till_is_open(cast: Cast, signed_in: SignIn) -> None:
    paid(cast, charged(cast, 100), at=MORNING)
    page = f"/dayclose/for/{cast.cashier.pk}/"
    for who in ("cashier", "frontdesk", "technician", "resident", "frontdesk2"):
        assert signed_in(cast.users[who]).get(page).status_code in (403, 404), who
    leader = signed_in(cast.gm)
    assert leader.get(page).status_code == 200
    for nobody in (cast.technician.pk, 10**15):
        assert leader.get(f"/dayclose/for/{nobody}/").status_code == 404
    assert recorded(cast.project, cast.cashier.pk, MORNING.date()) == {"cash": yuan(100)}
