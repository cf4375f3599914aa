"""Programs with tokens, and the moment at which they act."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from estate.models import Unit
from tests.api.program import Program
from tests.cast import NOON, Cast, make_home


class Hands:
    """The hands of the clock that everybody reads."""

    def __init__(self, traveller: Any) -> None:
        self.traveller = traveller
        self.now = NOON

    def at(self, moment: datetime) -> None:
        """Make it this moment."""
        self.now = moment
        self.traveller.move_to(moment)

    def later(self, **span: float) -> datetime:
        """Let so much time pass; the moment it is then."""
        self.at(self.now + timedelta(**span))
        return self.now


@pytest.fixture
def hands() -> Iterator[Hands]:
    """Noon in Shanghai on a Monday, until somebody moves the hands."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield Hands(traveller)


@pytest.fixture
def program(cast: Cast, hands: Hands) -> Callable[[str], Program]:
    """`program("frontdesk")`: signed in as a member of the cast, once."""
    known: dict[str, Program] = {}

    def signed_in(username: str) -> Program:
        if username not in known:
            known[username] = Program(username)
        return known[username]

    return signed_in


@pytest.fixture
def old_home(cast: Cast) -> Unit:
    """A home handed over ten years ago: every warranty but the structure's is over."""
    unit, _household, _person = make_home(cast.project, "1-1-101", "曾国栋", "13712340101")
    unit.completed_on, unit.handed_over_on = (
        unit.completed_on and unit.completed_on.replace(year=2015),
        unit.handed_over_on and unit.handed_over_on.replace(year=2015),
    )
    unit.save()
    return unit
