"""The chart of accounts that the desk books to. Rows that are there stay as they were edited."""

from typing import Any

from django.db.models import Model

from billing.models import Account
from billing.states import Book, Side

# Code, Chinese, English, side; the codes follow the order of the enterprise accounting standard.
CHART: tuple[tuple[str, str, str, str], ...] = (
    (Book.CASH, "库存现金", "Cash in hand", Side.ASSET),
    (Book.BANK, "银行存款", "Bank", Side.ASSET),
    (Book.DOOR, "在途收款", "Collected at the door, under way", Side.ASSET),
    (Book.WECHAT, "微信", "WeChat", Side.ASSET),
    (Book.ALIPAY, "支付宝", "Alipay", Side.ASSET),
    (Book.CARD, "刷卡", "Card", Side.ASSET),
    (Book.ONLINE, "线上支付", "Online", Side.ASSET),
    (Book.RECEIVABLE, "应收账款", "Receivable", Side.ASSET),
    (Book.PAYABLE, "应付费用", "Costs to be paid", Side.LIABILITY),
    (Book.CREDIT, "预收账款", "Paid in advance", Side.LIABILITY),
    (Book.REFUNDING, "线上退款中", "To be given back online", Side.LIABILITY),
    (Book.DEPOSIT, "押金", "Deposits held", Side.LIABILITY),
    (Book.ON_BEHALF, "代收代付", "Collected on behalf", Side.LIABILITY),
    # Against which the debts of a former system stand: they were income there, and are none of ours.
    (Book.OPENING, "期初余额", "Opening balances", Side.LIABILITY),
    (Book.SERVICES, "主营收入", "Income from services", Side.INCOME),
    (Book.OTHER, "其他收入", "Other income", Side.INCOME),
    (Book.OFFICE, "办公费用", "Office costs", Side.EXPENSE),
    (Book.WAIVED, "减免", "Waived", Side.EXPENSE),
)


def load(model: type[Model] = Account) -> int:
    """Add the accounts that are missing; returns how many. `model`: the table as a migration knows it."""
    rows: Any = model._default_manager  # noqa: SLF001  the name that Django itself documents
    there = set(rows.values_list("code", flat=True))
    missing = [
        model(code=code, name_zh=chinese, name_en=english, side=side)
        for code, chinese, english, side in CHART
        if code not in there
    ]
    rows.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def add_after_migrating(sender: object, *, apps: Any = None, **told: object) -> None:
    """Add what is missing once the tables are migrated: whoever brings code that books to an account brings it too.

    `apps`: the tables as the last migration knows them; none where they were only emptied.
    """
    try:
        model = apps.get_model("billing", "Account") if apps is not None else Account
    except LookupError:  # migrated back to before there was one
        return
    load(model)
