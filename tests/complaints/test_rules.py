"""Pure rules of complaints."""

import pytest

from cases.states import Reserved
from complaints.rules import Guide, reserved_for, suggest_grade

pytestmark = pytest.mark.pure

GUIDES = [Guide("minor", ("态度",)), Guide("major", ("受伤", "")), Guide("important", ("没人管",))]


@pytest.mark.req("CMP-2")
@pytest.mark.parametrize(
    ("text", "grade", "words"),
    [
        ("电梯夹人，老人受伤，一直没人管", "major", ("受伤",)),
        ("楼道垃圾没人管，态度还差", "important", ("没人管",)),
        ("前台态度不好", "minor", ("态度",)),
        ("想说说看法", "minor", ()),
    ],
)
def test_the_gravest_grade_with_a_word_in_the_text_is_suggested(text: str, grade: str, words: tuple[str, ...]) -> None:
    suggested = suggest_grade(text, harm_ongoing=False, guides=GUIDES)
    assert (suggested.grade, suggested.words) == (grade, words)


@pytest.mark.req("CMP-2", "CMP-6")
def test_harm_that_is_going_on_is_major() -> None:
    suggested = suggest_grade("前台态度不好", harm_ongoing=True, guides=GUIDES)
    assert suggested.grade == "major"
    assert suggested.harm


@pytest.mark.req("CMP-15")
@pytest.mark.parametrize(
    ("roles", "about_service", "seen_from"),
    [
        (None, False, ""),
        (None, True, Reserved.MANAGERS),
        (["frontdesk"], False, Reserved.LEADERS),
        (["technician", "head"], False, Reserved.MANAGERS),
        (["supervisor"], True, Reserved.MANAGERS),
        (["gm", "frontdesk"], False, Reserved.QUALITY),
    ],
)
def test_a_complaint_passes_by_whom_it_is_about(roles: list[str] | None, about_service: bool, seen_from: str) -> None:
    assert reserved_for(concerned=roles, about_service=about_service) == seen_from
