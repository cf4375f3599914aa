"""Days and moments that people enter, and what one may ask of the audit trail."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.moments import is_reckoned


class DayField(forms.DateField):
    """A day of the years that are reckoned with."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """Read a day. Raises `ValidationError` for a year beyond all use."""
        found = super().to_python(value)
        if found is not None and not is_reckoned(found):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class MomentField(forms.DateTimeField):
    """A moment in the project's zone, of the years that are reckoned with."""

    def to_python(self, value: Any) -> datetime | None:
        """Read the moment."""
        try:
            found = super().to_python(value)
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if found is not None and not is_reckoned(found):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class AuditFilter(forms.Form):
    """Filters of the audit page; all of them live in the address."""

    action = forms.CharField(label=_("Deed"), max_length=60, required=False)
    by = forms.CharField(label=_("Done by (user name)"), max_length=150, required=False)
    target = forms.CharField(label=_("About"), max_length=100, required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Offered, not required: an entry may be of a kind that is no longer written.
        self.fields["action"].widget = forms.Select(choices=[("", _("Everything")), *actions])


class RefusalForm(forms.Form):
    """Why something is refused."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
