"""The kinds of case that callbacks and home visits are."""

from django.utils.translation import gettext_lazy as _

from cases.registry import CaseKind, register
from notifications.sentences import register_sentences
from visits.states import (
    HOME_VISIT,
    KIND,
    PHASES,
    TRANSITIONS,
    VISIT_PHASES,
    VISIT_TRANSITIONS,
    Category,
    State,
    VisitState,
)

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
register(
    CaseKind(
        key=HOME_VISIT,
        label=_("Home visit"),
        prefix="ZF",
        states={state.value: state.label for state in VisitState},
        phases=VISIT_PHASES,
        transitions=VISIT_TRANSITIONS,
        page="home_visit",
        part_of_parent=True,
        among_jobs=True,
        for_visitors=True,
        sentences={
            "home_visit.planned": _("The visit is planned: %(day)s %(half)s, %(who)s goes."),
            "home_visit.moved": _("The visit was moved: %(day)s %(half)s, %(who)s goes."),
            "home_visit.visited": _("The visit was made: %(outcome)s."),
            "home_visit.cancelled": _("The visit was cancelled."),
            "home_visit.called_off": _("The visit was called off: %(why)s."),
            "home_visit.let_go": _("Nobody goes: %(who)s makes no such visits any more. Decide who goes."),
        },
    )
)
register_sentences(
    {
        "callback.dissatisfied": _("%(case)s: not content with %(parent)s: %(text)s"),
        "home_visit.yours": _("%(case)s: you go to %(where)s, %(day)s %(half)s."),
        "home_visit.not_yours": _("%(case)s: %(who)s goes to %(where)s instead of you."),
        "home_visit.off": _("%(case)s: do not go to %(where)s: %(why)s"),
        "home_visit.nobody": _("%(case)s: nobody goes to %(where)s, as %(who)s makes no such visits any more."),
    }
)
