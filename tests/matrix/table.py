"""What every address is for: who may read there, who may write, of which things. An address without a row fails.

Written from what the roles are for, not from the code. `SEES` says whose things of a kind a role sees; `reads` and
`writes` narrow it to the roles an address is for. Whoever sees a thing and may not do this to it is refused; whoever
does not see it gets the answer of what does not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
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
MONEY_STAFF = frozenset({"frontdesk", "frontdesk2", "cashier", "supervisor", "gm"})
DECIDERS = frozenset({"supervisor", "gm"})
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
    "measure": TO_STAFF,
    "done": TICKET,
    "case": TICKET,
    "file": TICKET,
    "paper": TO_STAFF,
    "clock": TICKET,
    "contact": DESK_CASE,
    "callback": DESK_CASE,
    "person": _sees(WIDE | {"cashier"}, residents=True),
    "home": _sees(WIDE | {"cashier"}, residents=True),
    "household": _sees(WIDE | {"cashier"}, residents=True),
    "unit": _sees(WIDE | {"cashier"}, residents=True),
    "vehicle": _sees(WIDE | {"cashier"}),
    "bill": MONEY,
    "payment": MONEY,
    "receipt": MONEY,
    "receipt_print": MONEY,
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


def _reads(thing: str = "", roles: frozenset[str] = SIGNED_IN, **more: Any) -> Row:
    return Row(thing=thing, reads=roles, **more)


def _writes(thing: str, roles: frozenset[str], body: Any = None, **more: Any) -> Row:
    return Row(thing=thing, writes=roles, body=body, **more)


def _window(world: World, place: str) -> dict[str, Any]:
    at = NOON + timedelta(days=1)
    technician = "technician3" if place == FOREIGN else "technician"
    return {"technician": technician, "from": at, "to": at + timedelta(hours=2)}


def _colleague(world: World, place: str) -> dict[str, Any]:
    to = "admin2" if place == FOREIGN else "supervisor"
    return {"to": to, "text": "请处理", "at": NOON + timedelta(days=30), "question": "?"}


def _other_ticket(world: World, place: str) -> dict[str, Any]:
    return {"original": world.ids("done", OWN if place == "missing" else place)["number"]}


def _remedy(world: World, place: str) -> dict[str, Any]:
    return {"remedy": world.ids("remedy", OWN if place == "missing" else place)["pk"], "agreed": True}


def _new(**fields: Any) -> Callable[[World, str], dict[str, Any]]:
    return lambda world, place: {"project": world.places[place].project.code, **fields}


def _sending(world: World, place: str) -> dict[str, Any]:
    """What the desk did when it sent somebody; for a place that is not there, what nobody did."""
    if place == MISSING:
        return {"event": 0}
    number = world.ids("ticket", place)["number"]
    return {"event": Event.objects.filter(case__number=number, kind="ticket.dispatched").earliest("pk").pk}


def _money(world: World, place: str) -> dict[str, Any]:
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


REASON = just(reason="客户要求")
TEXT = just(text="已联系")
CLOSED = Row(reads=NOBODY, writes=NOBODY, public=True)
PUBLIC = Row(reads=frozenset(ROLES), public=True)
PUBLIC_FORM = Row(reads=frozenset(ROLES), writes=frozenset(ROLES), public=True)
OWN_ACCOUNT = Row(reads=SIGNED_IN, writes=SIGNED_IN)

TABLE: dict[str, Row] = {
    # --- everybody ---------------------------------------------------------------------------------------------------
    "home": _reads(),
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "set_language": PUBLIC_FORM,
    "api_token": Row(writes=frozenset(ROLES), public=True, body=just(username="x", password="x")),
    "api_schema": _reads(),
    "api_docs": _reads(),
    "preferences": _writes("", SIGNED_IN, just(shortcuts_off="1")),
    "switch_project": _writes("project", SIGNED_IN),
    "palette": _reads(),
    "live": _reads(),
    "case": _reads("case"),
    "case_file": _reads("file"),
    "case_file paper": _reads("paper", PRINTERS, phone=True, get_writes=True),
    "case_presence": _writes("case", EVERY_STAFF, just(doing="派工")),
    "inbox": _reads(),
    "drafts": _reads(),
    "running_work": _reads(),
    "draft_keep": _writes("", SIGNED_IN, just(key="k", form="f", page="/", data="{}")),
    "inbox_read_all": _writes("", SIGNED_IN),
    "inbox_open": _reads("message", get_writes=True),
    "inbox_read": _writes("message", SIGNED_IN),
    "told": _reads("", OVERSEERS),
    "told_settle": Row(
        thing="told", reads=OVERSEERS, writes=OVERSEERS, body=just(verdict="delivered", reason="已核实")
    ),
    "absences": Row(
        reads=EVERY_STAFF,
        writes=EVERY_STAFF,
        body=just(user="", starts_at="2026-11-24T08:00", ends_at="2026-11-25T08:00"),
    ),
    "absence_call_off": _writes("absence", OVERSEERS | {"technician"}),
    "on_call": Row(
        reads=EVERY_STAFF,
        writes=OVERSEERS,
        body=just(user="", post="supervisor", starts_at="2026-11-24T18:00", ends_at="2026-11-25T09:00", every="0"),
    ),
    "on_call_off": _writes("on_call", OVERSEERS),
    "audit": _reads("", EXPORTERS),
    "approvals": _reads("", EVERY_STAFF),
    "bulk_export": _reads("export", FRONT),
    # Nothing of it is made yet.
    "bulk_export_file": _reads("export", FRONT),
    "approval_decide": _writes("approval", DECIDERS, just(decision="approve")),
    "approval_decide back": _writes("approval", FRONT, just(decision="withdraw")),
    # --- signing in --------------------------------------------------------------------------------------------------
    "account_login": PUBLIC_FORM,
    "account_logout": Row(reads=frozenset(ROLES), writes=frozenset(ROLES), public=True),
    "account_inactive": PUBLIC,
    "mfa_authenticate": OWN_ACCOUNT,
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_change_password",
            "mfa_reauthenticate",
            "mfa_activate_totp",
            "mfa_generate_recovery_codes",
        ),
        OWN_ACCOUNT,
    ),
    "mfa_index": _reads(),
    # Nobody in this world has a second factor; whoever has is tried with signing in.
    **dict.fromkeys(
        ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_deactivate_totp"), Row(reads=NOBODY)
    ),
    **dict.fromkeys(
        (
            "account_signup",
            "account_email",
            "account_email_verification_sent",
            "account_set_password",
            "account_reset_password",
            "account_reset_password_done",
            "account_confirm_login_code",
        ),
        CLOSED,
    ),
    "account_confirm_email": Row(reads=NOBODY, writes=NOBODY, public=True, given={"key": "abc"}),
    # --- residents' pages --------------------------------------------------------------------------------------------
    "portal_home": _reads(),
    "portal_complaint": Row(reads=RESIDENTS, writes=RESIDENTS, body=just(about="service", description="态度差")),
    "portal_complaint_photo": _writes("", RESIDENTS),
    "portal_matter": _reads("ticket", RESIDENTS),
    # --- the desk ----------------------------------------------------------------------------------------------------
    "desk": _reads("", DESK),
    "desk_line": _reads("", DESK),
    "desk_matters": _reads("", DESK),
    "desk_join": _writes("", DESK, just(name="访客")),
    "search": _reads("", EVERY_STAFF),
    "room_lookup": _reads("", DESK),
    "room_home": _reads("", DESK),
    "call": _reads("", DESK),
    "call_repeat": _writes("", DESK, lambda world, place: {"matter": world.ids("ticket", place)["number"]}),
    "intake": Row(reads=DESK, writes=DESK),
    "intake_suggest": _writes("", DESK),
    "intake_photo": _writes("", DESK),
    "contacts": _reads("", FRONT | {"supervisor", "gm", "quality", "admin"}),
    "contact_new": Row(reads=DESK, writes=DESK),
    "contact": _reads("contact"),
    "contact_finish": _writes("contact", DESK),
    "contact_pass": _writes("contact", DESK, just(to="")),
    "contact_reply": _writes("contact", DESK, TEXT),
    "contact_correct": _writes("contact", DESK, REASON),
    "contact_dial": _writes("contact", DESK, phone=True),
    "contact_step": _writes("contact", DESK, given={"verb": "hold"}),
    "person_edit": Row(thing="person", reads=DESK, writes=DESK),
    "person_reveal": _writes("person", READERS, just(reason="核对", field="phone"), phone=True),
    "move_in": Row(thing="home", reads=DESK, writes=DESK),
    "move_out": _writes("household", DESK),
    "unit": _reads("unit", READERS),
    # --- tickets -----------------------------------------------------------------------------------------------------
    "tickets": _reads("", EVERY_STAFF),
    # Each ticket of the list asks by itself; whoever sees none of them gets nothing done.
    "ticket_bulk_dispatch": _writes("", EVERY_STAFF),
    # Where the list is short, writing and reading are the same.
    "ticket_export": Row(reads=EXPORTERS, writes=EXPORTERS, given={"kind": "csv"}, get_writes=True),
    "ticket_export xlsx": Row(reads=EXPORTERS, writes=EXPORTERS, given={"kind": "xlsx"}, get_writes=True),
    "ticket": _reads("ticket", EVERY_STAFF),
    "ticket_paper": _writes("ticket", PRINTERS),
    "ticket_photo": _writes("ticket", WORKERS | FRONT, just(kind="before"), file="file"),
    "ticket_dial": _writes("ticket", frozenset({"technician"}), phone=True),
    "ticket_reveal": _writes("ticket", EVERY_STAFF, REASON, phone=True),
    "ticket_clash": _reads("ticket", EVERY_STAFF),
    "ticket_ask": _reads("ticket", EVERY_STAFF, given={"verb": "feedback"}),
    "ticket_step": _writes("ticket", WORKERS, given={"verb": "accept"}),
    "dispatch": _reads("", FRONT | LEADERS),
    "just_done": _reads("", EVERY_STAFF),
    "just_done_undo": _writes("", EVERY_STAFF),
    # Whoever sees the ticket is told why not; who does not see it, nothing.
    "just_done_undo ticket": _writes("ticket", EVERY_STAFF, _sending, in_body=True),
    "my_jobs": _reads("", EVERY_STAFF),
    "my_job": _reads("ticket", frozenset({"technician"})),
    # --- complaints --------------------------------------------------------------------------------------------------
    "complaints": _reads("", EVERY_STAFF),
    "complaint_figures": _reads("", FIGURES),
    "complaint_new": Row(reads=DESK, writes=DESK),
    "complaint": _reads("complaint", EVERY_STAFF),
    "complaint_reveal": _writes("complaint", EVERY_STAFF, REASON, phone=True),
    "complaint_photo": _writes("complaint", WORKERS | FRONT, just(kind="intake"), file="file"),
    "complaint_paper": _writes("complaint", PRINTERS),
    "complaint_step": _writes("complaint", WORKERS | FRONT, TEXT, given={"verb": "progress"}),
    "measures": _reads("", EVERY_STAFF),
    "measure_new": Row(reads=FIGURES, writes=FIGURES),
    "measure": _reads("measure", EVERY_STAFF),
    "measure_step": _writes("measure", WORKERS | {"quality"}, just(result="已排班"), given={"verb": "finish"}),
    # --- money -------------------------------------------------------------------------------------------------------
    "till": _reads("", CASHIER),
    "till_unit": Row(
        thing="unit", reads=CASHIER, writes=CASHIER, body=just(method="cash", received="1", keep_rest="1")
    ),
    "receipt": _reads("receipt", MONEY_STAFF),
    "receipt_print": _writes("receipt", CASHIER | {"supervisor"}),
    "receipt_paper": _reads("receipt_print", CASHIER | {"supervisor"}),
    "receipt_reverse": _writes("receipt", CASHIER | {"supervisor"}, REASON),
    # Whoever holds the paper has its token: it tells no name and no room.
    "receipt_verify": Row(thing="receipt_token", reads=frozenset(ROLES), public=True),
    # --- prices ------------------------------------------------------------------------------------------------------
    "tariffs": _reads("", READERS),
    "tariff_new": Row(reads=OVERSEERS, writes=OVERSEERS),
    "tariff_change": Row(thing="tariff", reads=OVERSEERS, writes=OVERSEERS),
    "portal_tariffs": _reads("", RESIDENTS),
    # --- deadlines ---------------------------------------------------------------------------------------------------
    "rules": _reads("", RULES),
    "rule": _reads("", RULES, given={"key": "ticket.respond"}),
    "rule_change": Row(reads=ADMIN, writes=ADMIN, given={"key": "ticket.respond"}),
    "rule_apply": Row(reads=ADMIN, writes=ADMIN, given={"key": "ticket.respond"}),
    "rule_apply_progress": _reads("", ADMIN, given={"key": "ticket.respond"}),
    "rule_apply_stop": _writes("", ADMIN, given={"key": "ticket.respond"}),
    # In this world nothing waits: whoever decides is told so.
    "rule_decide": _writes("", GM, just(version="1", decision="approve"), given={"key": "ticket.respond"}),
    "calendars": _reads("", RULES),
    # 0 is the company's calendar.
    "calendar": _reads("", RULES, given={"place": "0"}),
    "calendar own": _reads("calendar", RULES),
    "calendar_version": _reads("", RULES, given={"place": "0", "number": "1"}),
    "calendar_version own": _reads("calendar_version", RULES),
    "calendar_change": Row(reads=ADMIN, writes=ADMIN, given={"place": "0"}),
    "calendar_change own": Row(thing="calendar", reads=ADMIN, writes=ADMIN),
    "calendar_decide": _writes("", GM, just(version="1", decision="approve"), given={"place": "0"}),
    "calendar_decide own": _writes("calendar", GM, just(version="1", decision="approve")),
    "calendar_year": _writes("", ADMIN, just(year="2026"), given={"place": "0"}),
    "calendar_year own": _writes("calendar", ADMIN, just(year="2026")),
    "calendar_drop": _writes("calendar", ADMIN, REASON),
    "case_clocks": _reads("case", EVERY_STAFF),
    # --- callbacks ---------------------------------------------------------------------------------------------------
    "callbacks": _reads("", CALLERS),
    "callback": _reads("callback"),
    "callback_record": _writes("callback", CALLERS, just(result="unreachable", how="phone")),
    "callback_dial": _writes("callback", CALLERS, phone=True),
    # --- import and export of the register ---------------------------------------------------------------------------
    "register_imports": Row(reads=IMPORTERS, writes=IMPORTERS),
    "register_import": _reads("import"),
    "register_import_progress": _reads("import"),
    **dict.fromkeys(
        (
            "register_import_columns",
            "register_import_mend",
            "register_import_take_over",
            "register_import_call_off",
            "register_import_take_back",
        ),
        _writes("import", IMPORTERS),
    ),
    "register_export": _writes("", IMPORTERS),
    "register_export phones": _writes("", IMPORTERS, just(with_phones="1", reason="年审"), phone=True),
    # --- API: cases --------------------------------------------------------------------------------------------------
    **dict.fromkeys(("case-list", "ticket-list", "contact-list", "callback-list", "clock-list"), _reads()),
    "ticket-list": Row(reads=SIGNED_IN, writes=EVERY_STAFF, body=_new(title="灯坏了", description="x")),
    "contact-list": Row(reads=SIGNED_IN, writes=DESK, body=_new(text="问一下")),
    "complaint-list": Row(reads=SIGNED_IN, writes=EVERY_STAFF, body=_new(description="没人管")),
    "complaint-detail": _reads("complaint"),
    "complaint-regrade": _writes("complaint", frozenset({"supervisor", "gm"}), just(grade="minor", reason="核实")),
    "complaint-acknowledge": _writes("complaint", frozenset({"gm"})),
    "complaint-refer": _writes("complaint", FRONT | LEADERS, just(department="maintenance")),
    **dict.fromkeys(("complaint-accept", "complaint-contact-resident"), _writes("complaint", WORKERS, TEXT)),
    **dict.fromkeys(
        ("complaint-progress", "complaint-explain-delay", "complaint-answer"),
        _writes("complaint", WORKERS | FRONT, TEXT),
    ),
    "complaint-stop-harm": _writes("complaint", WORKERS | FRONT, just(action="关阀")),
    "complaint-call-heads": _writes("complaint", WORKERS | FRONT, just(departments=["maintenance"], place="大堂")),
    "complaint-escalate": _writes("complaint", WORKERS | FRONT, just(to="manager", reason="要求见经理")),
    "complaint-establish": _writes("complaint", WORKERS, just(responsible=[{"party": "company"}], cause="漏扫")),
    "complaint-remedy": _writes("complaint", WORKERS, TEXT),
    "complaint-settle-remedy": _writes("complaint", WORKERS | FRONT, _remedy),
    "complaint-resolve": _writes("complaint", WORKERS, just(outcome="solved", result="好了")),
    "complaint-inform": _writes("complaint", WORKERS | FRONT, just(how="phone")),
    "complaint-close": _writes("complaint", FRONT | LEADERS),
    "complaint-photos": _writes("complaint", SIGNED_IN),
    "complaint-reopen": _writes("complaint", WORKERS | FRONT, REASON),
    "case-detail": _reads("case"),
    "api_case_file": _reads("file"),
    "api_case_file paper": _reads("paper", PRINTERS, phone=True, get_writes=True),
    "ticket-detail": _reads("ticket"),
    "contact-detail": _reads("contact"),
    "callback-detail": _reads("callback"),
    "clock-detail": _reads("clock"),
    "clock-extend": _writes("clock", LEADERS, just(by_hours=1, reason="等配件")),
    "callback-record": _writes("callback", CALLERS, just(result="unreachable")),
    "contact-answer": _writes("contact", DESK),
    "contact-close": _writes("contact", DESK),
    "contact-hold": _writes("contact", DESK),
    "contact-pick-up": _writes("contact", DESK),
    "contact-serve": _writes("contact", DESK),
    "contact-hand-over": _writes("contact", DESK, _colleague),
    "contact-pass-on": _writes("contact", DESK, _colleague),
    "contact-promise": _writes("contact", DESK, _colleague),
    "contact-route": _writes("contact", DESK, just(department="service", text="几点开门")),
    "contact-reply": _writes("contact", DESK, TEXT),
    "ticket-accept": _writes("ticket", WORKERS),
    "ticket-arrive": _writes("ticket", WORKERS),
    "ticket-return-job": _writes("ticket", WORKERS, REASON),
    "ticket-complete": _writes("ticket", WORKERS, just(report="好了")),
    "ticket-add-parts": _writes("ticket", WORKERS),
    "ticket-end-leak-test": _writes("ticket", WORKERS),
    "ticket-accept-quote": _writes("ticket", WORKERS | FRONT),
    "ticket-quote": _writes("ticket", WORKERS | FRONT),
    "ticket-review-charge": _writes("ticket", WORKERS | FRONT),
    "ticket-hold": _writes("ticket", WORKERS | FRONT, REASON),
    "ticket-resume": _writes("ticket", WORKERS | FRONT),
    "ticket-feedback": _writes("ticket", WORKERS | FRONT, TEXT),
    "ticket-dispatch-job": _writes("ticket", LEADERS | FRONT, _window),
    "ticket-cancel": _writes("ticket", LEADERS | FRONT, REASON),
    "ticket-close": _writes("ticket", LEADERS | FRONT),
    "ticket-reopen": _writes("ticket", LEADERS | FRONT, REASON),
    "ticket-join": _writes("ticket", LEADERS | FRONT, _other_ticket),
    "ticket-join-caller": _writes("ticket", LEADERS | FRONT, just(contact_name="邻居")),
    "ticket-change-category": _writes("ticket", WORKERS | FRONT, just(category="lamp", reason="记错了")),
    "ticket-amend-contact": _writes("ticket", WORKERS | FRONT, just(contact_name="张", contact_phone="13700000000")),
    # Who did it and supervisors; in this world the desk sent the technician.
    "ticket-undo": _writes("ticket", FRONT | {"supervisor"}),
    "ticket-override-charge": _writes("ticket", frozenset({"supervisor"}), just(charge="free", reason="质保")),
    # A photo cannot be sent as JSON: who may is tried with the pages; here, that strangers find nothing.
    "ticket-photos": _writes("ticket", SIGNED_IN),
    "ticket-sign": _writes("ticket", SIGNED_IN),
    # --- API: money ---------------------------------------------------------------------------------------------------
    "bill-list": _reads(),
    "bill-detail": _reads("bill"),
    "payment-list": Row(reads=SIGNED_IN, writes=frozenset({"cashier"}), body=_money),
    "payment-detail": _reads("payment"),
    "receipt-list": _reads(),
    "receipt-detail": _reads("receipt"),
    # Who took the money, and supervisors.
    "receipt-reverse": _writes("receipt", frozenset({"cashier", "supervisor"}), REASON),
    "approval-list": _reads(),
    "approval-detail": _reads("approval"),
    "approval-approve": _writes("approval", DECIDERS),
    "approval-refuse": _writes("approval", DECIDERS, REASON),
    "approval-withdraw": _writes("approval", FRONT),
    # --- API: the register -------------------------------------------------------------------------------------------
    "project-list": Row(reads=SIGNED_IN, writes=NOBODY, body=just(code="lake", name_zh="湖畔")),
    "project-detail": Row(
        thing="project", reads=SIGNED_IN, writes=frozenset({"admin"}), verb="PATCH", body=just(phone="0571-1")
    ),
    "unit-list": Row(reads=SIGNED_IN, writes=DESK, body=_new(number="8-8-801")),
    "unit-detail": Row(thing="home", reads=SIGNED_IN, writes=DESK, verb="PATCH", body=just(status="vacant")),
    "person-list": Row(reads=SIGNED_IN, writes=DESK, body=_new(name="新人")),
    "person-detail": Row(thing="person", reads=SIGNED_IN, writes=DESK, verb="PATCH", body=just(gender="女")),
    "person-reveal": _writes("person", READERS, just(field="phone", reason="核对"), phone=True),
    "vehicle-list": Row(reads=SIGNED_IN, writes=DESK, body=_new(plate="浙A00001")),
    "vehicle-detail": Row(thing="vehicle", reads=SIGNED_IN, writes=DESK, verb="PATCH", body=just(color="白")),
}
