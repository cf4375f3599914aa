"""Turning one cell, however Excel and people left it, into a value.

Every reader takes a `Cell` that is not blank and returns the value, warns on the cell, or raises `CellError`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from estate.workbooks import CellValue, clean_text
from records.amounts import plain_decimal

T = TypeVar("T")

EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
# What the companies' own instructions tell people to write where nothing is known.
NO_PHONE = "18999999999"
NO_ID_NUMBER = "11010519491231002X"
NO_AGE = 1
NO_LAYOUT = "10102"

_EXACT_INTEGER = 10**15
_DATE_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_DATE_TEXT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
# A unit's number joins three of these and has room for 60 characters.
_CODE = re.compile(r"[^\s\-/\\#,;，；、]{1,19}")
_CODE_SUFFIX = re.compile(r"(?<=[0-9A-Za-z])(?:号楼|号|栋|幢|座|楼|单元|室)$")
# Exports of ours put an apostrophe before what a spreadsheet would take for a formula.
_ESCAPE = re.compile(r"^'(?=[=+\-@])")
_SEPARATORS = re.compile(r"[#,;/、，；\n|]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?|400\d{7}|800\d{7}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


class CellError(Exception):
    """The cell holds no usable value; `code` and `params` make the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass
class Cell:
    """One cell being read, and the warnings it gathered."""

    raw: CellValue
    date1904: bool = False
    warnings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def warn(self, code: str, **params: Any) -> None:
        """Note something that does not keep the row out."""
        self.warnings.append((code, params))

    @property
    def text(self) -> str:
        """The cell as a person reads it: 1.38E10 is 13800000000, 1001.0 is 1001."""
        return text_of(self.raw)


