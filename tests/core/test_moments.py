"""Moments that somebody else wrote."""

from datetime import UTC, datetime

import pytest

from core.moments import read_moment

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("raw", ["2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00 00:00", "2026-11-23T12:00:00Z"])
def test_a_moment_with_its_zone_is_read_even_where_plus_became_a_blank(raw: str) -> None:
    assert read_moment(raw) == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "-",
        "x",
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:00-12:00",
        "1899-12-31T00:00:00Z",
        "3000-01-01T00:00:00Z",
    ],
)
def test_what_is_none_or_lies_beyond_all_use_is_none(raw: str) -> None:
    assert read_moment(raw) is None
