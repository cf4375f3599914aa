"""Words that somebody typed: what of them can be seen."""

import pytest

from records.unseen import is_blank, seen

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "text", ["", " \n\u3000", "\u200b", "\u200d\u2060\ufeff", "\u3164", "\u2800 \u00ad", "\ufe0f", "\x1b"]
)
def test_a_text_of_no_width_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["0", "漏", "\u200b漏", "。", "👩\u200d🔧", "\0"])
def test_what_shows_something_is_not_and_a_character_that_cannot_be_kept_is_said_elsewhere(text: str) -> None:
    assert not is_blank(text)


def test_only_texts_that_show_nothing_are_emptied_whatever_holds_them() -> None:
    came = {"a": "\u200b", "b": ["漏水\u200b", "\ufeff"], "c": {"d": " "}, "e": 3, "f": None}
    assert seen(came) == {"a": "", "b": ["漏水\u200b", ""], "c": {"d": ""}, "e": 3, "f": None}
