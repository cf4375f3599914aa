"""What is collected at the door of a place in the matrix: an appointment, a receipt carried, something handed in."""

from datetime import timedelta
from typing import TYPE_CHECKING

from billing.actions.doors import Window, ask_for_visit, confirm, prepare
from billing.models import Bill, DoorVisit, HandIn
from cases.actions import next_number
from records.papers import FONTS
from tests.cast import NOON

if TYPE_CHECKING:
    from tests.matrix.world import Place


def doors_of(place: "Place", word: str, *bills: Bill) -> dict[str, dict[str, object]]:
    """The ids of a visit that is asked for, of a paper that the cashier carries, and of what they handed in."""
    asked, carried = (_asked(place, word, bill) for bill in bills)
    amount = carried.amount
    confirm(visit=carried, spoke_to=word, said=word, amount=amount, by=place.cashier, at=NOON)
    paper = prepare(visit=carried, link="https://desk.example.org/r/{}/".format, fonts=FONTS, by=place.cashier, at=NOON)
    handed_in = HandIn.objects.create(
        number=next_number(prefix="JK", day=NOON.date()),
        project=place.project,
        collector=place.cashier,
        received_by=place.desk,
        at=NOON,
        day=NOON.date(),
        recorded=0,
        counted=1,
        explanation=word,
    )
    return {
        "door": {"number": asked.number},
        "carried": {"number": carried.number},
        "door_paper": {"number": carried.number, "receipt": paper.number},
        "hand_in": {"number": handed_in.number},
    }


def _asked(place: "Place", word: str, bill: Bill) -> DoorVisit:
    window = Window(NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    return ask_for_visit(
        unit=place.unit, bills=[bill], payer=word, collector=place.cashier, window=window, by=place.cashier, at=NOON
    )
