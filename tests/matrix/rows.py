"""The shape of the matrix: roles, whose things of a kind each sees, and what a row of its table says of an address.

Written from what the roles are for, not from the code. `SEES` says whose things of a kind a role sees; `reads` and
`writes` narrow it to the roles an address is for. Whoever sees a thing and may not do this to it is refused; whoever
does not see it gets the answer of what does not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from cases.models import Event
from tests.cast import NOON
from tests.matrix.world import (
    APPROVALS,
    AUDIT,
    CASES,
    COMPANY,
    DRAFTS,
    FOREIGN,
    INBOX,
    MISSING,
    NEIGHBOUR,
    NOTES,
    OWN,
    REGISTER,
    ROLES,
    STAFF,
    WORKBOOKS,
    World,
)

Places = frozenset[str]
NONE: Places = frozenset()
BOTH: Places = frozenset({OWN, NEIGHBOUR})
MINE, THEIRS, FAR = frozenset({OWN}), frozenset({NEIGHBOUR}), frozenset({FOREIGN})

SIGNED_IN = frozenset(ROLES) - {"anonymous"}
RESIDENTS = frozenset({"resident", "resident2"})
EVERY_STAFF = frozenset({*STAFF, "frontdesk2"})
FRONT = frozenset({"frontdesk", "frontdesk2"})
LEADERS = frozenset({"supervisor", "gm", "head"})
DESK = FRONT | {"supervisor", "admin"}
CALLERS = FRONT | {"supervisor", "gm"}
WORKERS = LEADERS | {"technician"}
PRINTERS = FRONT | LEADERS | {"admin", "technician"}
READERS = FRONT | {"cashier", "supervisor", "gm", "quality", "admin"}
EXPORTERS = frozenset({"supervisor", "gm", "quality", "admin"})
IMPORTERS = frozenset({"supervisor", "admin"})
RULES = frozenset({"supervisor", "gm", "quality", "admin"})
ADMIN, GM = frozenset({"admin"}), frozenset({"gm"})
OVERSEERS = frozenset({"supervisor", "gm", "admin"})
FIGURES = frozenset({"supervisor", "gm", "quality"})
CASHIER = frozenset({"cashier"})
BILLERS = frozenset({"cashier", "supervisor"})
ARRANGERS = FRONT | BILLERS
MONEY_STAFF = frozenset({"frontdesk", "frontdesk2", "cashier", "supervisor", "gm"})
# Who works at a desk asks for office costs; technicians and guards do not.
ASKERS = EVERY_STAFF - {"technician", "guard"}
MONEY_LEADERS = frozenset({"cashier", "supervisor", "gm"})
DECIDERS = frozenset({"supervisor", "gm"})
COLLECTORS = frozenset({"cashier", "supervisor", "gm"})
NOBODY: frozenset[str] = frozenset()


def _sees(both: set[str], *, technician: bool = False, residents: bool = False) -> dict[str, Places]:
    found = dict.fromkeys(both, BOTH) | {"frontdesk2": FAR}
    if technician:
        found["technician"] = MINE
    if residents:
        found |= {"resident": MINE, "resident2": THEIRS}
    return found


WIDE = {"frontdesk", "supervisor", "gm", "quality", "admin"}
TICKET = _sees(WIDE | {"head"}, technician=True, residents=True)
TO_STAFF = _sees(WIDE | {"head"}, technician=True)
DESK_CASE = _sees(WIDE)
MONEY = _sees({"frontdesk", "cashier", "supervisor", "gm"}, residents=True)
SEES: dict[str, Mapping[str, Places]] = {
    "ticket": TICKET,
    "complaint": TICKET,
    # Whoever lives there wrote it.
    "written": TICKET,
    "measure": TO_STAFF,
    "done": TICKET,
    "case": TICKET,
    "file": TICKET,
    "paper": TO_STAFF,
    "clock": TICKET,
    "case_clock": TO_STAFF,
    "contact": DESK_CASE,
    "callback": DESK_CASE,
    "home_visit": _sees(WIDE | {"cashier"}),
    "person": _sees(WIDE | {"cashier"}, residents=True),
    "home": _sees(WIDE | {"cashier"}, residents=True),
    "household": _sees(WIDE | {"cashier"}, residents=True),
    "unit": _sees(WIDE | {"cashier"}, residents=True),
    # Neighbours live in one building.
    "building": _sees(WIDE | {"cashier"}) | dict.fromkeys(RESIDENTS, BOTH),
    "vehicle": _sees(WIDE | {"cashier"}),
    "bill": MONEY,
    "payment": MONEY,
    "receipt": MONEY,
    "receipt_print": MONEY,
    "meter": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    "run": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    "shared_cost": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    "deposit": MONEY,
    # A cashier's own day, and those who lead.
    "day": dict.fromkeys({"cashier", "supervisor", "gm"}, BOTH),
    "taker": dict.fromkeys(DECIDERS, BOTH),
    **dict.fromkeys(("door", "carried", "door_paper", "hand_in"), _sees({"frontdesk", "cashier", "supervisor", "gm"})),
    "refund": MONEY,
    "proof": dict.fromkeys(DECIDERS, BOTH),
    "invoice": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    # Whoever works with money sees all of them; the desk asked for each.
    "office_cost": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    "office_file": _sees({"frontdesk", "cashier", "supervisor", "gm"}),
    "order": MONEY,
    "arrears": _sees(WIDE | {"cashier"}),
    "arrears_letter": _sees(WIDE | {"cashier"}),
    "arrears_batch": dict.fromkeys(COLLECTORS, BOTH),
    "receipt_token": dict.fromkeys(ROLES, BOTH | FAR),
    "import": dict.fromkeys(IMPORTERS, BOTH),
    "message": {"resident": MINE, "resident2": THEIRS, "frontdesk2": FAR},
    "told": dict.fromkeys(OVERSEERS, BOTH),
    # Whoever is away in a place: its technician; the neighbour's is another one.
    "calendar": dict.fromkeys(RULES, BOTH),
    "calendar_version": dict.fromkeys(RULES, BOTH),
    "absence": dict.fromkeys(OVERSEERS, BOTH) | {"technician": MINE},
    # Whoever works in a project must know whom to ring up.
    "on_call": dict.fromkeys(STAFF, BOTH) | {"frontdesk2": FAR},
    "tariff": _sees(WIDE | {"cashier"}),
    # Who asked for an export is alone with it.
    "export": {"frontdesk": BOTH, "frontdesk2": FAR},
    # The desk asks, whoever leads decides.
    "approval": dict.fromkeys(DECIDERS | {"frontdesk"}, BOTH) | {"frontdesk2": FAR},
    "project": dict.fromkeys(SIGNED_IN - {"frontdesk2"}, BOTH) | {"frontdesk2": FAR},
}
# Whose marked words may stand in an answer to a role, whatever the address.
WORDS: dict[str, Mapping[str, Places]] = {
    CASES: TICKET,
    REGISTER: SEES["person"],
    NOTES: TO_STAFF,
    DRAFTS: {"frontdesk": BOTH, "frontdesk2": FAR},
    # Whoever leads a project reads what everybody there was told.
    INBOX: {**SEES["message"], **SEES["told"]},
    AUDIT: dict.fromkeys(EXPORTERS, BOTH),
    WORKBOOKS: SEES["import"],
    COMPANY: SEES["project"],
    # Why something was asked for stands in the audit trail too.
    APPROVALS: {**dict.fromkeys(EXPORTERS, BOTH), **SEES["approval"]},
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One address. `reads`/`writes`: the roles it is for; what it is not for is refused or not there.

    `thing` is the kind of thing its parameters name, or its body where `in_body`. A second row of an address, for
    another kind of thing, has a word of its own after the name. `body` is a request that means something, so that a
    refusal is one of the person and not of the form. `phone`: the roles that get a number in clear by writing here, or
    reading where that is written down.
    """

    thing: str = ""
    in_body: bool = False
    reads: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    verb: str = "POST"
    body: Callable[[World, str], dict[str, Any]] | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    phone: bool = False
    get_writes: bool = False
    file: str = ""


