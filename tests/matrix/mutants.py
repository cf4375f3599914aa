"""One scope taken away at a time: what the matrix must then notice, and where."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.urls import reverse

from tests.matrix.admin_rows import EDITED, READ_ONLY, ROWS, SHARED, name_of, pk_of
from tests.matrix.probe import Prober
from tests.matrix.table import TABLE
from tests.matrix.trial import Trial
from tests.matrix.world import FOREIGN, MISSING, OWN

VERBS = ("visible_to", "visible_at_work", "meant_for")
Scope = tuple[type[QuerySet[Any]], str]

# Where each scope is missed first when it is gone: the short form asks there, the proof everywhere it is asked.
# Nowhere: what no address asks yet.
MISSED_AT = {
    "accounts.Project.visible_to": "project-detail",
    "billing.Arrears.visible_to": "arrears_case",
    "billing.Bill.visible_to": "bill-detail",
    "billing.BillingRun.visible_to": "run",
    "billing.BooksProof.visible_to": "proof_record",
    "billing.DayClose.visible_to": "dayclose",
    "billing.Deposit.visible_to": "deposit",
    "billing.DoorVisit.visible_to": "door",
    "billing.HandIn.visible_to": "door_handed_in",
    "billing.ChargeItem.visible_to": "",
    "billing.Meter.visible_to": "meter",
    "billing.OfficeCost.visible_to": "office_cost",
    "billing.OnlineOrder.visible_to": "onlineorder-detail",
    "billing.Payment.visible_to": "payment-detail",
    "billing.Receipt.visible_to": "receipt-detail",
    "billing.Refund.visible_to": "refund-detail",
    "billing.SharedCost.visible_to": "shared_cost",
    "billing.Tariff.visible_to": "admin:billing_unitcharge_change",
    "billing.UnitCharge.visible_to": "",
    "billing.TaxInvoice.visible_to": "invoice",
    "cases.Attachment.meant_for": "case_file paper",
    "cases.Case.visible_at_work": "",
    "cases.Case.visible_to": "case",
    "cases.Event.meant_for": "portal_matter",
    "cases.Event.visible_to": "just_done_undo ticket",
    "complaints.Complaint.visible_to": "complaint",
    "estate.ParkingSpace.visible_to": "admin:estate_vehicle_change",
    "estate.Person.visible_to": "person-detail",
    "estate.RegisterImport.visible_to": "register_import",
    "estate.Unit.visible_to": "unit-detail",
    "estate.Vehicle.visible_to": "vehicle-detail",
    "notifications.Message.visible_to": "inbox_open",
    "notifications.OnCall.visible_to": "on_call_off",
    "reception.Contact.visible_to": "contact",
    "records.Approval.visible_to": "approval-detail",
    "records.Draft.visible_to": "drafts",
    "records.AuditEntry.visible_to": "admin:records_auditentry_change",
    "sla.Clock.visible_to": "clock-detail",
    "tickets.Job.visible_to": "",
    "tickets.PriceItem.visible_to": "",
    "tickets.Ticket.visible_to": "admin:tickets_ticket_change",
    "visits.Callback.visible_to": "callback",
    "visits.HomeVisit.visible_to": "home_visit",
}


def scopes() -> dict[str, Scope]:
    """Every statement of what a person may see, by model and verb."""
    found = {}
    for model in apps.get_models():
        rows = type(model._default_manager.all())
        for verb in VERBS:
            if verb in vars(rows):
                found[f"{model._meta.app_label}.{model.__name__}.{verb}"] = (rows, verb)
    return found


@contextmanager
def without(scope: Scope) -> Iterator[None]:
    """Let everybody see every row, as far as this scope goes."""
    rows, verb = scope
    kept = vars(rows)[verb]
    setattr(rows, verb, lambda self, user: self.all())
    try:
        yield
    finally:
        setattr(rows, verb, kept)


@contextmanager
def watched(asked: Callable[[str], None]) -> Iterator[None]:
    """Say by name which scopes are asked meanwhile."""
    kept = {name: vars(rows)[verb] for name, (rows, verb) in scopes().items()}

    def telling(name: str) -> Callable[..., Any]:
        def ask(self: Any, user: Any) -> Any:
            asked(name)
            return kept[name](self, user)

        return ask

    for name, (rows, verb) in scopes().items():
        setattr(rows, verb, telling(name))
    try:
        yield
    finally:
        for name, (rows, verb) in scopes().items():
            setattr(rows, verb, kept[name])


def faults(prober: Prober, address: str) -> list[str]:
    """What the matrix finds wrong at an address."""
    if address.startswith("admin:"):
        return admin_faults(prober, address)
    trial = Trial(prober, address, TABLE[address])
    trial.run()
    return trial.faults


def admin_addresses() -> dict[str, type[Model]]:
    """The pages of the admin site on which a row of one's own project is changed or looked at."""
    return {name_of(model, "change"): model for model in (*READ_ONLY, *EDITED) if model not in SHARED}


def admin_faults(prober: Prober, address: str) -> list[str]:
    """Say whether a project's administrator finds another project's row, or is offered one in a form."""
    for model in (*READ_ONLY, *EDITED):
        pk_of(prober.world, model, FOREIGN)  # so that there is one to be offered
    model = admin_addresses()[address]
    own, foreign, missing = (
        prober.ask_path("keeper", "GET", reverse(address, args=[pk_of(prober.world, model, place)]))
        for place in (OWN, FOREIGN, MISSING)
    )
    found = [f"keeper GET {address} (foreign): {foreign.status}"] if foreign.bare != missing.bare else []
    offered = [word for word in ("foreignqz", "9-9-901", "第二小区") if word in own.text.lower()]
    found += [f"keeper GET {address} (own) offers {word}" for word in offered]
    return [*found, *(f"keeper POST {address} (own) takes a foreign {name}" for name in _foreign_taken(prober, model))]


def _foreign_taken(prober: Prober, model: type[Model]) -> list[str]:
    """The fields of a form that would take another project's row by its key, though none is offered in words."""
    request = RequestFactory().get("/admin/")
    request.user = prober.world.cast.users["keeper"]
    fields = admin.site._registry[model].get_form(request, change=True).base_fields.items()
    chosen = {name: field.queryset for name, field in fields if isinstance(field, ModelChoiceField)}
    return [
        name
        for name, rows in chosen.items()
        if rows is not None
        and rows.model in ROWS
        and rows.model not in SHARED
        and rows.filter(pk=pk_of(prober.world, rows.model, FOREIGN)).exists()
    ]


def asked_where(prober: Prober) -> dict[str, Counter[str]]:
    """Which scope is asked at which addresses, and how often."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for address in (*TABLE, *admin_addresses()):
        with watched(lambda name, address=address: found[name].update([address])):  # type: ignore[misc]
            faults(prober, address)
    return found
