"""Roles: what the admin site takes as their end."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.cast import Cast


def test_an_end_that_lies_ahead_is_refused_for_it_would_hold_at_once(cast: Cast) -> None:
    role = cast.frontdesk.memberships.get()
    role.ended_at = timezone.now() + timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        role.full_clean()
    assert list(refused.value.message_dict) == ["ended_at"]
    role.ended_at = timezone.now()
    role.full_clean()