def just(**fields: Any) -> Callable[[World, str], dict[str, Any]]:
    """The same body for every place."""
    return lambda world, place: dict(fields)


def readable(thing: str = "", roles: frozenset[str] = SIGNED_IN, **more: Any) -> Row:
    """An address where the roles read."""
    return Row(thing=thing, reads=roles, **more)


def writable(thing: str, roles: frozenset[str], body: Any = None, **more: Any) -> Row:
    """An address where the roles write."""
    return Row(thing=thing, writes=roles, body=body, **more)


def window(world: World, place: str) -> dict[str, Any]:
    """Whom to send, and when."""
    at = NOON + timedelta(days=1)
    technician = "technician3" if place == FOREIGN else "technician"
    return {"technician": technician, "from": at, "to": at + timedelta(hours=2)}


def colleague(world: World, place: str) -> dict[str, Any]:
    """Whom to ask, what, and until when."""
    to = "admin2" if place == FOREIGN else "supervisor"
    return {"to": to, "text": "请处理", "at": NOON + timedelta(days=30), "question": "?"}


def other_ticket(world: World, place: str) -> dict[str, Any]:
    """Another ticket of the place."""
    return {"original": world.ids("done", OWN if place == "missing" else place)["number"]}


def remedy(world: World, place: str, *, thing: str = "remedy") -> dict[str, Any]:
    """The remedy that was proposed there."""
    return {"remedy": world.ids(thing, OWN if place == "missing" else place)["pk"], "agreed": True}


