"""Every text that somebody may type has a limit of its own, said before a database says it in its words."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.conf import settings
from rest_framework import serializers

from tests.matrix.probe import addresses

pytestmark = pytest.mark.req("SEC-1")
OURS = {*settings.OURS, "servicedesk"}


def classes_below(base: type) -> Iterator[type]:
    """Every class of ours that stands on `base`; the addresses are read first, so that all of them are known."""
    list(addresses())
    waiting = [base]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.split(".")[0] in OURS:
            yield one


def endless(field: Any) -> bool:
    if isinstance(field, forms.DecimalField | forms.FloatField | serializers.DecimalField):
        return False
    if isinstance(field, forms.IntegerField | serializers.IntegerField):
        return field.max_value is None
    return isinstance(field, forms.CharField | serializers.CharField) and field.max_length is None


def test_every_field_of_every_form_ends_somewhere() -> None:
    found = {
        f"{form.__name__}.{name}"
        for form in classes_below(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        # The code of the second factor is compared and kept nowhere.
        if endless(field) and not form.__name__.startswith("SecondFactor")
    }
    assert not found


def test_every_field_of_every_body_ends_somewhere() -> None:
    found = {
        f"{shape.__name__}.{name}"
        for shape in classes_below(serializers.Serializer)
        if shape.__name__.endswith(("Input", "Verb", "In", "Credentials"))
        for name, field in shape().get_fields().items()
        if not field.read_only and endless(field)
    }
    assert not found
