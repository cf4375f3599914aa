"""What one may ask of the audit trail."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AuditFilter(forms.Form):
    """Filters of the audit page; all of them live in the address."""

    action = forms.CharField(label=_("What"), max_length=60, required=False)
    by = forms.CharField(label=_("Who"), max_length=150, required=False)
    target = forms.CharField(label=_("About"), max_length=100, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
