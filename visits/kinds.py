"""The kind of case that a callback is."""

from django.utils.translation import gettext_lazy as _

from cases.registry import CaseKind, register
from notifications.sentences import register_sentences
from visits.states import KIND, PHASES, TRANSITIONS, Category, State

register(
    CaseKind(
        key=KIND,
        label=_("Callback"),
        prefix="HF",
        states={state.value: state.label for state in State},
        phases=PHASES,
        transitions=TRANSITIONS,
        page="callback",
        part_of_parent=True,
        parts=lambda: dict(Category.choices),
        sentences={
            "callback.owed": _("A callback is owed."),
            "callback.attempted": _("Not reached (attempt %(attempt)s); next attempt %(next)s."),
            "callback.reached": _("Called back: %(words)s."),
            "callback.contact_amended": _("Mended whom to call."),
            "callback.cancelled": _("The callback is no longer owed."),
        },
    )
)
register_sentences({"callback.dissatisfied": _("%(case)s: not content with %(parent)s: %(text)s")})
