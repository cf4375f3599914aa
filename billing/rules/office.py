"""The office's share of a supplier's bill. Source: 物业客服工作职责标准版本(三) 7 (办公楼水电等费用的分摊)."""

from decimal import Decimal

from billing.rules.apportion import apportion


def share_of(whole: Decimal, weight: Decimal, weight_all: Decimal) -> Decimal:
    """What of a bill of `whole` yuan falls to who weighs `weight` of `weight_all`, to the cent.

    It is apportioned against the rest, so that both parts sum to the bill. Raises `Invalid` where a weight is not above
    zero, or there is part of a cent.
    """
    rest = weight_all - weight
    return apportion(whole, [weight, rest] if rest else [weight])[0]
