"""Amounts and other numbers as people type them: plain decimals, in half or full width, never in powers of ten.

One rule for the fields of forms, what the API takes and the cells of a workbook.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from rest_framework import serializers

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
# The full stop of a Chinese keyboard stands where the point of a number is meant.
_STOP = str.maketrans({"。": ".", "｡": "."})


def plain_decimal(typed: str) -> Decimal | None:
    """The number that somebody typed, `１００．５０` too; None for `1e2`, `1_000`, `NaN` and what is no number."""
    written = unicodedata.normalize("NFKC", typed.translate(_STOP)).strip()
    return Decimal(written) if _PLAIN.fullmatch(written) else None


class AmountField(forms.DecimalField):
    """A number in a form, typed as a plain decimal."""

    def to_python(self, value: Any) -> Any:
        """Read it, as a `Decimal`. Raises `ValidationError`."""
        if isinstance(value, str) and value not in self.empty_values and value.strip():
            found = plain_decimal(value)
            if found is None:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            value = found
        return super().to_python(value)


class AmountInput(serializers.DecimalField):
    """A number that comes in over the API, as a number or as a plain decimal in a text."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Read it. Raises `ValidationError`."""
        if isinstance(data, str) and len(data.strip()) <= self.MAX_STRING_LENGTH:
            found = plain_decimal(data)
            if found is None:
                self.fail("invalid")
            data = format(found, "f")
        return super().to_internal_value(data)
