"""The figures of money at a size at which they say nothing about speed, but that they are measured and add up."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from servicedesk.defaults import load_all
from tools.bench.figures import Figure, Time
from tools.bench.money import BILLS, UNITS, sizes
from tools.bench.money_pages import ageing, counter
from tools.bench.money_rows import billed, unpaid
from tools.bench.money_run import running

HOMES, UNPAID = 20, 60


def test_sizes_are_given_or_the_usual_ones() -> None:
    assert sizes([]) == (UNITS, BILLS)
    assert sizes(["--units", "20", "--bills", "60"]) == (20, 60)


def test_a_figure_says_of_what_there_were_so_many() -> None:
    shown = Figure("billing run", 20, Time(20, 10), Time(10, 10), of="units").shown
    assert (shown["units"], shown["ratio"], "cases" in shown) == (20, 2.0, False)


@pytest.mark.req("BIL-2")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="speed is measured on PostgreSQL")
@pytest.mark.usefixtures("real_transactions")
def test_every_figure_is_measured_and_the_same_run_again_adds_nothing(settings: Any) -> None:
    settings.DEMO = True
    load_all(timezone.now())
    project = billed(HOMES)
    run, again, *books = running(project)
    assert (run.more["bills"], run.more["lines"], run.more["postings"]) == (HOMES, HOMES, HOMES)
    assert again.more["bills"] == 0
    assert [figure.more["bills"] for figure in books] == [HOMES, HOMES]
    counted = {figure.name: figure.statements for figure in counter(project)}
    assert 0 < (counted["counter payment (page)"] or 0) <= 20
    age, _ladder = ageing(unpaid(UNPAID))
    assert age.more["counted"] == UNPAID
