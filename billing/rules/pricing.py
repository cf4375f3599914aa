"""What a period costs by the tariffs in force: one line per stretch of days under the same tariff.

Source: BIL-1 (物业费、停车费按收费标准计收); how parts of a month count is ours, and stands on the tariff page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from billing.rules.exact import FOUR_PLACES, LARGEST, as_decimal, cents_of, spread, yuan
from billing.rules.formula import Formula, NoPrice
from billing.rules.periods import Period, month_of, months, share
from billing.states import Basis
from core.errors import Invalid

# What each basis multiplies by the unit price, and the unit of it.
COUNTED = {
    Basis.AREA: "area",
    Basis.READING: "reading",
    Basis.VEHICLE: "vehicles",
    Basis.SPACE: "spaces",
}
# A formula that names one of these speaks of the whole stretch; any other gives the amount of one month.
_OF_THE_STRETCH = frozenset({"months", "reading"})
# What an example counts where nothing is known of a home: a meter that went on by ten, one of everything else.
SUPPOSED: Mapping[str, Decimal] = {
    "area": Decimal(100),
    "reading": Decimal(10),
    "vehicles": Decimal(1),
    "spaces": Decimal(1),
    "heads": Decimal(1),
}
# A small, a usual and a large home, in m² and by the meter: what a formula is tried on before it is published.
_TRIED = tuple(
    {**SUPPOSED, "area": Decimal(area), "reading": Decimal(used)} for area, used in ((30, 1), (100, 50), (1000, 10_000))
)


@dataclass(frozen=True)
class TariffTerms:
    """What of a tariff decides about the price. Prices in yuan, per month where the basis is not a meter's."""

    basis: str
    unit_price: Decimal
    fixed_amount: Decimal
    starts_on: date
    ends_on: date | None = None
    formula: str = ""
    # Charged once: the months of the stretch do not count.
    once: bool = False

    def reckoned(self) -> Formula:
        """The formula by which it is reckoned, whatever its basis. Raises `Invalid` for one that cannot be read."""
        if self.basis == Basis.FORMULA:
            return Formula.parse(self.formula)
        counted = COUNTED.get(Basis(self.basis))
        priced = f"{counted} * price" if counted else "price" if self.basis == Basis.UNIT else ""
        basic = "fixed * months" if self.basis == Basis.READING else "fixed"
        return Formula.parse(" + ".join(part for part in (priced, basic if self.fixed_amount else "") if part) or basic)

    @property
    def by_month(self) -> bool:
        """Whether its formula gives the amount of one month."""
        return not self.once and self.basis != Basis.READING and not self.reckoned().names & _OF_THE_STRETCH


@dataclass(frozen=True)
class Priced:
    """A line of a bill: the days, what was counted, the price of one, the amount in yuan, and the sum written out."""

    period: Period
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    formula_words: str


def price_period(tariffs: Sequence[TariffTerms], quantities: Mapping[str, Decimal], period: Period) -> list[Priced]:
    """Price a period (both days included): a line for each stretch with the same tariff, oldest first.

    Whole calendar months count as months, a part of one by its days of that month; consumption by a meter falls on the
    stretches by their days. The exact total is rounded once, and the lines sum to it. Days without a tariff cost
    nothing. Raises `Invalid` where tariffs overlap or a quantity is missing, and of these `NoPrice` where a formula
    divides by nothing, gives less than nothing or more than a bill can be.
    """
    stretches = list(_stretches(tariffs, period))
    exact = [_exact(terms, quantities, stretch, period) for terms, stretch in stretches]
    if sum(exact) > LARGEST:
        raise NoPrice(_("By this tariff the price is more than any bill can be: check its formula."))
    cents = spread([amount * 100 for amount in exact], cents_of(sum(exact, Fraction(0))))
    return [
        _line(terms, quantities, stretch, period, yuan(part))
        for (terms, stretch), part in zip(stretches, cents, strict=True)
    ]


