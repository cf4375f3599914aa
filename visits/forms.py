"""What a caller fills in after a callback."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.actions import Outcome
from visits.states import How, Result

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
