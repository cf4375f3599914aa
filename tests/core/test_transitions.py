"""A step that is not to be done now says why, and when it is."""

import pytest
from django.utils import translation

from core.errors import NotNow
from core.transitions import Step, require

STATES = {"new": "新建", "open": "处理中", "held": "暂停", "told": "已答复", "closed": "已关闭", "void": "作废"}


def steps(*sources: str) -> dict[str, Step]:
    return {"close": Step(sources=frozenset(sources), target="closed", event="closed")}


def test_the_step_is_given_where_the_state_admits_it() -> None:
    assert require(steps("open"), "close", "open", labels=STATES).target == "closed"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "处于“新建”。处于“处理中”、“暂停”时才能做"),
        ("en", "is “新建”. It is done while it is: “处理中”, “暂停”."),
    ],
)
def test_a_refusal_names_the_states_that_admit_it_in_their_order(language: str, words: str) -> None:
    with translation.override(language), pytest.raises(NotNow) as refused:
        require(steps("held", "open"), "close", "new", labels=STATES)
    assert words in str(refused.value)
