"""What runs inside the house where fees are collected: the cast, more homes, an SMS channel, and bills due today.

`… later HOME AMOUNT` is a bill that falls due on the day that it is there; `… sell HOME NAME` a new owner.
"""

import sys
from collections.abc import Callable

from tests.browser.moved.scene import prepare, sessions

from django.utils import timezone  # isort: skip

from accounts.models import User  # isort: skip
from billing.actions.charging import charge_once, standing_item
from billing.models import ArrearsTerms
from estate.actions import MoveIn, move_in, move_out, reindex_register
from estate.models import Household, HouseholdMember, Person, Unit
from estate.states import Relation
from notifications.models import Channel
from tests.billing.money import charged, yuan
from tests.cast import make_home

GRACE_DAYS = 2
LET = "3-2-1601"
HOMES = ("3-2-1501", "3-2-1502", LET, "3-2-1602", "3-2-1603", "3-2-1604")
AMOUNTS = ("850.00", "120.50")


def bill() -> None:
    """Two bills for each home, due on the day on which the house opens; two days of grace."""
    cast = prepare()
    now = timezone.now()
    today = now.astimezone(cast.project.tz).date()
    ArrearsTerms.objects.create(grace_days=GRACE_DAYS)
    Channel.objects.create(kind="sms_log", name_zh="短信")
    for number, home in enumerate(HOMES[2:], start=1):
        cast.units[home], cast.households[home], _owner = make_home(
            cast.project, home, f"业主{'甲乙丙丁'[number - 1]}", f"1370000000{number}"
        )
    Household.objects.filter(pk=cast.households[LET].pk).update(lives_here=False)
    let = Household.objects.create(project=cast.project, unit=cast.units[LET], is_owner=False, started_on=today)
    tenant = Person.objects.create(project=cast.project, name="租客")
    HouseholdMember.objects.create(household=let, person=tenant, relation=Relation.TENANT)
    reindex_register(project=cast.project)
    for home in HOMES:
        for amount in AMOUNTS:
            charged(cast, amount, home=home, at=now, due_on=today)


def later(home: str, amount: str) -> None:
    """Another bill of a home, due on this day."""
    now, unit = timezone.now(), Unit.objects.select_related("project").get(number=home)
    charge_once(
        project=unit.project,
        unit=unit,
        item=standing_item(unit.project, "有偿维修费"),
        amount=yuan(amount),
        words="换锁",
        due_on=now.astimezone(unit.project.tz).date(),
        by=User.objects.get(username="cashier"),
        at=now,
    )


def sell(home: str, name: str) -> None:
    """The owner's household moves out of the register, a new owner in."""
    now, unit = timezone.now(), Unit.objects.select_related("project").get(number=home)
    desk, today = User.objects.get(username="frontdesk"), now.astimezone(unit.project.tz).date()
    move_out(household=Household.objects.get(unit=unit, is_owner=True, ended_on=None), on=today, by=desk, at=now)
    new = MoveIn(unit=unit, name=name, phone="13700000099", relation=Relation.OWNER, on=today, lives_here=False)
    move_in(new=new, by=desk, at=now)


if __name__ == "__main__":
    tasks: dict[str, Callable[..., object]] = {"prepare": bill, "sessions": sessions, "later": later, "sell": sell}
    tasks[sys.argv[1]](*sys.argv[2:])
