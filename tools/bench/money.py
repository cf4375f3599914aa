"""What money takes: billing every home, one payment, how old is what is owed, the proof of the books."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator

from django.core.management import call_command

from tools.bench.figures import Figure, took
from tools.bench.money_pages import ageing, counter
from tools.bench.money_rows import billed, unpaid
from tools.bench.money_run import running

UNITS, BILLS = 200_000, 5_000_000


def sizes(arguments: Iterable[str]) -> tuple[int, int]:
    """How many homes are billed, and how many bills nobody paid."""
    parser = ArgumentParser(prog="python -m tools.bench money", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--bills", type=int, default=BILLS)
    said = parser.parse_args(list(arguments))
    return said.units, said.bills


def figures(units: int, bills: int) -> Iterator[Figure]:
    """Fill what is not there yet, and measure. What runs bill stays; everything else is taken back."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_defaults", verbosity=0)
    aim = "well under 15 minutes"
    yield Figure("seeding homes", units, took(lambda: billed(units)), aim=aim, of="units")
    yield Figure("seeding unpaid bills", bills, took(lambda: unpaid(bills)), aim=aim, of="bills")
    yield from running(billed(units))
    yield from counter(billed(units))
    yield from ageing(unpaid(bills))