def require_price(terms: TariffTerms) -> None:
    """Raise `Invalid`, saying for which home, where a formula gives no price: for a small, a usual and a large home.

    For some of them it may be nothing, as where only what is above a size is paid for; for all of them it is no price.
    """
    formula, month = terms.reckoned(), month_of(terms.starts_on)
    whole, amounts = replace(terms, starts_on=month.start, ends_on=None), []
    for quantities in _TRIED:
        try:
            amounts += [line.amount for line in price_period([whole], quantities, month)]
        except Invalid as error:
            if not formula.names & {"area", "reading"}:
                raise
            said = {"area": quantities["area"], "used": quantities["reading"], "why": error}
            raise Invalid(_("For a home of %(area)s m² that used %(used)s: %(why)s") % said) from error
    if not any(amounts):
        raise Invalid(_("By this formula no home pays anything."))


def _stretches(tariffs: Sequence[TariffTerms], period: Period) -> Iterator[tuple[TariffTerms, Period]]:
    last: Period | None = None
    for terms in sorted(tariffs, key=lambda one: one.starts_on):
        stretch = Period(terms.starts_on, terms.ends_on or max(terms.starts_on, period.end)).common(period)
        if stretch is None:
            continue
        if last is not None and stretch.start <= last.end:
            words = {"day": f"{stretch.start:%Y-%m-%d}"}
            raise Invalid(_("Two tariffs are in force on %(day)s: end one the day before the other.") % words)
        last = stretch
        yield terms, stretch


def _exact(terms: TariffTerms, quantities: Mapping[str, Decimal], stretch: Period, period: Period) -> Fraction:
    values = _values(terms, quantities, stretch, period)
    amount = terms.reckoned().exact(values) * (values["months"] if terms.by_month else 1)
    if amount < 0:
        raise NoPrice(_("By this tariff the price is below zero: check its formula."))
    return amount


def _values(
    terms: TariffTerms, quantities: Mapping[str, Decimal], stretch: Period, period: Period
) -> dict[str, Fraction]:
    values = {name: Fraction(value) for name, value in quantities.items()}
    if "reading" in values:
        values["reading"] *= share(stretch, period)
    counted = Fraction(1)
    if not terms.once:
        counted = sum((share(stretch, month) for month in months(stretch)), Fraction(0))
    return values | {"price": Fraction(terms.unit_price), "fixed": Fraction(terms.fixed_amount), "months": counted}


def _line(
    terms: TariffTerms, quantities: Mapping[str, Decimal], stretch: Period, period: Period, amount: Decimal
) -> Priced:
    values = _values(terms, quantities, stretch, period)
    counted = COUNTED.get(Basis(terms.basis))
    by_price = counted is not None or terms.basis in {Basis.UNIT, Basis.FORMULA}
    return Priced(
        period=stretch,
        quantity=as_decimal(values[counted]).quantize(FOUR_PLACES) if counted else Decimal(1),
        unit_price=terms.unit_price if by_price else terms.fixed_amount,
        amount=amount,
        formula_words=_words(terms, values, stretch),
    )


def _words(terms: TariffTerms, values: Mapping[str, Fraction], stretch: Period) -> str:
    """The sum written out: `(89.5 × 2.8 + 10) × 15/31`."""
    counted = "1" if terms.once else _months(stretch)
    sum_of = terms.reckoned().filled_in({name: _number(value) for name, value in values.items()} | {"months": counted})
    if not terms.by_month or counted == "1":
        return sum_of
    return f"({sum_of}) × {counted}" if set("+-") & set(sum_of) else f"{sum_of} × {counted}"


def _number(value: Fraction) -> str:
    """A number as people write it: no zeros behind, at most six places."""
    return f"{as_decimal(value):.6f}".rstrip("0").rstrip(".")


def _months(stretch: Period) -> str:
    """How many months a stretch counts, as one would reckon it: `2`, `15/31`, `(17/31 + 2 + 14/30)`."""
    shares = [(share(stretch, month), month.days) for month in months(stretch)]
    whole = sum(1 for part, _days in shares if part == 1)
    parts = [f"{int(part * days)}/{days}" for part, days in shares if part != 1]
    if whole:
        parts.insert(1 if shares[0][0] != 1 else 0, str(whole))
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
