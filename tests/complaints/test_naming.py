"""Whom of the staff somebody means: by name, nickname, title, role; and past whom the complaint then goes."""

import pytest

from complaints.naming import Colleague, meant_by

pytestmark = [pytest.mark.pure, pytest.mark.req("CMP-15")]
STAFF = [
    Colleague("gm", "刘建国", "gm", frozenset({"gm"})),
    Colleague("supervisor", "陈静", "supervisor", frozenset({"supervisor"})),
    Colleague("head", "王强", "head", frozenset({"head"})),
    Colleague("desk", "李晓燕", "frontdesk", frozenset({"frontdesk"})),
    Colleague("desk2", "赵敏", "frontdesk2", frozenset({"frontdesk"})),
    Colleague("guard", "欧阳明", "guard", frozenset({"guard"})),
    Colleague("plumber", "李大海", "plumber", frozenset({"technician"})),
]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("李晓燕", {"desk"}),
        ("李 晓燕", {"desk"}),
        ("李\u3000晓\u200b燕", {"desk"}),
        ("李曉燕", {"desk"}),
        ("你们的李小燕", {"desk"}),
        ("晓燕", {"desk"}),
        ("燕姐", {"desk"}),
        ("前台小李", {"desk"}),
        ("小李", {"desk", "plumber"}),
        ("李师傅", {"desk", "plumber"}),
        ("维修李师傅", {"plumber"}),
        ("frontdesk2", {"desk2"}),
        ("前台", {"desk", "desk2"}),
        ("前台小孙", {"desk", "desk2"}),
        ("前台总是骂人", {"desk", "desk2"}),
        ("front desk", {"desk", "desk2"}),
        ("刘总", {"gm"}),
        ("马总", {"gm"}),
        ("经理", {"gm"}),
        ("General Manager", {"gm"}),
        ("客服主管", {"supervisor"}),
        ("陈主管", {"supervisor"}),
        ("部门主管", {"head"}),
        ("主管", {"supervisor", "head"}),
        ("老欧阳", {"guard"}),
        ("欧阳队长", {"guard"}),
        ("保安", {"guard"}),
        ("总经理和李晓燕", {"gm", "desk"}),
        ("楼上的邻居", set()),
        ("", set()),
        ("。。。", set()),
    ],
)
def test_whom_words_mean(words: str, meant: set[str]) -> None:
    assert meant_by(words, STAFF) == meant
