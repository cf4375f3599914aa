"""The page of readings: an answer is one to what was asked, and what is asked about is found."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.models import ChargeItem, Meter, Reading
from billing.states import Doubt, ReadHow
from tests.billing.money import HOME, NEXT_DOOR
from tests.billing.test_meters import fields_of, hung, read, water
from tests.billing.test_running import prepared
from tests.cast import NOON, Cast
from tests.tickets.pages import read_in_english, words_of

SignIn = Callable[[User], Client]
__all__ = ["water"]
pytestmark = [pytest.mark.req("BIL-6"), pytest.mark.django_db]
ADDRESS = "/readings/?kind=water&day=2026-11-20"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def sent(client: Client, meter: Meter, page: Any = None, **typed: str) -> Any:
    """The answer to a page sent with what it says, and what is typed or chosen of a meter."""
    fields = {f"m{meter.pk}-{name}": value for name, value in typed.items()}
    return client.post(ADDRESS, (fields_of(page.content.decode()) if page else {}) | fields)


def standing(meter: Meter) -> Reading:
    return meter.readings.filter(replaced_by=None).latest("day")


def test_a_value_put_right_after_the_answer_is_judged_anew(cast: Cast, signed_in: SignIn, water: ChargeItem) -> None:
    meter, client = hung(cast, water, first=464), signed_in(cast.cashier)
    page = sent(client, meter, value="47")
    assert [line.doubt for line in page.context["wrong"]] == [Doubt.LOWER]
    assert sent(client, meter, page, value="474", answer="wrapped").status_code == 302
    assert (standing(meter).value, standing(meter).how, standing(meter).confirmed) == (
        Decimal(474),
        ReadHow.PLAIN,
        False,
    )
    assert prepared(cast).total == Decimal("32.00")


def test_a_change_of_meter_goes_on_being_asked_about_with_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    read_in_english(cast)
    meter, client = hung(cast, first=464), signed_in(cast.cashier)
    page = sent(client, meter, value="3")
    page = sent(client, meter, page, answer="changed", old_final="46")
    assert "neither meter goes backwards" in words_of(page)
    page = sent(client, meter, page, value="470", answer="changed", old_final="466")
    assert [line.doubt for line in page.context["wrong"]] == [Doubt.CHANGE]
    assert fields_of(page.content.decode())[f"m{meter.pk}-old_final"] == "466"
    assert sent(client, meter, page, answer="changed").status_code == 302
    assert (standing(meter).how, standing(meter).old_final, standing(meter).confirmed) == (
        ReadHow.CHANGED,
        Decimal(466),
        True,
    )


@pytest.mark.parametrize("token", ["", "x", "lower 2026-11-20 plain NaN", "lower 2026-11-20 plain sNaN", "lower x y z"])
def test_an_answer_to_nothing_that_was_asked_is_none(cast: Cast, signed_in: SignIn, token: str) -> None:
    meter = hung(cast, first=464)
    page = sent(signed_in(cast.cashier), meter, value="47", answer="wrapped", asked=token)
    assert (page.status_code, page.context["wrong"][0].doubt) == (422, Doubt.LOWER)


def test_a_reading_kept_with_a_wrong_explanation_is_typed_once_more_and_put_right(
    cast: Cast, signed_in: SignIn
) -> None:
    read_in_english(cast)
    meter, client = hung(cast, first=270), signed_in(cast.cashier)
    day = date(2026, 11, 20)
    Reading.objects.create(meter=meter, day=day, value=280, how=ReadHow.WRAPPED, at=NOON, by=cast.cashier)
    page = sent(client, meter, value="280")
    assert [line.doubt for line in page.context["wrong"]] == [Doubt.OTHER]
    assert sent(client, meter, page, answer="right").status_code == 302
    assert (standing(meter).value, standing(meter).how) == (Decimal(280), ReadHow.PLAIN)
    page = sent(client, meter, value="3")
    assert "280 is kept for this day; this one replaces it." in words_of(page)


def test_what_is_asked_has_its_words_and_the_rooms_are_named_with_the_way_to_them(
    cast: Cast, signed_in: SignIn
) -> None:
    read_in_english(cast)
    mine, theirs = hung(cast, first=100), hung(cast, home=NEXT_DOOR, first=100)
    client = signed_in(cast.cashier)
    for meter in (mine, theirs):
        read(cast, meter, 110)
    page = client.post(ADDRESS, {f"m{mine.pk}-value": "111", f"m{theirs.pk}-value": "ninety"})
    content = page.content.decode()
    assert "2 values look wrong" in words_of(page)
    for meter, home in ((mine, HOME), (theirs, NEXT_DOOR)):
        assert f'<a href="#id_m{meter.pk}-value">{home}</a>' in content
        assert f'id="id_m{meter.pk}-value"' in content
    assert "Is it right?" in content
    assert "What happened?" not in content
