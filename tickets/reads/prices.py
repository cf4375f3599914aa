"""The price list as a technician searches it: by name, by pinyin, by the first letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from records.search import name_tokens
from tickets.models import PriceItem


@dataclass(frozen=True)
class Priced:
    """A line of the price list with the words that find it."""

    pk: int
    name: str
    unit: str
    price: Decimal
    words: str


def priced(items: Iterable[PriceItem]) -> list[Priced]:
    """The lines with their words."""
    return [
        Priced(pk=item.pk, name=item.name, unit=item.unit, price=item.price, words=_words(item.name)) for item in items
    ]


def _words(name: str) -> str:
    return " ".join([name.lower(), *sorted(name_tokens(name))])