def text_of(raw: CellValue) -> str:
    """Any cell value as the text a person sees; never in exponent form."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return _plain_number(Decimal(format(raw, ".15g")))
    if isinstance(raw, int | Decimal):
        return _plain_number(Decimal(raw))
    if isinstance(raw, date):
        return _date_text(raw)
    return "" if raw is None else _ESCAPE.sub("", clean_text(str(raw)))


def _date_text(raw: date) -> str:
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return raw.isoformat()


def _plain_number(number: Decimal) -> str:
    if not number.is_finite():
        return str(number)
    return format(number.to_integral_value() if number == number.to_integral_value() else number, "f")


def text(cell: Cell, *, limit: int = 200) -> str:
    """Free text of at most `limit` characters."""
    value = cell.text
    if len(value) > limit:
        raise CellError("too_long", limit=limit)
    return value


def code(cell: Cell) -> str:
    """A building, entrance, room or other short number: `3`, `3栋` and 3.0 are all `3`."""
    if isinstance(cell.raw, date):
        raise CellError("date_for_code")
    value = _drop_zero_fraction(unicodedata.normalize("NFKC", cell.text).replace(" ", ""))
    value = _CODE_SUFFIX.sub("", value)
    if not _CODE.fullmatch(value):
        raise CellError("bad_code")
    return value


def _drop_zero_fraction(value: str) -> str:
    """`1001.0` typed as text is the room 1001; `1.38E+10` the number it stands for."""
    if re.fullmatch(r"\d+\.0+", value) or re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d{1,2}", value):
        return _plain_number(Decimal(value))
    return value


def number(cell: Cell) -> Decimal:
    """A number that is not negative, however it is typed (`94.56`, `94.56㎡`, `1,200 元`)."""
    if isinstance(cell.raw, bool | date):
        raise CellError("not_number")
    typed = unicodedata.normalize("NFKC", cell.text).replace(",", "").replace(" ", "")
    typed = re.sub(r"(m2|平方米|平米|元|¥|￥)", "", typed)
    value = plain_decimal(typed)
    if value is None:
        raise CellError("not_number")
    if value < 0:
        raise CellError("negative")
    if value >= Decimal(10) ** 8:
        raise CellError("too_large", limit=10**8)
    return value


def decimals(cell: Cell, places: int) -> Decimal:
    """A number rounded to `places` digits, with a warning where that changed it."""
    value = number(cell)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded != value:
        cell.warn("rounded", value=rounded)
    return rounded


def hundredths(cell: Cell) -> Decimal:
    """An area in m² or an amount in yuan, to two decimals."""
    return decimals(cell, 2)


def cents(cell: Cell) -> Decimal:
    """An amount of money in yuan. Parts of a cent are refused: rounding would change what somebody owes."""
    value = number(cell)
    if value != value.quantize(Decimal("0.01")):
        raise CellError("part_of_a_cent")
    return value.quantize(Decimal("0.01"))


def unit_price(cell: Cell) -> Decimal:
    """A price per m² or per reading in yuan, to four decimals."""
    return decimals(cell, 4)


def whole(cell: Cell) -> int:
    """A whole number from 0 to 9999."""
    value = number(cell)
    if value != value.to_integral_value():
        raise CellError("not_whole")
    if value > 9999:
        raise CellError("too_large", limit=9999)
    return int(value)


def floor(cell: Cell) -> int:
    """A storey: a whole number, basements below zero (`-1`, `B1`, `负1`)."""
    typed = unicodedata.normalize("NFKC", cell.text).upper().replace(" ", "")
    typed = re.sub(r"(层|楼|F)$", "", re.sub(r"^(B|负)", "-", typed))
    match = re.fullmatch(r"-?\d{1,3}(?:\.0+)?", typed)
    if isinstance(cell.raw, bool | date) or not match:
        raise CellError("not_whole")
    return int(Decimal(typed))


def day(cell: Cell) -> date:
    """A date: a real one, text like `2020-6-10` or `2020年6月10日`, eight digits, or a bare serial like 42370."""
    if isinstance(cell.raw, datetime):
        return _plausible(cell.raw.date())
    if isinstance(cell.raw, date):
        return _plausible(cell.raw)
    return day_of(cell.text, date1904=cell.date1904)


def day_of(typed: str, *, date1904: bool = False) -> date:
    """The date a text stands for; see `day`."""
    typed = unicodedata.normalize("NFKC", typed).strip()
    if match := _DATE_TEXT.fullmatch(typed):
        return _calendar_day(*map(int, match.groups()))
    if re.fullmatch(r"\d{8}", typed):
        return _calendar_day(int(typed[:4]), int(typed[4:6]), int(typed[6:]))
    if re.fullmatch(r"\d{5}(?:\.\d+)?", typed) and int(typed[:5]) in _DATE_SERIALS:
        epoch = CALENDAR_MAC_1904 if date1904 else CALENDAR_WINDOWS_1900
        found = from_excel(int(typed[:5]), epoch)
        if isinstance(found, datetime):
            return found.date()
    raise CellError("not_a_date")


def _calendar_day(year: int, month: int, day_: int) -> date:
    try:
        return _plausible(date(year, month, day_))
    except ValueError as wrong:
        raise CellError("not_a_date") from wrong


def _plausible(value: date) -> date:
    if not 1900 <= value.year <= 2199:
        raise CellError("not_a_date")
    return value


def parts(cell: Cell) -> tuple[str, ...]:
    """The values of a cell that holds several joined by `#` (`1#2`)."""
    joined = unicodedata.normalize("NFKC", cell.text)
    return tuple(_drop_zero_fraction(part.strip()) for part in joined.split("#"))


def split_list(value: str) -> tuple[str, ...]:
    """Several names or numbers in one cell, separated as people do: comma, 、, slash, semicolon, #, new line."""
    return tuple(part for part in (clean_text(part) for part in _SEPARATORS.split(value)) if part)


def yes(cell: Cell) -> bool:
    """有 or 是, 无 or 否."""
    if isinstance(cell.raw, bool):
        return cell.raw
    return choice(cell, _YES_NO)


_YES_NO: Mapping[str, bool] = {
    "有": True, "是": True, "有电梯": True, "Y": True, "TRUE": True, "1": True,
    "无": False, "没有": False, "否": False, "无电梯": False, "N": False, "FALSE": False, "0": False,
}  # fmt: skip


