"""What the number of a tax invoice looks like. Pure."""

import re

# 数电票: twenty digits by themselves. Paper and earlier electronic ones: a code of ten or twelve, a number of eight.
DIGITAL = re.compile(r"[0-9]{20}")
CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
NUMBER = re.compile(r"[0-9]{8}")
# 统一社会信用代码 has eighteen; older taxpayers' numbers fifteen to twenty.
TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


def wrong_number(code: str, number: str) -> str:
    """Which of the two is wrong, `code` or `number`; nothing where they fit. Source: BIL-10; 电子发票全国统一号码."""
    if not code:
        return "" if DIGITAL.fullmatch(number) else "number"
    if not CODE.fullmatch(code):
        return "code"
    return "" if NUMBER.fullmatch(number) else "number"


def is_tax_number(text: str) -> bool:
    """Say whether a text is a taxpayer's number; persons have none."""
    return not text or TAX_NUMBER.fullmatch(text) is not None
