"""A major complaint reaches the general manager: a message that names it, a number that counts it, the first row."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from complaints import actions
from complaints.filters import Filters, listed
from complaints.queries import my_open
from notifications.actions import deliver
from notifications.models import Message
from notifications.sentences import render
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, sweep, taken
from tests.notifications.setup import counting, make_channel, make_rule

pytestmark = pytest.mark.req("CMP-3")
SECONDS = MINUTE / 10


def alerts(user: User) -> list[Message]:
    return list(Message.objects.filter(user=user, template="clock.news", channel="in_app").order_by("pk"))


def mine(user: User, cast: Cast) -> list[str]:
    rows = listed(project=cast.project, user=user, filters=Filters(view="mine"), at=NOON + DAY)
    return [case.title for case in rows]


def test_the_manager_is_told_at_once_what_came_in(cast: Cast) -> None:
    complaint = taken(cast, grade="major", title="电梯困人")
    sweep(NOON + SECONDS)
    (told,) = alerts(cast.gm)
    assert (told.created_at, told.level) == (NOON + SECONDS, "warning")
    assert Message.objects.filter(user=cast.gm, case=complaint.case, channel="in_app").count() == 1, "and of it once"
    with translation.override("zh-hans"):
        words = render(told.template, told.data)
    assert "重大投诉" in words, words
    assert "电梯困人" in words
    assert complaint.case.number in words


def test_their_phone_hears_of_it_the_same_day_also_shortly_before_midnight(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = counting(monkeypatch)
    make_rule(make_channel("sms"))
    User.objects.filter(pk=cast.gm.pk).update(phone="13900000000")
    night = NOON + 11 * HOUR + 30 * MINUTE
    complaint = taken(cast, grade="major", title="电梯困人", at=night)
    sweep(night + SECONDS)
    deliver(at=night + SECONDS)
    assert sent.addresses == ["13900000000"]
    assert complaint.case.number in sent.bodies[0]


@pytest.mark.req("CMP-11")
@pytest.mark.parametrize("rung", ["manager", "supervisor"])
def test_whom_somebody_waits_for_is_told_at_night(cast: Cast, monkeypatch: pytest.MonkeyPatch, rung: str) -> None:
    complaint = taken(cast)
    deliver(at=NOON)
    sent = counting(monkeypatch)
    make_rule(make_channel("sms"))
    User.objects.filter(pk__in=[cast.gm.pk, cast.supervisor.pk]).update(phone="13900000000")
    night = NOON + 11 * HOUR
    actions.escalate(complaint=complaint, to=rung, reason="要求当面说", by=cast.frontdesk, at=night)
    deliver(at=night)
    assert sent.addresses == ["13900000000"]


def test_graded_major_later_they_are_told_then(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    assert not alerts(cast.gm)
    for later, grade in enumerate(("major", "minor", "major"), 1):
        at = NOON + later * HOUR
        actions.regrade(complaint=complaint, grade=grade, reason="多户反映", by=cast.supervisor, at=at)
        sweep(at + SECONDS)
        sweep(at + MINUTE)
    assert [told.created_at for told in alerts(cast.gm)] == [NOON + HOUR + SECONDS, NOON + 3 * HOUR + SECONDS]


def test_graded_major_when_half_of_the_day_has_gone_by_it_is_news_all_the_same(cast: Cast) -> None:
    complaint = taken(cast, grade="minor", title="电梯困人")
    actions.regrade(complaint=complaint, grade="major", reason="有人受伤", by=cast.supervisor, at=NOON + 8 * HOUR)
    sweep(NOON + 8 * HOUR + SECONDS)
    assert len(alerts(cast.gm)) == 1


@pytest.mark.req("CMP-15")
def test_of_one_about_the_manager_the_quality_department_is_told(cast: Cast) -> None:
    taken(cast, by="resident", channel="online", about_person=cast.gm, grade="major")
    sweep(NOON + SECONDS)
    assert (len(alerts(cast.gm)), len(alerts(cast.quality))) == (0, 1)
    assert (my_open(cast.gm, cast.project), my_open(cast.quality, cast.project)) == (0, 1)
    taken(cast, grade="major")
    assert my_open(cast.quality, cast.project) == 1, "those of the manager are not theirs"


def test_what_waits_for_the_manager_counts_and_stands_first(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    own = taken(cast, by="gm", grade="minor", title="早到期", wanted_by=NOON + MINUTE)
    waiting = taken(cast, grade="major", title="电梯困人")
    taken(cast, grade="important", title="别人的")
    assert own.case.taken_by == cast.gm
    assert my_open(cast.gm, cast.project) == 2
    assert mine(cast.gm, cast) == ["电梯困人", "早到期"]
    assert my_open(cast.supervisor, cast.project) == 0
    page = signed_in(cast.gm).get("/complaints/?view=mine").content.decode()
    assert page.index("电梯困人") < page.index("早到期")
    actions.acknowledge(complaint=waiting, by=cast.gm, at=NOON + HOUR)
    assert (my_open(cast.gm, cast.project), mine(cast.gm, cast)) == (1, ["早到期"])


def test_what_was_closed_waits_no_more(cast: Cast) -> None:
    complaint = taken(cast, grade="major")
    actions.resolve(complaint=complaint, outcome="solved", result="已修", by=cast.supervisor, at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
    assert my_open(cast.gm, cast.project) == 1, "it may still be taken note of"
    actions.acknowledge(complaint=complaint, by=cast.gm, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + HOUR)
    assert my_open(cast.gm, cast.project) == 0