def choice(cell: Cell, meanings: Mapping[str, T]) -> T:
    """What the cell's code or word means; 1001, `1001` and 1001.0 are one code."""
    typed = _drop_zero_fraction(unicodedata.normalize("NFKC", cell.text).replace(" ", "").upper())
    if typed not in meanings:
        raise CellError("unknown_choice", choices="、".join(meanings))
    return meanings[typed]


def one_of(meanings: Mapping[str, T]) -> Callable[[Cell], T]:
    """A reader of cells that hold one of these codes or words."""

    def read(cell: Cell) -> T:
        return choice(cell, meanings)

    return read


def phones(cell: Cell) -> tuple[str, ...]:
    """The phone numbers of a cell, digits only (an extension after a dash), without the placeholder that means none.

    A mobile number has 11 digits. Anything else that could be dialled only earns a warning: landlines, extensions
    and numbers abroad are real, and a household must not stay out of the register because of a digit that the desk will
    notice at the first call. What cannot be dialled at all is an error: it is another column's content.
    """
    raw = cell.raw
    typed = text_of(raw) if isinstance(raw, int | float | Decimal) else str(raw)
    found: list[str] = []
    for part in _SEPARATORS.split(unicodedata.normalize("NFKC", typed)):
        phone = _phone(part, cell)
        if phone and phone != NO_PHONE and phone not in found:
            found.append(phone)
    return tuple(found)


def _phone(part: str, cell: Cell) -> str:
    typed = _drop_zero_fraction(re.sub(r"[\s()]", "", clean_text(part)))
    if not typed or "***" in typed:  # masked in an export of ours: says nothing
        return ""
    digits = re.sub(r"^(\+?86)(?=1[3-9]\d{9}$)", "", typed.replace("-", ""))
    if _MOBILE.fullmatch(digits):
        return digits
    if len(typed) > 20 or not re.fullmatch(r"\+?\d{5,19}", digits):
        raise CellError("not_a_phone")
    if _LANDLINE.fullmatch(digits):
        return digits
    if not _LANDLINE.fullmatch(typed):
        cell.warn("phone_unusual")
    return typed


def _kept_whole(number: int | float | Decimal) -> bool:
    """Say whether Excel keeps a number of this size digit by digit; what is no number at all was not kept."""
    if isinstance(number, Decimal) and number.is_nan():
        return False
    return -_EXACT_INTEGER < number < _EXACT_INTEGER


def id_number(cell: Cell) -> str | None:
    """An identity document's number, None for the placeholder; doubts about a resident ID number are warnings.

    Raises:
        CellError: Excel held it as a number and lost its last digits.
    """
    if isinstance(cell.raw, int | float | Decimal) and not _kept_whole(cell.raw):
        raise CellError("digits_lost")
    value = unicodedata.normalize("NFKC", cell.text).replace(" ", "").upper()
    if value == NO_ID_NUMBER:
        return None
    if len(value) > 40:
        raise CellError("too_long", limit=40)
    if not re.fullmatch(r"\d{17}[\dX]", value):
        cell.warn("id_unusual")
    elif not id_number_is_valid(value):
        cell.warn("id_checksum")
    return value


def id_numbers(cell: Cell) -> tuple[str | None, ...]:
    """The ID numbers of several people, separated like their names."""
    if not isinstance(cell.raw, str):
        return (id_number(cell),)
    return tuple(id_number(Cell(part, warnings=cell.warnings)) for part in split_list(cell.raw))


def id_number_is_valid(value: str) -> bool:
    """Whether a resident ID number's birth date exists and its check digit is right.

    Source: GB 11643-1999, the check by ISO 7064 MOD 11-2.
    """
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", value):
        return False
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, value, strict=False))
    return _ID_CHECKS[total % 11] == value[17]


def masked_id(value: str) -> str:
    """An ID number as error lists may show it: its last four characters."""
    return "*" * max(len(value) - 4, 0) + value[-4:]
