"""What answers might tell beside what they show: counts, filters and pages that know of rows one may not see."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import time_machine
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from estate.models import Person, Vehicle
from notifications.models import Message
from records.models import AuditEntry
from tests.matrix.probe import Prober, addresses
from tests.matrix.rows import FAR, MINE, NONE, SEES, THEIRS, Places
from tests.matrix.table import TABLE
from tests.matrix.world import FOREIGN, NEIGHBOUR, OWN, Place, happens_more

NOWHERE = "999999999"
COLUMN = "contact_phone"
# What the parameters of the pages ask for. Those of the API are found: every filter of a collection.
PAGES = {
    "tickets": {"q": "number unit phone tail name title", "handler": "user", "department": "department"}
    | {"building": "building", "after": "cursor"},
    "ticket_export": {"q": "number name", "handler": "user"},
    "search": {"q": "number unit phone tail name title plate"},
    "room_lookup": {"unit": "unit"},
    "room_home": {"unit": "unit"},
    "call": {"number": "phone", "unit": "unit"},
    "contacts": {"staff": "user"},
    "complaints": {"unit": "unit", "department": "department", "building": "building"},
    "callbacks": {"open": "callback"},
    "home_visits": {"who": "user"},
    "dispatch": {"ticket": "number"},
    "intake": {"contact": "contact", "done": "number", "draft": "draft", "unit": "unit"},
    "contact_new": {"unit": "unit"},
    "audit": {"by": "username", "target": "number", "before": "entry"},
    "inbox": {"before": "message"},
}
FILTERS = {
    "project": "project",
    "unit": "unit",
    "building": "code",
    "number": "unit number",
    "name": "name",
    "plate": "plate",
    "handler": "username",
    "cashier": "username",
    "parent": "done",
    "case": "number",
    "technician": "username",
    "department": "department",
}
# Whoever works or lives in a project knows what it is called and who works there.
COMPANY_KNOWS = {"user", "username", "department", "building", "code", "project"}
# What the API might take without saying so.
UNNAMED = {"ordering": "column", "search": "name phone", "q": "phone number", "phone": "phone", "person": "person"} | {
    "id": "person",
    "contact_phone": "phone",
    "case__number": "number",
    "person__name": "name",
}


@dataclass(frozen=True)
class Question:
    """A parameter of an address, asked with what is somebody else's, and with what is nobody's."""

    path: str
    param: str
    foreign: str
    nothing: str

    def difference(self, prober: Prober, role: str) -> str:
        """What of the two answers differs beside the words that were asked with; nothing where they are alike."""
        first, second = (self._told(prober, role, value) for value in (self.foreign, self.nothing))
        lines = difflib.unified_diff(first, second, n=0, lineterm="")
        return f"{self.path}?{self.param}={self.foreign}: {' '.join(list(lines)[:8])}" if first != second else ""

    def _told(self, prober: Prober, role: str, value: str) -> list[str]:
        cache.clear()
        answer = prober.ask_path(role, "GET", f"{self.path}?{self.param}={quote(value)}")
        status, text = answer.bare
        # Short numbers and names of columns stand on pages for other reasons too.
        common = self.foreign == COLUMN or (self.foreign.isdigit() and len(self.foreign) < 4)
        lead = f'{self.param}=|name="{self.param}" value="' if common else ""
        for form in {value, quote(value), quote(value, safe="")}:
            text = re.sub(rf"({lead}){re.escape(form)}(?![0-9])", r"\1*", text)
        return [str(status), *text.splitlines()]


def values(place: Place) -> dict[str, tuple[str, str]]:
    """What belongs to a place, by kind, each beside its like that belongs to nobody."""
    ticket = Case.objects.get(number=place.ids["ticket"]["number"])
    person = Person.objects.get(pk=str(place.ids["person"]["pk"]))
    plate = Vehicle.objects.get(pk=str(place.ids["vehicle"]["pk"])).plate
    message = Message.objects.get(pk=str(place.ids["message"]["pk"]))
    entry = AuditEntry.objects.filter(project=place.project).earliest("pk")
    numbers = {kind: str(place.ids[kind]["number"]) for kind in ("ticket", "done", "contact", "callback")}
    department = place.project.departments.earliest("pk")
    return {
        "number": (numbers["ticket"], numbers["ticket"][:-4] + "9876"),
        **{kind: (numbers[kind], numbers[kind][:-4] + "9876") for kind in ("done", "contact", "callback")},
        "unit": (place.unit.number, "8-7-876"),
        "phone": (place.phone, place.phone[:3] + "0000" + place.phone[-4:]),
        "tail": (place.phone[-4:], "9182"),
        "name": (person.name, "zqnobodyqz"),
        "title": (ticket.title, "zqnothingqz"),
        "plate": (plate, "浙A00000"),
        "user": (str(place.desk.pk), NOWHERE),
        "username": (place.technician.username, "nobody"),
        "department": (str(department.pk), NOWHERE),
        "building": (str(place.unit.building_id), NOWHERE),
        "code": (place.unit.building.code, "77"),
        "project": (place.project.code, "nowhere"),
        "person": (str(person.pk), NOWHERE),
        "message": (str(message.pk), NOWHERE),
        "entry": (str(entry.pk), NOWHERE),
        "draft": (next(name for name in (OWN, NEIGHBOUR, FOREIGN) if name in person.name), "nothing"),
        "cursor": (f"-~{ticket.pk}", f"-~{ticket.pk + 1}"),
        "column": (COLUMN, "no_such_column"),
    }


def questions(place: Place, role: str) -> Iterator[Question]:
    """Every parameter of every list that could be asked about a thing of the place that the role is not to know of."""
    known = values(place)
    colleagues = (role == "frontdesk2") == (place.project.code == "demo2")
    for name, params in {**PAGES, **api_filters()}.items():
        path = reverse(name, kwargs=dict(TABLE[name].given))
        for param, kinds in params.items():
            for kind in kinds.split():
                if kind in COMPANY_KNOWS and colleagues:
                    continue
                yield Question(path, param, *known[kind])


def api_filters() -> dict[str, dict[str, str]]:
    """The filters of the API's collections that name a thing."""
    found = {}
    for name, pattern in addresses():
        if name.endswith("-list"):
            view = pattern.callback.cls  # type: ignore[attr-defined]  # a view set's
            own = view.filterset_class.get_filters() if getattr(view, "filterset_class", None) else ()
            found[name] = {param: FILTERS[param] for param in own if param in FILTERS} | UNNAMED
    return found


