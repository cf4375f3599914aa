"""What is filled in about a callback, and about a home visit."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.words import LONGEST_REASON
from records.forms import DayField
from visits.actions import Outcome, Report
from visits.actions.home_visits import LONGEST_MET, LONGEST_REPORT
from visits.states import REPORTED, Half, How, Result

SCORES = (
    (5, _("very good")),
    (4, _("good")),
    (3, _("fair")),
    (2, _("poor")),
    (1, _("bad")),
)
# The keys that choose a result: S satisfied, N not reached, B bad.
KEYS = {
    Result.SATISFIED: ("s", "smile"),
    Result.UNREACHABLE: ("n", "phone-missed"),
    Result.DISSATISFIED: ("b", "frown"),
}
LABELS = {
    Result.SATISFIED: _("Satisfied"),
    Result.UNREACHABLE: _("No answer"),
    Result.DISSATISFIED: _("Not satisfied"),
}


class NumberForm(forms.Form):
    """Another number to call."""

    phone = forms.CharField(
        label=_("New phone"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    )


class CallbackForm(forms.Form):
    """The answer: content with a score, not reached, or not content with what is wrong."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=Result.choices,
        error_messages={"required": _("Choose how the call went.")},
    )
    score = forms.IntegerField(label=_("Score"), required=False, min_value=1, max_value=5)
    how = forms.ChoiceField(label=_("How"), choices=How.choices, required=False)
    text = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "aria-label": _("What was said")}),
    )

    def clean(self) -> dict[str, Any]:
        """A complaint needs its words: they go to whoever mends it."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("result") == Result.DISSATISFIED and not cleaned.get("text", "").strip():
            self.add_error("text", _("Write down what is not good, so that it can be mended."))
        return cleaned

    def outcome(self) -> Outcome:
        """The answer as the action takes it; a score belongs to a call that reached somebody."""
        given = self.cleaned_data
        reached = given["result"] != Result.UNREACHABLE
        return Outcome(
            result=given["result"],
            score=given["score"] if reached else None,
            text=given["text"],
            how=given["how"] or How.PHONE,
        )

    def scores(self) -> list[dict[str, Any]]:
        """The scores as the page offers them."""
        chosen = str(self["score"].value() or "")
        return [{"value": value, "label": label, "chosen": chosen == str(value)} for value, label in SCORES]

    def results(self) -> list[dict[str, Any]]:
        """The results as the page offers them, each with its key."""
        chosen = self["result"].value() or ""
        return [
            {"value": result.value, "label": LABELS[result], "key": key, "icon": icon, "chosen": chosen == result.value}
            for result, (key, icon) in KEYS.items()
        ]


# --- home visits -----------------------------------------------------------------------------------------------------
def _area(label: Any, *, required: bool = True, longest: int = LONGEST_REASON) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": 3}))


class PlanFields(forms.Form):
    """Who goes there, on which day, when on it."""

    on = DayField(label=_("Day"))
    half = forms.ChoiceField(label=_("When"), choices=Half.choices, initial=Half.EVENING, widget=forms.RadioSelect)
    visitor = forms.ChoiceField(label=_("Who goes there"))
    reason = _area(_("Reason"), required=False)

    def offer(self, people: Sequence[User]) -> None:
        """Let one of the people be chosen."""
        self.people = {str(user.pk): user for user in people}
        choices = [("", gettext("Choose")), *((pk, str(user)) for pk, user in self.people.items())]
        self.fields["visitor"].choices = choices  # type: ignore[attr-defined]

    def clean_visitor(self) -> User:
        """The person that was chosen."""
        return self.people[self.cleaned_data["visitor"]]


class ReportFields(forms.Form):
    """How the visit went: what came of it, who was met, what was said, what comes next."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=REPORTED, widget=forms.RadioSelect)
    met = forms.CharField(label=_("Who was met"), max_length=LONGEST_MET, required=False)
    report = _area(_("How the visit went"), longest=LONGEST_REPORT)
    next_step = _area(_("What comes next"))
    photo = forms.FileField(
        label=_("Photo"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"})
    )

    def reported(self) -> Report:
        """The report as the action takes it."""
        rest = dict(self.cleaned_data)
        return Report(said=rest.pop("report"), **rest)


class CancelForm(forms.Form):
    """Why nobody goes."""

    reason = _area(_("Reason"))
