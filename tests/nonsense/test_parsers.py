"""What reads phones, rooms, moments, numbers and other systems' files takes anything, and says no in a sentence."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.moments import is_reckoned, read_moment
from core.numbers import whole_number
from estate.search import LONGEST_PHONE, cannot_be_dialled, plain_phone, plain_plate, plain_room, typed, unit_tokens
from records.search import code_tokens, name_tokens, phone_tokens, query_tokens, text_tokens
from tests.nonsense.values import DATES, EVERYTHING
from tests.tickets.test_replay import HEAD, ROWS
from tickets.takeover import NotThisFormat, RefusedRow, read

pytestmark = [pytest.mark.pure, pytest.mark.req("SEC-1")]
ANY = st.one_of(
    st.text(max_size=80), st.sampled_from(EVERYTHING), st.text("0123456789+-()·.#栋单元室 １２³", max_size=30)
)


@given(raw=ANY)
@settings(max_examples=300, deadline=None)
def test_a_phone_that_is_taken_can_be_dialled(raw: str) -> None:
    if not cannot_be_dialled(raw) and plain_phone(raw):
        assert plain_phone(raw).isdigit()
        assert len(plain_phone(raw)) <= LONGEST_PHONE


@given(raw=ANY)
@settings(max_examples=300, deadline=None)
def test_a_room_or_a_plate_may_be_anything(raw: str) -> None:
    for plain in (plain_room, plain_plate, typed):
        assert isinstance(plain(raw), str)
    for tokens in (unit_tokens, code_tokens, name_tokens, phone_tokens, text_tokens, query_tokens):
        assert all(isinstance(token, str) for token in tokens(raw))


@given(raw=st.one_of(ANY, st.sampled_from(DATES), st.datetimes().map(str), st.dates().map(str)))
@settings(max_examples=300, deadline=None)
def test_a_moment_is_one_that_is_reckoned_with_or_none(raw: str) -> None:
    found = read_moment(raw)
    assert found is None or is_reckoned(found)
    number = whole_number(raw)
    assert number is None or 0 <= number < 10**15


@given(
    lines=st.lists(
        st.one_of(st.sampled_from(ROWS), ANY, st.binary(max_size=60).map(lambda b: b.decode("utf-8", "replace"))),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_a_file_of_past_requests_may_hold_anything(lines: list[str]) -> None:
    for row in read([HEAD + "\n", *(f"{line}\n" for line in lines)], ZoneInfo("America/New_York")):
        assert not isinstance(row, RefusedRow) or row.reason


@pytest.mark.parametrize("content", ["", "\n", "\0", "a,b\n1,2\n", '"', "x" * 200_000])
def test_a_file_of_something_else_is_not_this_format(content: str) -> None:
    with pytest.raises(NotThisFormat):
        list(read(content.splitlines(keepends=True), ZoneInfo("UTC")))
