"""Whom of the staff somebody means by what they wrote: a name as they heard it, a nickname, a title, a role.

Residents write 客服主管, 前台小李 or 刘总 where the desk chooses a colleague. It errs on the private side: what a
colleague may not read though nobody meant them, those above read all the same; what they have read, they have read.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from unicodedata import normalize

from pypinyin import Style, lazy_pinyin

from accounts.states import Role

KeyT = TypeVar("KeyT", bound=Hashable)
SHORTEST_NAME = 2
COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "端木",
)  # fmt: skip
BEFORE_A_NAME = ("小", "老", "阿")
AFTER_A_SURNAME = (
    "总", "经理", "主管", "主任", "工", "师傅", "师父", "姐", "哥", "叔", "姨", "先生", "女士", "小姐", "队长", "班长",
    "科长", "部长", "会计", "管家", "老师",
)  # fmt: skip
FAMILIAR = ("姐", "哥")
# What a role is called, the longer before what it contains; every word stands for whoever holds one of its roles.
ROLE_WORDS: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("generalmanager", (Role.GM,)),
    ("qualitydepartment", (Role.QUALITY,)),
    ("departmenthead", (Role.HEAD,)),
    ("administrator", (Role.ADMIN,)),
    ("supervisor", (Role.SUPERVISOR,)),
    ("technician", (Role.TECHNICIAN,)),
    ("frontdesk", (Role.FRONTDESK,)),
    ("receptionist", (Role.FRONTDESK,)),
    ("cashier", (Role.CASHIER,)),
    ("manager", (Role.GM,)),
    ("guard", (Role.GUARD,)),
    ("项目总经理", (Role.GM,)),
    ("部门主管", (Role.HEAD,)),
    ("部门经理", (Role.HEAD,)),
    ("部门负责人", (Role.HEAD,)),
    ("客服主管", (Role.SUPERVISOR,)),
    ("客服经理", (Role.SUPERVISOR,)),
    ("项目经理", (Role.GM,)),
    ("总经理", (Role.GM,)),
    ("项目总", (Role.GM,)),
    ("负责人", (Role.GM, Role.HEAD)),
    ("老总", (Role.GM,)),
    ("经理", (Role.GM,)),
    ("主管", (Role.SUPERVISOR, Role.HEAD)),
    ("主任", (Role.SUPERVISOR, Role.HEAD, Role.GM)),
    ("前台", (Role.FRONTDESK,)),
    ("客服", (Role.FRONTDESK,)),
    ("接待", (Role.FRONTDESK,)),
    ("收费", (Role.CASHIER,)),
    ("收银", (Role.CASHIER,)),
    ("出纳", (Role.CASHIER,)),
    ("维修", (Role.TECHNICIAN,)),
    ("门岗", (Role.GUARD,)),
    ("门卫", (Role.GUARD,)),
    ("保安", (Role.GUARD,)),
    ("品质", (Role.QUALITY,)),
    ("管理员", (Role.ADMIN,)),
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# 刘总, not 前台总是.
_BOSS = re.compile(r"[\u4e00-\u9fff]总(?![\u4e00-\u9fff])")


@dataclass(frozen=True)
class Colleague(Generic[KeyT]):
    """Somebody of the staff: the name, the name to sign in with, and the roles in the project."""

    key: KeyT
    name: str
    username: str
    roles: frozenset[str]


def plain(words: str) -> str:
    """Letters and digits alone, small, full and half width alike."""
    return "".join(char for char in normalize("NFKC", words).casefold() if char.isalnum())


def meant_by(words: str, staff: Sequence[Colleague[KeyT]]) -> set[KeyT]:
    """Of the staff, those whom somebody may mean by what they wrote. Source: 六.2 (接受客户监督)."""
    said = plain(words)
    named = {one.key for one in staff if _names(said, one) or _signs_in(words, one)}
    titled = {one.key for one in staff if _entitles(said, one)} - named
    roles = roles_in(words)
    holders = [{one.key for one in staff if one.roles.intersection(each)} for each in roles]
    told_apart = {key for key in titled if any(key in each for each in holders)}
    found = named | (told_apart or titled)
    for each in holders:
        if not each & found:  # 前台小李 is 小李 of the front desk; where there is none, whoever sits there
            found = found | each
    return found


def roles_in(words: str) -> list[tuple[Role, ...]]:
    """The roles that stand in the words, the longest word of them counted."""
    left, found = plain(words), []
    for word, roles in ROLE_WORDS:
        if word in left:
            found.append(roles)
            left = left.replace(word, " ")
    if _BOSS.search(words) and (Role.GM,) not in found:
        found.append((Role.GM,))
    return found


def _names(said: str, one: Colleague[KeyT]) -> bool:
    """Say whether the whole name stands there, as it is written or as it sounds (李曉燕), or the given name alone."""
    name = plain(one.name)
    if len(name) < SHORTEST_NAME:
        return False
    given = name[len(_surname(name)) :]
    return name in said or _sounds_in(said, name) or (len(given) >= SHORTEST_NAME and given in said)


def _signs_in(words: str, one: Colleague[KeyT]) -> bool:
    return words.strip().casefold() == one.username.casefold()


def _sounds_in(said: str, name: str) -> bool:
    if not _HAN.fullmatch(name):
        return False
    wanted = lazy_pinyin(name, style=Style.NORMAL)
    heard = [lazy_pinyin(run, style=Style.NORMAL) for run in _HAN.findall(said)]
    return any(run[at : at + len(wanted)] == wanted for run in heard for at in range(len(run) - len(wanted) + 1))


def _entitles(said: str, one: Colleague[KeyT]) -> bool:
    """Say whether a surname or the last of a name stands there as people call each other: 小李, 李师傅, 燕姐."""
    name = plain(one.name)
    if not _HAN.fullmatch(name) or len(name) < SHORTEST_NAME:
        return False
    surname, last = _surname(name), name[-1]
    called = [surname + title for title in AFTER_A_SURNAME] + [last + title for title in FAMILIAR]
    called += [before + part for before in BEFORE_A_NAME for part in (surname, last)]
    return any(each in said for each in called)


def _surname(name: str) -> str:
    if not _HAN.fullmatch(name):
        return name
    return name[:2] if name.startswith(COMPOUND) and len(name) > SHORTEST_NAME else name[:1]
