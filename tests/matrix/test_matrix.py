"""Nobody sees or does what is not theirs: every address × method × role × whose it is, from the URL resolver."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.matrix.conftest import midday
from tests.matrix.mutants import MISSED_AT, asked_where, faults, scopes, without
from tests.matrix.oracles import hidden_from, questions, told_by_what_is_hidden, unknown_filters
from tests.matrix.probe import Prober, addresses
from tests.matrix.table import TABLE
from tests.matrix.trial import Trial
from tests.matrix.world import ROLES
from tests.turns import in_turn, today

ADDRESSES = dict(addresses())
OURS = sorted(name for name in ADDRESSES if not name.startswith("admin:"))
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(OURS) == {name.split()[0] for name in TABLE}


def test_no_midnight_comes_while_the_world_is_asked(prober: Prober) -> None:
    """What was taken today is closed today, at whatever hour this runs: the world's clock began at noon."""
    assert timedelta(0) <= timezone.now() - midday() < timedelta(hours=6)


@pytest.mark.parametrize("name", in_turn(sorted(TABLE)))
def test_an_address(prober: Prober, name: str, settings: Any) -> None:
    settings.MEDIA_ROOT = prober.files
    trial = Trial(prober, name, TABLE[name])
    trial.run()
    assert not trial.faults, "\n".join(trial.faults)


# Who sees least, who sees another project, who sees one: the short form; the proof asks for all.
FEW = ("resident", "technician", "frontdesk2")


def test_every_filter_is_known_to_the_questions() -> None:
    assert unknown_filters() == set()


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in FEW else pytest.mark.slow) for role in ROLES if role != "anonymous"]
)
def test_no_filter_tells_of_what_one_may_not_see(prober: Prober, role: str) -> None:
    """Asked with somebody else's number, name or key a list answers as to one that nobody has."""
    asked = [question for place in hidden_from(role) for question in questions(prober.world.places[place], role)]
    if role in FEW:
        asked = asked[today() % 3 :: 3]
    told = [difference for question in asked if (difference := question.difference(prober, role))]
    assert asked
    assert not told, "\n".join(told)
    print(f"{role}: {len(asked)} questions, each asked twice")  # noqa: T201


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in FEW else pytest.mark.slow) for role in ROLES if role != "anonymous"]
)
def test_no_answer_changes_when_something_happens_out_of_sight(prober: Prober, role: str, settings: Any) -> None:
    settings.MEDIA_ROOT = prober.files
    told = told_by_what_is_hidden(prober, role)
    assert not told, "\n".join(told)


def test_every_scope_is_missed_somewhere() -> None:
    assert set(scopes()) == set(MISSED_AT)


MISSED = sorted(name for name, address in MISSED_AT.items() if address)


@pytest.mark.parametrize("turn", range(3))
def test_a_scope_that_is_taken_away_is_missed(prober: Prober, turn: int, settings: Any) -> None:
    """Three a day, so that all of them have their turn within a fortnight; the proof takes every one away."""
    settings.MEDIA_ROOT = prober.files
    name = MISSED[(3 * today() + turn) % len(MISSED)]
    with without(scopes()[name]):
        found = faults(prober, MISSED_AT[name])
    assert found, f"without {name} nothing is found at {MISSED_AT[name]}"
    assert not faults(prober, MISSED_AT[name])


@pytest.mark.slow
def test_every_scope_is_missed_where_it_is_asked(prober: Prober, settings: Any) -> None:
    """Each scope is taken away in turn and the addresses that ask it are tried: how many of them notice."""
    settings.MEDIA_ROOT = prober.files
    where = asked_where(prober)
    unnoticed = []
    print(f"\n{'scope':<36} {'asked at':>8} {'noticed':>8}  first fault")  # noqa: T201
    for name, scope in sorted(scopes().items()):
        found = {}
        for address in where[name]:
            with without(scope):
                found[address] = faults(prober, address)
        noticed = {address: said for address, said in found.items() if said}
        first = next((said[0] for said in noticed.values()), "-")
        print(f"{name:<36} {len(found):>8} {len(noticed):>8}  {first}")  # noqa: T201
        if found and not noticed:
            unnoticed.append(name)
    print(f"{len(MISSED)} scopes taken away, {prober.asked} requests")  # noqa: T201
    assert unnoticed == []


def test_how_many_were_tried(prober: Prober, record_property: Any) -> None:
    record_property("requests", prober.asked)
