"""What the desk fills in of a household's car."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from core.numbers import whole_number
from estate.models import ParkingSpace, Person
from estate.queries import spaces_named
from records.forms import DayField


class CarForm(forms.Form):
    """A car's plate, whose it is, where it stands and from when its parking is charged."""

    plate = forms.CharField(
        label=gettext_lazy("Plate"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    person = forms.ChoiceField(label=gettext_lazy("Whose"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), max_length=40, required=False)
    color = forms.CharField(label=gettext_lazy("Colour"), max_length=20, required=False)
    space = forms.CharField(
        label=gettext_lazy("Parking space"),
        max_length=61,
        required=False,
        help_text=gettext_lazy("Its number; where several car parks have the same, the car park before it."),
    )
    started_on = DayField(
        label=gettext_lazy("Parking fee since"),
        required=False,
        help_text=gettext_lazy("Empty: always."),
    )
    ended_on = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Its last day here: it leaves this page and the search, and is charged no longer."),
    )
    # How the row stood when the form was shown.
    stamp = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    field_order = ("stamp", "plate", "person", "brand", "color", "space", "started_on", "ended_on")

    def __init__(self, *args: Any, project: Project, people: Iterable[Person], is_new: bool, **kwargs: Any) -> None:
        """`people` are those whose car it may be."""
        super().__init__(*args, **kwargs)
        self.project, self.people = project, {person.pk: person for person in people}
        choices = [("", _("Nobody in particular")), *((str(pk), person.name) for pk, person in self.people.items())]
        cast(forms.ChoiceField, self.fields["person"]).choices = choices
        if is_new:
            del self.fields["ended_on"]

    def clean_person(self) -> Person | None:
        """The person whose car it is."""
        return self.people.get(whole_number(self.cleaned_data["person"]) or 0)

    def clean_space(self) -> ParkingSpace | None:
        """The parking space that was typed. Raises `ValidationError` for none, or several."""
        typed = self.cleaned_data["space"]
        if not typed:
            return None
        found = spaces_named(self.project, typed)
        if not found:
            raise forms.ValidationError(_("There is no parking space “%(typed)s” in use.") % {"typed": typed})
        if len(found) > 1:
            named = _("; ").join(f"{space.lot} {space.code}".strip() for space in found[:5])
            raise forms.ValidationError(_("Several are called so: %(spaces)s. Type which.") % {"spaces": named})
        return found[0]

    def values(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "stamp"}