def written(rows: Mapping[str, Row]) -> dict[str, Row]:
    """The verbs on complaints once more, on one that a resident wrote: for them it is the staff's all the same."""
    found = {
        f"{name} written": replace(row, thing="written")
        for name, row in rows.items()
        if row.thing == "complaint" and name.startswith("complaint-")
    }
    settles = "complaint-settle-remedy written"
    return {**found, settles: replace(found[settles], body=partial(remedy, thing="written_remedy"))}


def brand_new(**fields: Any) -> Callable[[World, str], dict[str, Any]]:
    """Something new in the place's project."""
    return lambda world, place: {"project": world.places[place].project.code, **fields}


def sending(world: World, place: str) -> dict[str, Any]:
    """What the desk did when it sent somebody; for a place that is not there, what nobody did."""
    if place == MISSING:
        return {"event": 0}
    number = world.ids("ticket", place)["number"]
    return {"event": Event.objects.filter(case__number=number, kind="ticket.dispatched").earliest("pk").pk}


def money_for(world: World, place: str) -> dict[str, Any]:
    """A payment of the place's home for its open bill."""
    here = world.places[place]
    open_bill = world.ids("bill", place)["number"]
    return {
        "project": here.project.code,
        "unit": here.unit.number,
        "bills": [open_bill],
        "amount": "1.00",
        "method": "cash",
    }


def order_for(world: World, place: str) -> dict[str, Any]:
    """The place's open bill, to be paid online."""
    return {"project": world.places[place].project.code, "bills": [world.ids("bill", place)["number"]]}


def deposit_for(world: World, place: str) -> dict[str, Any]:
    """A deposit of the place's home."""
    here = world.places[place]
    return {
        "project": here.project.code,
        "unit": here.unit.number,
        "purpose": "装修押金",
        "amount": "1.00",
        "method": "cash",
    }


def count_for(world: World, place: str) -> dict[str, Any]:
    """The count of whoever asks, of a day in the place's project on which nothing moved: it is said to who may."""
    named = {"project": world.places[place].project.code, "day": "2026-11-01"}
    return {**named, "counts": {"cash": {"counted": "0.00"}}, "handed_to": "财务"}


def refund_for(world: World, place: str) -> dict[str, Any]:
    """Some of what the place's home paid in advance, to be given back."""
    here = world.places[place]
    named = {"project": here.project.code, "unit": here.unit.number}
    return {**named, "amount": "1.00", "method": "cash", "payee": "张", "reason": "搬走"}


REASON = just(reason="客户要求")
VISITED = just(outcome="met", met="业主", report="在家", next_step="再催")
TEXT = just(text="已联系")
CLOSED = Row(reads=NOBODY, writes=NOBODY, public=True)
PUBLIC = Row(reads=frozenset(ROLES), public=True)
PUBLIC_FORM = Row(reads=frozenset(ROLES), writes=frozenset(ROLES), public=True)
OWN_ACCOUNT = Row(reads=SIGNED_IN, writes=SIGNED_IN)
