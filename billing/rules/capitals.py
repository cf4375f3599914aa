"""Amounts in the capital figures that stand on papers about money, which no stroke of a pen turns into others.

Source: 支付结算办法, 附一 (正确填写票据和结算凭证的基本规定).
"""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.money import to_cents

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
LARGEST = Decimal(10) ** 16


def capitals(amount: Decimal) -> str:
    """The amount in yuan in capital figures: 1409.50 is 壹仟肆佰零玖元伍角整. Raises `Invalid` from 10^16 on."""
    if abs(amount) >= LARGEST:
        raise Invalid(_("The amount is too large to be written out."))
    cents = int(to_cents(abs(amount)).scaleb(2))
    whole, small = divmod(cents, 100)
    words = f"{_whole(whole)}元" if whole or not small else ""
    return ("负" if amount < 0 and cents else "") + words + _small(small, after_yuan=bool(whole))


def _small(cents: int, *, after_yuan: bool) -> str:
    tens, ones = divmod(cents, 10)
    if not cents:
        return "整"
    if not ones:
        return f"{DIGITS[tens]}角整"
    jiao = f"{DIGITS[tens]}角" if tens else "零" if after_yuan else ""
    return f"{jiao}{DIGITS[ones]}分"


def _whole(number: int) -> str:
    """Groups of four figures; a gap between figures is said once, also where a group ends with a nought."""
    if not number:
        return DIGITS[0]
    said, gap = "", False
    for group in reversed(range(len(GROUPS))):
        part = number // 10 ** (4 * group) % 10000
        if part:
            wanted = bool(said) and (gap or part < 1000)
            said += (DIGITS[0] if wanted else "") + _group(part) + GROUPS[group]
        gap = part % 10 == 0
    return said


def _group(number: int) -> str:
    said = ""
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            said += DIGITS[digit] + PLACES[place]
        elif said and not said.endswith(DIGITS[0]):
            said += DIGITS[0]
    return said.rstrip(DIGITS[0])
