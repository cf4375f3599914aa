"""What comes in over the API before anybody looks at it: bodies that are no JSON, moments no calendar holds."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import IO, Any, cast

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BooleanField, TextInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser
from rest_framework.request import Request

from core.moments import is_reckoned
from records.unseen import seen

PAGING = ("cursor", "page_size")
OUT_OF_RANGE = gettext_lazy("Give a moment between the years 1900 and 2999.")


class PlainJson(JSONParser):
    """JSON as DRF reads it, but whatever cannot be read is one sentence, be it nested too deep or no text at all."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Read the body. Raises `ParseError`, also for half a character: no text holds it, and no answer repeats it."""
        try:
            found = super().parse(stream, media_type, parser_context)
            json.dumps(found, ensure_ascii=False).encode()
        except (ParseError, RecursionError, ValueError) as error:  # what cannot be coded is a ValueError
            raise ParseError(_("The body is not JSON that can be read.")) from error
        return cast(dict[str, Any], seen(found))


class PlainUpload(MultiPartParser):
    """An upload as DRF reads it, but what cannot be taken apart is one sentence in the reader's language."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Read the body. Raises `ParseError`."""
        try:
            found = super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(
                _("The upload cannot be read: its form is broken, or the name of a file is too long.")
            ) from error
        data = found.data.copy()
        for name, values in found.data.lists():
            data.setlist(name, seen(values))
        return DataAndFiles(data, found.files)


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


class FlagField(BooleanField):
    """`true` or `false`; anything else is said to be neither, so that no slip of the pen turns a filter off."""

    KNOWN = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]
        """Read the flag, None where it was not sent. Raises `ValidationError`."""
        if value in (None, ""):
            return None
        if str(value).lower() not in self.KNOWN:
            raise ValidationError(_("Say true or false."))
        return self.KNOWN[str(value).lower()]

    def validate(self, value: Any) -> None:
        """Nothing more is asked of it."""


class FlagFilter(django_filters.Filter):  # type: ignore[misc]
    """The filter of every list by yes or no."""

    field_class = FlagField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", TextInput)
        super().__init__(*args, **kwargs)


class OneOfFilter(django_filters.CharFilter):  # type: ignore[misc]
    """A filter by one of the words that there are, which are known only once every app has named its own.

    Another word is refused; an empty page would look as if there were none of that kind.
    """

    def __init__(self, *args: Any, known: Callable[[], Collection[str]], **kwargs: Any) -> None:
        def check(value: str) -> None:
            if value not in known():
                # Not put in here: the filters' own errors put what was sent into the sentence once more.
                raise ValidationError(_("There is no “%(word)s”."), params={"word": value[:60]})

        super().__init__(*args, validators=[check], **kwargs)


class NamedFilters(DjangoFilterBackend):  # type: ignore[misc]
    """Filters of a list; one that the list does not have is refused, so that no typing error shows everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Filter the list. Raises `ValidationError` with the name of what is no filter of it."""
        if request.method == "GET" and not view.detail:
            filters = self.get_filterset_class(view, queryset)
            known = {*PAGING, *(filters.base_filters if filters else ())}
            unknown = {
                name[:60]: _("This list has no such filter.") for name in request.query_params if name not in known
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found


class MomentInput(serializers.DateTimeField):
    """A moment in a body, of the years that are reckoned with."""

    default_error_messages = {"out_of_range": OUT_OF_RANGE}

    def to_internal_value(self, value: Any) -> datetime:
        """Read a moment. Raises `ValidationError` for a year beyond all use."""
        try:
            found: datetime = super().to_internal_value(value)
        except OverflowError:  # the first and the last days there are, in a zone that has them a day off
            self.fail("out_of_range")
        if not is_reckoned(found):
            self.fail("out_of_range")
        return found


class DayInput(serializers.DateField):
    """A day in a body, of the years that are reckoned with."""

    default_error_messages = {"out_of_range": gettext_lazy("Give a day between the years 1900 and 2999.")}

    def to_internal_value(self, value: Any) -> date:
        """Read a day. Raises `ValidationError` for a year beyond all use."""
        found: date = super().to_internal_value(value)
        if not is_reckoned(found):
            self.fail("out_of_range")
        return found


class NumberInput(serializers.FloatField):
    """A number in a body; one beyond all use is said in the reader's language too."""

    default_error_messages = {"overflow": gettext_lazy("This number is too large.")}
