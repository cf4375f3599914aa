"""From text to search tokens: pure functions, the same for what is stored and for what is typed."""

import re
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

MAX_TOKEN = 40
MIN_TOKEN = 2
# Characters that are read differently as surnames; pypinyin gives the everyday reading.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "任": "ren",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "尉": "yu",
    "朴": "piao",
    "华": "hua",
    "纪": "ji",
    "翟": "zhai",
    "覃": "qin",
    "缪": "miao",
    "乐": "yue",
    "召": "shao",
    "员": "yun",
    "重": "chong",
    "洗": "xian",
    "冼": "xian",
    "郇": "xun",
    "黑": "he",
    "秘": "bi",
    "繁": "po",
    "晟": "cheng",
    "种": "chong",
    "宓": "mi",
    "尧": "yao",
    "应": "ying",
    "于": "yu",
    "卜": "bu",
    "万": "wan",
    "宁": "ning",
    "燕": "yan",
    "过": "guo",
}
COMPOUND_SURNAMES = {"尉迟": ["yu", "chi"], "长孙": ["zhang", "sun"], "万俟": ["mo", "qi"], "澹台": ["tan", "tai"]}
HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[0-9a-z]+")


def fold(text: str) -> str:
    """Lower case, full-width digits and letters to plain ones, no blanks."""
    plain = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
    return re.sub(r"\s+", "", plain).lower()


def prefixes(word: str, *, shortest: int = MIN_TOKEN) -> set[str]:
    """Every beginning of `word` that is long enough to be worth looking up."""
    word = word[:MAX_TOKEN]
    return {word[:size] for size in range(shortest, len(word) + 1)}


def syllables(name: str) -> list[str]:
    """The pinyin of a person's name, the surname read as a surname."""
    if name[:2] in COMPOUND_SURNAMES:
        return COMPOUND_SURNAMES[name[:2]] + lazy_pinyin(name[2:], style=Style.NORMAL)
    read = lazy_pinyin(name, style=Style.NORMAL)
    if name[:1] in SURNAMES and read:
        read[0] = SURNAMES[name[0]]
    return read


def name_tokens(name: str) -> set[str]:
    """Tokens of a person or organisation: the name and its parts, full pinyin, initials."""
    name = fold(name)
    if not name:
        return set()
    tokens = {name[:MAX_TOKEN], name[0]} | bigrams(name) | prefixes(name)
    if HAN.search(name):
        read = syllables(name)
        tokens |= prefixes("".join(read)) | prefixes("".join(s[:1] for s in read))
    return tokens


def phone_tokens(phone: str) -> set[str]:
    """Tokens of a phone: the whole number and its last four digits, never its beginning."""
    digits = re.sub(r"\D", "", phone)
    return {digits[:MAX_TOKEN], digits[-4:]} - {""} if len(digits) >= 4 else set()


def code_tokens(code: str) -> set[str]:
    """Tokens of a room, plate or document number: every beginning, with and without hyphens, and each part."""
    code = fold(code)
    bare = code.replace("-", "")
    tokens = prefixes(code) | prefixes(bare)
    tokens |= {part for part in code.split("-") if len(part) >= MIN_TOKEN}
    if len(bare) > 5:
        tokens |= {bare[-4:], bare[-5:]}
    return tokens


def bigrams(text: str) -> set[str]:
    """Every two neighbouring Chinese characters."""
    return {run[i : i + 2] for run in HAN.findall(fold(text)) for i in range(len(run) - 1)}


def text_tokens(text: str) -> set[str]:
    """Tokens of free text: bigrams of Chinese, whole words of the rest."""
    spaced = re.sub(r"\s+", " ", text.lower())
    words = {word[:MAX_TOKEN] for word in WORD.findall(spaced) if len(word) >= MIN_TOKEN}
    return bigrams(text) | words


def query_tokens(query: str) -> list[str]:
    """What to look up for a typed query; every token must hit.

    Each blank-separated part is one token when it could be a stored prefix; longer Chinese runs become bigrams, all of
    which must hit.
    """
    found: list[str] = []
    for part in query.split():
        folded = fold(part)
        if HAN.fullmatch(folded) and len(folded) > MIN_TOKEN:
            found += [folded[i : i + 2] for i in range(len(folded) - 1)]
        elif folded:
            found.append(folded[:MAX_TOKEN])
    return found[:12]


def clean(tokens: Iterable[str]) -> set[str]:
    """Tokens that can be stored."""
    return {token[:MAX_TOKEN] for token in tokens if token}
