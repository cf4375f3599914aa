"""By which words units, people and vehicles are found: pure, the same for what is stored and for what is typed."""

import re
import unicodedata
from collections.abc import Iterable

from records.search import code_tokens, fold, name_tokens, phone_tokens, prefixes

UNIT = "unit"
PERSON = "person"
VEHICLE = "vehicle"

# 3栋2单元1501室, 3号楼2单元1501, 3#2-1501 and 3/2/1501 all mean 3-2-1501.
ROOM_WORDS = re.compile(r"(?<=[0-9a-z])(?:号楼|号|栋|幢|座|单元|梯|室|房|[#./·、—–_])+")
WHOLE_HOUSE = re.compile(r"(?:栋|幢|座|楼|单元|梯)$")
PLATE = re.compile(r"[\u3400-\u9fff][a-z][·.-]?[0-9a-z]{4,6}[\u3400-\u9fff]?")
MOBILE = re.compile(r"(?:\+?86|0086|0)?(1[3-9]\d{9})")
DIALLED = re.compile(r"[0-9+().·—–-]+")
SHORTEST_PHONE, LONGEST_PHONE = 5, 20
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")
# Digits that begin like a mobile number or like an area code, and have too few or too many to be one.
BROKEN = re.compile(r"1[3-9]\d{5,9}|1[3-9]\d{10,}|0[1-9]\d{0,7}")


def plain_phone(raw: str) -> str:
    """Digits of a phone number as the register holds them: without +86 and the 0 that some exchanges put before it."""
    digits = re.sub(r"[^\d+]", "", fold(raw))
    mobile = MOBILE.fullmatch(digits)
    return mobile[1] if mobile else digits.replace("+", "")


def cannot_be_dialled(raw: str) -> bool:
    """Say whether a number was given that no phone dials: with letters, fewer than 5 digits or more than 20.

    Nor does one dial a mobile number with a digit too few or too many, or an area code without a whole number.
    """
    folded = fold(raw)
    if not folded:
        return False
    digits = plain_phone(folded)
    if DIALLED.fullmatch(folded) is None or not SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE:
        return True
    return BROKEN.fullmatch(digits) is not None and MOBILE.fullmatch(digits) is None


def plain_room(raw: str) -> str:
    """A room as people say or write it, in the register's form: 3栋2单元1501室 becomes 3-2-1501, 3栋 becomes `3-`."""
    folded = fold(raw)
    if PLATE.fullmatch(folded):
        return plain_plate(folded)
    plain = ROOM_WORDS.sub("-", folded)
    return plain.lstrip("-") if WHOLE_HOUSE.search(folded) else plain.strip("-")


def plain_plate(raw: str) -> str:
    """A plate without the dot that some write after its letter."""
    return re.sub(r"[·.\s-]", "", fold(raw))


def typed(query: str) -> str:
    """What somebody typed into the search box, in the forms that are stored; blanks still part the words.

    A phone typed in groups becomes one number, a room said as 3 2 1501 its number; the rest stays word by word.
    """
    words = [fold(word) for word in query.split()]
    together = "".join(words)
    if re.fullmatch(r"[\d+-]+", together):
        if MOBILE.fullmatch(together.replace("-", "")) or LANDLINE.fullmatch(together):
            return plain_phone(together)
        return "-".join(words)
    return " ".join(plain for plain in (plain_room(word) for word in words) if plain)


def unit_tokens(number: str) -> set[str]:
    """Tokens of a unit: `3-2-1501`, `321501`, `2-1501`, `1501` and every beginning of them."""
    plain = plain_room(number)
    within = plain.partition("-")[2]
    return code_tokens(plain) | code_tokens(number) | prefixes(within) | prefixes(plain.rpartition("-")[2])


def unit_rank(number: str) -> int:
    """Order of units that one beginning finds: the shortest first, so that the room typed in full leads."""
    return -len(number)


def person_tokens(name: str, phones: Iterable[str], units: Iterable[str]) -> set[str]:
    """Tokens of a person: name, pinyin and initials, phones; and the own rooms in full, for 1501 张."""
    tokens = name_tokens(name)
    for phone in phones:
        tokens |= phone_tokens(plain_phone(phone))
    for number in units:
        plain = plain_room(number)
        tokens |= {plain, plain.replace("-", ""), plain.rpartition("-")[2]}
    return tokens


def kept_plate(raw: str) -> str:
    """A plate as the register keeps it: in capitals, without dots, blanks and strokes."""
    return re.sub(r"[\s·.\-]", "", unicodedata.normalize("NFKC", raw)).upper()


def vehicle_tokens(plate: str) -> set[str]:
    """Tokens of a plate: every beginning with and without the province, and its last four and five."""
    plain = plain_plate(plate)
    tokens = code_tokens(plain) | code_tokens(plain[1:])
    return tokens | {plain[-size:] for size in (4, 5) if len(plain) > size}
