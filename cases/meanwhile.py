"""What somebody missed of a case while a form was open: one answer for the forms of every kind of case."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext as _

from cases.models import Case
from cases.queries import Line, last_act
from cases.registry import kind_of
from core.moments import read_moment
from records.stale import Missed, Pair, pairs


def missed(
    case: Case, *, form: BaseForm | None, now: Mapping[str, Any], post: Mapping[str, Any], events: Iterable[Line]
) -> Missed:
    """What was typed beside what stands `now`, the state then and now, and what happened in between (`events`).

    `post` carries what `parts/seen.html` put into the form: the state and the moment it was shown with.
    """
    found = pairs(form, now) if form is not None else []
    states = kind_of(case.kind).states
    seen = str(post.get("seen", ""))
    if seen and seen != case.state:
        found.append(Pair(_("State"), yours=str(states.get(seen, _("not known"))), now=str(states[case.state])))
    seen_at = read_moment(str(post.get("seen_at", "")))
    lines = [line for line in events if seen_at is not None and line.at > seen_at]
    last = last_act(case)
    return Missed(
        pairs=found,
        who=str(last.by) if last is not None else "",
        at=last.at if last is not None else None,
        lines=lines[::-1],
    )
