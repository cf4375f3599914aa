"""Prices in words: what one pays by a tariff, as it is published; and a share reckoned. Source: 收费标准公示."""

from decimal import Decimal

from django.utils.translation import gettext as _

from billing.models import OfficeCost, Tariff
from billing.rules.formula import NAMES, Formula
from billing.states import Basis, OfficeKey, Rhythm


def number_words(value: Decimal) -> str:
    """A price with two decimals, or as many as it has."""
    whole, _point, behind = f"{value:f}".partition(".")
    return f"{whole}.{behind.rstrip('0').ljust(2, '0')}"


def price_words(tariff: Tariff) -> str:
    """What one pays: `¥2.80 per m² and month`. A formula stands as it was written, its names in words."""
    if tariff.basis == Basis.FORMULA:
        return Formula.parse(tariff.formula).filled_in({name: str(words) for name, words in NAMES.items()})
    monthly = tariff.rhythm == Rhythm.RECURRING
    price, fixed = number_words(tariff.unit_price), number_words(tariff.fixed_amount)
    basic = (_("¥%(price)s per month") if monthly else _("¥%(price)s once")) % {"price": fixed}
    if tariff.basis == Basis.FIXED:
        return basic
    priced = _pattern(tariff.basis, monthly=monthly) % {"price": price}
    return _("%(priced)s, and %(basic)s") % {"priced": priced, "basic": basic} if tariff.fixed_amount else priced


def _pattern(basis: str, *, monthly: bool) -> str:
    if basis == Basis.READING:
        return _("¥%(price)s per unit on the meter")
    patterns = {
        Basis.AREA: (_("¥%(price)s per m² and month"), _("¥%(price)s per m², once")),
        Basis.UNIT: (_("¥%(price)s per home and month"), _("¥%(price)s per home, once")),
        Basis.VEHICLE: (_("¥%(price)s per vehicle and month"), _("¥%(price)s per vehicle, once")),
        Basis.SPACE: (_("¥%(price)s per parking space and month"), _("¥%(price)s per parking space, once")),
    }
    return patterns[Basis(basis)][0 if monthly else 1]


def share_words(cost: OfficeCost) -> str:
    """How the office's share was reckoned: `¥3,216.40 × 86.5 ÷ 1,280 = ¥217.36`; empty for a reimbursement."""
    if cost.whole is None or cost.weight is None or cost.weight_all is None:
        return ""
    whole, amount = f"¥{cost.whole:,.2f}", f"¥{cost.amount:,.2f}"
    if cost.share_by == OfficeKey.PERCENT:
        return f"{whole} × {_plain(cost.weight)}% = {amount}"
    return f"{whole} × {_plain(cost.weight)} ÷ {_plain(cost.weight_all)} = {amount}"


def _plain(value: Decimal) -> str:
    """A weight without zeros behind it."""
    return f"{value.normalize():,f}"
