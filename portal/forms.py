"""A resident's complaint as a form: words are enough."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from estate.models import Unit
from portal.actions import Told
from portal.states import About

LONGEST = 5000


class ComplainForm(forms.Form):
    """What happened, whom it is about, what is asked."""

    unit = forms.ChoiceField(label=pgettext_lazy("use of a unit", "Home"))
    about = forms.ChoiceField(label=_("What is it about?"), choices=About.choices, widget=forms.RadioSelect)
    description = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write down what happened.")},
    )
    about_words = forms.CharField(label=_("Who was it? A name, a uniform, a shift"), required=False, max_length=100)
    demand = forms.CharField(
        label=_("What do you ask for?"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    reachable = forms.CharField(label=_("When can we reach you?"), required=False, max_length=100)

    def __init__(self, *args: Any, homes: Sequence[Unit], **kwargs: Any) -> None:
        """`homes` are the person's own; where there is one it is not asked for."""
        super().__init__(*args, **kwargs)
        self.homes = {str(unit.pk): unit for unit in homes}
        field = self.fields["unit"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(pk, unit.number) for pk, unit in self.homes.items()]
        if len(self.homes) == 1:
            field.required = False
            field.widget = forms.HiddenInput()

    def told(self) -> Told:
        """The complaint, from a valid form."""
        given = dict(self.cleaned_data)
        unit = self.homes.get(given.pop("unit")) or next(iter(self.homes.values()))
        return Told(unit=unit, **{name: value.strip() for name, value in given.items()})
