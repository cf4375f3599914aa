"""What comes in over the API before anybody looks at it: bodies that are no JSON, moments no calendar holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

import django_filters
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from core.moments import is_reckoned

OUT_OF_RANGE = gettext_lazy("Give a moment between the years 1900 and 2999.")


class PlainJson(JSONParser):
    """JSON as DRF reads it, but whatever cannot be read is one sentence, be it nested too deep or no text at all."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Read the body. Raises `ParseError`."""
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, RecursionError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
            raise ParseError(_("The body is not JSON that can be read.")) from error


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    """A moment of the years that are reckoned with."""

    def to_python(self, value: Any) -> datetime | None:
        """Read a moment. Raises `ValidationError` for a year beyond all use."""
        found: datetime | None = super().to_python(value)
        if found is not None and not is_reckoned(found):
            raise ValidationError(OUT_OF_RANGE)
        return found


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """The filter of every list by a moment."""

    field_class = MomentField


class MomentInput(serializers.DateTimeField):
    """A moment in a body, of the years that are reckoned with."""

    default_error_messages = {"out_of_range": OUT_OF_RANGE}

    def to_internal_value(self, value: Any) -> datetime:
        """Read a moment. Raises `ValidationError` for a year beyond all use."""
        found: datetime = super().to_internal_value(value)
        if not is_reckoned(found):
            self.fail("out_of_range")
        return found
