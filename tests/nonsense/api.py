"""Nonsense for the API: schemathesis reads its description and makes bodies that fit it and bodies that do not."""

from random import Random
from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.matrix.probe import Prober
from tests.matrix.world import FOREIGN, NEIGHBOUR, OWN
from tests.nonsense.tally import Tally
from tests.nonsense.values import json_value, text

HELD = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
WALK = 25  # so many requests find what the ones before them left behind
CASES = ("ticket", "ticket", "done", "contact", "callback", "complaint")
THINGS = {
    "tickets": ("ticket", "ticket", "done"),
    "contacts": ("contact",),
    "callbacks": ("callback",),
    "cases": CASES,
    "complaints": ("complaint",),
    "bills": ("bill",),
    "payments": ("payment",),
    "receipts": ("receipt",),
    "day-closes": ("day",),
    "approvals": ("approval",),
    "clocks": ("clock",),
    "projects": ("project",),
    "units": ("home",),
    "people": ("person",),
    "vehicles": ("vehicle",),
}
NAMES = {
    "project": ("demo", "demo2"),
    "unit": ("3-2-1501", "3-2-1502", "9-9-901"),
    "building": ("3", "9"),
    "technician": ("technician", "technician2", "technician3"),
    "to": ("supervisor", "admin2", "frontdesk", "2026-11-24T10:00:00+08:00"),
    "from": ("2026-11-24T09:00:00+08:00",),
    "category": ("lamp", "leak"),
    "username": ("frontdesk", "nobody"),
    "contact_phone": ("13812341234",),
}


class Maker:
    """Makes requests from the description once, for every role to send; each sends them salted in its own way."""

    def __init__(self, token: str, number: int) -> None:
        headers = {"Authorization": f"Token {token}"}
        schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application(), headers=headers)
        operations: Any = schema.get_all_operations()
        self.operations = [found.ok() for found in operations]
        self.number = number
        self.made: list[Any] = []

    def cases(self, each: int) -> list[Any]:
        """`each` cases of every operation that fit its description, and as many that do not."""
        if not self.made:
            modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            self.made = [
                case for one in self.operations for mode in modes for case in made(one, mode, each, self.number)
            ]
        return list(self.made)


class Programs:
    """Sends what schemathesis makes, as any role, and holds the answers to the description."""

    def __init__(self, crowd: Prober, number: int) -> None:
        self.crowd, self.chance = crowd, Random(number)
        self.tally = Tally()

    def run(self, role: str, cases: list[Any]) -> None:
        """Send all of them in another order, and take back what they did after a while."""
        self.chance.shuffle(cases)
        with self.tally.listening():
            for start in range(0, len(cases), WALK):
                with transaction.atomic():
                    for case in cases[start : start + WALK]:
                        self._send(role, again(case))
                    transaction.set_rollback(True)

    def _send(self, role: str, case: Any) -> None:
        self._salt(case)
        headers = {} if role == "anonymous" else {"Authorization": f"Token {self.crowd.tokens[role]}"}
        asked = f"{role} {case.method} {case.operation.path} {case.path_parameters} {case.query} {case.body!r}"[:1500]
        try:
            with transaction.atomic():
                answer = case.call(headers=headers)
                if answer.status_code >= 500:
                    transaction.set_rollback(True)
        except (ValueError, UnicodeError, transaction.TransactionManagementError) as error:
            # What cannot be put on the wire at all was not sent.
            self.tally.unsendable[type(error).__name__] += 1
            return
        self.tally.answered(role, answer.status_code, asked)
        if answer.status_code < 500:
            try:
                case.validate_response(answer, checks=HELD)
            except FailureGroup as group:
                for failure in group.exceptions:
                    place = f"{case.method} {case.operation.path} {answer.status_code}"
                    self.tally.fault(type(failure).__name__, place, f"{asked}\n{failure}\n{answer.content[:800]!r}")

    def _salt(self, case: Any) -> None:
        """Put things that exist into most cases, so that they get past the door, and worse into some."""
        collection = case.operation.path.removeprefix("/api/v1/").split("/")[0]
        if case.path_parameters and collection in THINGS and self.chance.random() < 0.85:
            place = self.chance.choice((OWN, OWN, OWN, NEIGHBOUR, FOREIGN))
            kind = "file" if "token" in case.path_parameters else self.chance.choice(THINGS[collection])
            ids = self.crowd.world.ids(kind, place)
            case.path_parameters = {
                name: str(ids.get(name, ids.get("pk", value))) for name, value in case.path_parameters.items()
            }
        if case.query and self.chance.random() < 0.5:
            case.query = {**case.query, self.chance.choice(list(case.query)): text(self.chance)}
        body = case.body
        if isinstance(body, dict):
            salted = dict(body)
            for name in body:
                if name in NAMES and self.chance.random() < 0.7:
                    salted[name] = self.chance.choice(NAMES[name])
            if salted and self.chance.random() < 0.4:
                salted[self.chance.choice(list(salted))] = json_value(self.chance)
            case.body = salted


def again(case: Any) -> Any:
    """The same case anew: what is done to it for one role is nothing to the next."""
    return case.operation.Case(
        method=case.method,
        path_parameters=dict(case.path_parameters or {}),
        headers=dict(case.headers or {}),
        cookies=dict(case.cookies or {}),
        query=dict(case.query or {}),
        body=case.body,
        media_type=case.media_type,
        multipart_content_types=case.multipart_content_types,
    )


def made(operation: Any, mode: GenerationMode, number: int, start: int) -> list[Any]:
    """So many cases of an operation; none where its description leaves nothing to get wrong."""
    found: list[Any] = []

    @seed(start)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case)

    try:
        collect()
    except Exception as error:
        if type(error).__name__ not in {"Unsatisfiable", "SkipTest", "Skip", "Skipped"}:
            raise
    return found
