"""Whatever is done with money, in whatever order: nothing of it is lost, and nothing is there twice.

The machine of `tests.billing.machine` works by the same actions as people do, and is told a plain model of it. After
every step bills, credit, deposits and accounts are what the model says; what the model would refuse is refused, and has
changed nothing. At the end of every example the ledger proves itself.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.states import Role
from tests.billing.machine import Desk
from tests.billing.money import borne, management_fee
from tests.cast import Cast, make_user

pytestmark = [pytest.mark.req("BIL-4"), pytest.mark.django_db]


def work(cast: Cast, *, examples: int, steps: int) -> None:
    """So many days at the desk, each as if there had been none before."""
    fee = management_fee(cast)
    for unit in cast.units.values():
        borne(unit, fee)
    cast.users["cashier2"] = make_user("cashier2", Role.CASHIER, cast.project)

    class OfToday(Desk):
        pass

    OfToday.cast, OfToday.fee = cast, fee.item
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OfToday, settings=how)


def test_no_money_is_lost_or_doubled(cast: Cast) -> None:
    work(cast, examples=15, steps=30)


# In batches, so that several can be at it, and none works on what a thousand others have rolled back.
@pytest.mark.slow
@pytest.mark.parametrize("batch", range(20))
def test_no_money_is_lost_or_doubled_in_two_thousand_examples(cast: Cast, batch: int) -> None:
    work(cast, examples=100, steps=50)
