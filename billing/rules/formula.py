"""Formulas of tariffs: arithmetic over a few names, and nothing else.

A formula is read by Python's own parser and kept as a tree of the nodes listed here; whatever else the parser knows is
refused with a sentence that names the place. Nothing is ever executed: the tree is walked over exact fractions.
Source: BIL-1 (物业费按面积、按户、按读数、按车辆计收; 收费标准公示); the grammar is ours.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.rules.exact import as_decimal
from core.errors import Invalid

MAX_LENGTH = 200
MAX_DEPTH = 20

NAMES: dict[str, Promise] = {
    "area": gettext_lazy("area in m²"),
    "price": gettext_lazy("unit price"),
    "fixed": gettext_lazy("fixed amount"),
    "months": gettext_lazy("months"),
    "reading": gettext_lazy("consumption by the meter"),
    "vehicles": gettext_lazy("number of vehicles"),
    "spaces": gettext_lazy("number of parking spaces"),
    "heads": gettext_lazy("number of residents"),
}
# What people write in Chinese, for the same names.
_CHINESE = {
    "面积": "area", "单价": "price", "固定额": "fixed", "月数": "months", "用量": "reading",
    "车辆数": "vehicles", "车位数": "spaces", "人数": "heads",
}  # fmt: skip
# Signs as a Chinese keyboard gives them; one for one, so that places stay where they are.
_SIGNS = str.maketrans("（）×÷＋－＊／，．　\t\r\n０１２３４５６７８９", "()*/+-*/,.    0123456789")
_STRANGE = re.compile(r"[^A-Za-z0-9_.+\-*/(), \u4e00-\u9fff]")
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")
_WORD = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")


def _whole(value: Fraction) -> Fraction:
    """The nearest whole number, halves away from zero, as money is rounded."""
    up = floor(abs(value) + Fraction(1, 2))
    return Fraction(-up if value < 0 else up)


# Everything that may stand between two numbers, before one, and around some.
_BETWEEN: dict[type[ast.AST], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}
_BEFORE: dict[type[ast.AST], Callable[[Fraction], Fraction]] = {
    ast.UAdd: lambda value: value,
    ast.USub: lambda value: -value,
}
_FUNCTIONS: dict[str, tuple[int, Callable[..., Fraction]]] = {
    "min": (2, min),
    "max": (2, max),
    "round": (1, _whole),
}


class NoPrice(Invalid):
    """By its formula something has no price: it divides by nothing, gives less than nothing or more than a bill is."""


@dataclass(frozen=True)
class Formula:
    """A formula that was read: its text as typed, and the names whose values it needs."""

    text: str
    names: frozenset[str]
    _tree: ast.expr = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> "Formula":
        """Read a formula. Raises `Invalid` with a sentence that names the place where it is none."""
        return _parse(text.strip())

    def value(self, values: Mapping[str, Decimal]) -> Decimal:
        """What it comes to, for the caller to round once. Raises `Invalid` for a missing value or a zero divisor."""
        return as_decimal(self.exact({name: Fraction(value) for name, value in values.items()}))

    def exact(self, values: Mapping[str, Fraction]) -> Fraction:
        """What it comes to, exactly."""
        for name in sorted(self.names):
            if name not in values:
                raise Invalid(_("The formula needs the %(name)s, which is not known here.") % {"name": NAMES[name]})
        return _value(self._tree, values)

    def filled_in(self, words: Mapping[str, str]) -> str:
        """The formula with words in place of its names, as people write it: `89.5 × 2.80`."""
        plain = _WORD.sub(lambda found: words.get(_name_of(found[0]), found[0]), self.text.translate(_SIGNS))
        return re.sub(r"\s*([*/])\s*", lambda found: " × " if found[1] == "*" else " ÷ ", plain)


@lru_cache(maxsize=512)
def _parse(text: str) -> Formula:
    if not text:
        raise Invalid(_("The formula is empty."))
    if len(text) > MAX_LENGTH:
        raise Invalid(_("The formula is longer than %(count)d characters.") % {"count": MAX_LENGTH})
    plain = text.translate(_SIGNS)
    strange = _STRANGE.search(plain)
    if strange:
        raise _wrong(strange.start(), text[strange.start()], _("this sign has no place in a formula"))
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        unfinished = plain[-1] in "+-*/,("
        place = len(text) - 1 if unfinished else min(max((error.offset or 1) - 1, 0), len(text) - 1)
        raise _wrong(place, text[place:], _("here the formula cannot be read")) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Invalid(_("The formula cannot be read.")) from error
    return Formula(text, frozenset(_Reader(plain).names(tree)), tree)


class _Reader:
    """Goes through a tree and lets pass what is known here; sentences quote the formula as it was typed."""

    def __init__(self, text: str) -> None:
        self.text = text

    def names(self, node: ast.expr, depth: int = 1) -> set[str]:
        """The names that the tree uses. Raises `Invalid` at the first node that is not arithmetic."""
        if depth > MAX_DEPTH:
            raise self._wrong(node, _("the formula is nested too deeply here"))
        return {name for inner in self._inside(node) for name in self.names(inner, depth + 1)} | self._own(node)

    def _inside(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.BinOp) and type(node.op) in _BETWEEN:
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and type(node.op) in _BEFORE:
            return [node.operand]
        if isinstance(node, ast.Call):
            return self._arguments(node)
        if isinstance(node, ast.Name | ast.Constant):
            return []
        raise self._wrong(node, _("only + − × ÷, parentheses, min, max and round may stand here"))

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS:
            raise self._wrong(node, _("only min, max and round can be called"))
        count = _FUNCTIONS[name][0]
        if node.keywords or len(node.args) != count:
            raise self._wrong(node, _("%(name)s takes %(count)d values") % {"name": name, "count": count})
        return list(node.args)

    def _own(self, node: ast.expr) -> set[str]:
        """The name that a node is; a number must be written out plainly."""
        if isinstance(node, ast.Name):
            name = _name_of(node.id)
            if name not in NAMES:
                known = ", ".join(NAMES)
                raise self._wrong(node, _("this name is not known; known are %(known)s") % {"known": known})
            return {name}
        if isinstance(node, ast.Constant) and not _NUMBER.fullmatch(self._said(node)):
            raise self._wrong(node, _("write numbers plainly, with at most 9 digits and 6 decimals"))
        return set()

    def _said(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.text, node) or ""

    def _wrong(self, node: ast.expr, why: str) -> Invalid:
        # The parser counts bytes, people count characters.
        place = len(self.text.encode()[: node.col_offset].decode())
        return _wrong(place, self._said(node), why)


def _wrong(place: int, said: str, why: str) -> Invalid:
    shown = said if len(said) <= 20 else f"{said[:20]}…"
    words = {"place": place + 1, "said": shown, "why": why}
    return Invalid(_("Character %(place)d, “%(said)s”: %(why)s.") % words)


def _name_of(word: str) -> str:
    return _CHINESE.get(word, word)


def _value(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    """The value of a tree that `_Reader` let pass."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            above, below = _value(left, values), _value(right, values)
            if isinstance(op, ast.Div) and not below:
                raise NoPrice(_("The formula divides by zero."))
            return _BETWEEN[type(op)](above, below)
        case ast.UnaryOp(op=op, operand=operand):
            return _BEFORE[type(op)](_value(operand, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name][1](*(_value(one, values) for one in args))
        case ast.Name(id=name):
            return values[_name_of(name)]
    return _number(node)


def _number(node: ast.expr) -> Fraction:
    """A number as it was written: `0.1` is a tenth."""
    value = node.value if isinstance(node, ast.Constant) else 0
    # A float of at most 15 digits prints as it was typed.
    return Fraction(str(value))
