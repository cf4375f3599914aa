"""What is billed in a place of the matrix: a run that was worked out, a meter, a common cost that was shared out."""

from decimal import Decimal

from accounts.models import Project, User
from billing.actions.charging import standing_item
from billing.actions.meters import Hung, hang_meter
from billing.actions.running import prepare_run
from billing.actions.sharing import Cost, share_out
from billing.models import BillingRun
from billing.states import Book
from estate.models import Unit
from tests.cast import NOON

DAY = NOON.date()


def make_run(project: Project, cashier: User, word: str) -> int:
    """A billing run of a charge of that name."""
    item = standing_item(project, "有偿维修服务费")
    run = prepare_run(project=project, items=[item], start=DAY, end=DAY, due_on=DAY, by=cashier, at=NOON)
    found = {"first": [], "items": [[word, 1, "1.00"]], "left_out": {}}
    BillingRun.objects.filter(pk=run.pk).update(state="previewed", found=found)
    return run.pk


def make_meter(unit: Unit, cashier: User, word: str) -> int:
    """A water meter of the home with that number."""
    return hang_meter(project=unit.project, unit=unit, hung=Hung(kind="water"), number=word, by=cashier, at=NOON).pk


def make_shared_cost(project: Project, cashier: User, word: str) -> int:
    """A common cost called so."""
    cost = Cost(
        item=standing_item(project, "公摊电费", Book.ON_BEHALF),
        words=word,
        amount=Decimal("10.00"),
        start=DAY,
        end=DAY,
        due_on=DAY,
        by="area",
    )
    return share_out(project=project, cost=cost, by=cashier, at=NOON).pk
