"""Pure rules of cases."""

import pytest

from cases.rules import title_of

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("\n  厨房水龙头滴水 \n已经三天", "厨房水龙头滴水"),
        ("灯" * 60, "灯" * 39 + "…"),
        ("", ""),
    ],
)
def test_title_is_the_first_line_cut_short(description: str, title: str) -> None:
    assert title_of(description) == title
