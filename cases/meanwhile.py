"""What somebody missed of a case while a form was open: one answer for the forms of every kind of case."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case, Event
from cases.permissions import reads_all
from cases.queries import Line, last_act, lines_of
from cases.registry import kind_of
from cases.sentences import moment_words
from core.errors import Stale
from core.moments import read_moment
from estate.search import plain_phone
from records.masking import masked_phone
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


MOST_TOLD = 3


def version_if_alone(case: Case, *, by: User, seen: int, aside: Collection[str]) -> int:
    """The version to act on, of a case of which a phone last saw the event `seen`: as read, where nobody came between.

    The person's own doings since then are no surprise to them, nor is what the clocks did, nor the kinds of event
    `aside`. Raises `Stale` with what others did; under `seen_event` the newest event, which is seen with it, and under
    `changed_at` when they did it last.
    """
    after = Event.objects.filter(case=case, pk__gt=seen)
    others = after.exclude(by=None).exclude(by=by).exclude(kind__in=aside).exclude(kind__startswith="clock.")
    missed_events = list(others.select_related("by").order_by("pk"))
    if not missed_events:
        return case.version
    newest = after.order_by("-pk").values_list("pk", flat=True)[0]
    raise Stale(
        _not_done(missed_events, case),
        values={"state": case.state, "seen_event": newest, "changed_at": missed_events[-1].at.isoformat()},
    )


def told(error: Stale, case: Case, reader: User) -> Stale:
    """The refusal of a step on a case that somebody changed, with what they did last, as its page says it to staff."""
    last = last_act(case) if reads_all(reader, case) else None
    if last is None:
        return error
    return Stale(_not_done([last], case), values=error.values)


def _not_done(events: list[Event], case: Case) -> str:
    words = _(
        "Meanwhile: %(what)s Your step has not been carried out. Look at the matter as it stands now, then decide."
    )
    return words % {"what": _told(events, case)}


def _told(events: list[Event], case: Case) -> str:
    """The last few events in words, the oldest first."""
    lines = lines_of(events[-MOST_TOLD:], case, staff=True)
    return " ".join(
        f"{moment_words(line.at.isoformat())} {line.by} {line.sentence}".replace("  ", " ") for line in lines
    )


def phone_beside(form: BaseForm, case: Case) -> dict[str, str]:
    """The number on record, with its stars, beside another one that somebody typed; empty where nobody typed one.

    A form that mends whom to call shows no number; without this a save would put one in another's place unseen.
    """
    typed = str(form["phone"].value() or "") if "phone" in form.fields else ""
    return {"phone": masked_phone(case.contact_phone)} if typed and plain_phone(typed) != case.contact_phone else {}