def unknown_filters() -> set[str]:
    """Filters that this file says nothing about; those of states, kinds and moments name no thing."""
    said = {
        *FILTERS,
        "kind",
        "state",
        "phase",
        "category",
        "urgency",
        "open",
        "status",
        "current",
        "method",
        "owed",
        "held",
        "standing",
        "day",
        "key",
        "charge",
        "result",
        "grade",
        "outcome",
        "cause",
        "on",
    }
    found: set[str] = set()
    for name, pattern in addresses():
        filters = getattr(getattr(pattern.callback, "cls", None), "filterset_class", None)
        if name.endswith("-list") and filters:
            found |= {param for param in filters.get_filters() if not re.search("_after|_before", param)}
    return found - said


def hidden_from(role: str) -> Places:
    """The places of which a role sees no matter."""
    return (MINE | THEIRS | FAR) - SEES["ticket"].get(role, NONE) - SEES["person"].get(role, NONE)


def everything_read(prober: Prober, role: str) -> dict[str, tuple[int, str]]:
    """Every address that is read, as the role reads it, about what it sees or would like to."""
    place = FOREIGN if role == "frontdesk2" else OWN
    found = {}
    for name, row in TABLE.items():
        if row.reads is not None:
            ids = (prober.world.ids(row.thing, place) if row.thing else {}) | dict(row.given)
            cache.clear()
            found[name] = prober.ask(role, "GET", name.split()[0], ids).bare
    return found


def told_by_what_is_hidden(prober: Prober, role: str) -> list[str]:
    """The addresses whose answer to a role is another once more has happened where the role sees nothing."""
    with time_machine.travel(timezone.now(), tick=False), transaction.atomic():
        before = everything_read(prober, role)
        for place in hidden_from(role):
            happens_more(prober.world.places[place], f"hidden{place}")
        after = everything_read(prober, role)
        transaction.set_rollback(True)
    return [f"{name}: {_difference(before[name], after[name])}" for name in before if before[name] != after[name]]


def _difference(first: tuple[int, str], second: tuple[int, str]) -> str:
    lines = difflib.unified_diff(first[1].splitlines(), second[1].splitlines(), n=0, lineterm="")
    return f"{first[0]}, {second[0]} {' '.join(list(lines)[:8])}"
