"""Residents are written to by day: an SMS to a number on file waits for the hours that the rule names."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from cases.models import Case
from notifications.actions import deliver
from notifications.actions.outside import Sms, send_sms, sms_channel
from notifications.models import Message
from notifications.rules import DECENT_FROM, DECENT_UNTIL, in_decent_hours
from tests.cast import Cast
from tests.notifications.setup import Counting, counting, make_channel, make_rule
from tests.sla.trial import make_case, trial_kind

pytestmark = [pytest.mark.req("ARR-2")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def case(cast: Cast) -> Iterator[Case]:
    with trial_kind():
        yield make_case(cast.project)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return counting(monkeypatch)


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (at(0, 1), at(9)),
        (at(8, 59), at(9)),
        (at(9), at(9)),
        (at(19, 59), at(19, 59)),
        (at(20), at(9, day=25)),
        (at(23, 30), at(9, day=25)),
    ],
)
def test_decent_hours_are_from_nine_until_eight_in_the_evening(moment: datetime, leaves: datetime) -> None:
    assert in_decent_hours(moment, zone=SHANGHAI, since=DECENT_FROM, until=DECENT_UNTIL) == leaves
    assert in_decent_hours(moment, zone=SHANGHAI, since=time(0), until=time(0)) == moment


def remind(cast: Cast, case: Case, moment: datetime) -> Message:
    channel = sms_channel(cast.project)
    assert channel is not None
    data = {"room": "3-2-1501", "amount": "1.00", "period": "", "pay_by": {"on": "2026-12-09"}, "service_phone": ""}
    sms = Sms(key=f"{moment}", case=case, address="13800000000", template="arrears.notice", data=data)
    send_sms([sms], project=cast.project, channel=channel, at=moment)
    return Message.objects.latest("pk")


@pytest.mark.django_db
def test_an_sms_at_night_waits_for_the_morning_where_nothing_was_decided(
    cast: Cast, case: Case, sent: Counting
) -> None:
    make_channel("sms")
    sms = remind(cast, case, at(0, 1))
    assert sms.not_before == at(9)
    assert deliver(at=at(8, 59))["sent"] == 0
    assert deliver(at=at(9))["sent"] == 1
    assert remind(cast, case, at(12)).not_before == at(12)


@pytest.mark.django_db
def test_the_rule_says_when_and_staff_keep_quiet_hours_of_their_own(cast: Cast, case: Case, sent: Counting) -> None:
    rule = make_rule(make_channel("sms"), project=cast.project, residents_from=time(10), residents_until=time(18))
    assert remind(cast, case, at(9)).not_before == at(10)
    assert remind(cast, case, at(18)).not_before == at(10, day=25)
    # What goes to the same number goes together, in those hours.
    assert deliver(at=at(17))["sent"] == 2
    # Nobody came to send it in its hours: it does not go in the evening in which it is found.
    late = remind(cast, case, at(17, 59))
    assert deliver(at=at(18, 1))["sent"] == 0
    late.refresh_from_db()
    assert (late.state, late.not_before) == ("pending", at(10, day=25))
    rule.residents_until = rule.residents_from
    rule.save()
    assert remind(cast, case, at(3)).not_before == at(3)
