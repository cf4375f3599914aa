"""One address of the matrix, asked by every role about everybody's things, and what was wrong with the answers."""

import re

from tests.matrix.probe import Answer, Prober
from tests.matrix.rows import NONE, SEES, WORDS, Row
from tests.matrix.world import FAMILIES, FOREIGN, MISSING, OWN, PLACES, ROLES, World, marker, picture

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MARK = re.compile(f"zq({'|'.join(FAMILIES)})(own|neighbour|foreign)qz")
REFUSED = {403, 404}
# A page may also say no in its form (422), or beside it after a redirect; either way nothing is written.
REFUSED_ON_PAGES = REFUSED | {302, 422}
NOT_DONE = {401, 403, 404, 405}


class Trial:
    """The requests to one address, and what was wrong with the answers."""

    def __init__(self, prober: Prober, name: str, row: Row) -> None:
        self.prober, self.row = prober, row
        self.name = name.split()[0]
        self.world: World = prober.world
        self.faults: list[str] = []
        self.in_api = "-" in self.name

    def run(self) -> None:
        """Every method, every role, every place."""
        for method in METHODS:
            reads, writes = self.row.reads is not None, self.row.writes is not None
            if (method == "GET" and reads) or (method == self.row.verb and writes):
                self.meant(method)
            else:
                self.not_meant(method)

    def ids(self, place: str) -> dict[str, object]:
        """The parameters of the address."""
        named = self.row.thing and not self.row.in_body
        return (self.world.ids(self.row.thing, place) if named else {}) | dict(self.row.given)

    def ask(self, role: str, method: str, place: str) -> Answer:
        """Ask, and look at what holds for every answer."""
        if not self.row.thing:
            place = FOREIGN if role == "frontdesk2" else OWN
        body = self.row.body(self.world, place) if self.row.body and method == self.row.verb else None
        if self.row.file and body is not None:
            body[self.row.file] = picture()
        answer = self.prober.ask(role, method, self.name, self.ids(place), body)
        who = f"{role} {method} {self.name} ({place}): {answer.status}"
        self.check(answer.status < 500 or self.name == "readyz", f"{who} the server failed")
        for family, whose in MARK.findall(answer.text.lower() + str(answer.headers).lower()):
            seen = WORDS[family].get(role, NONE)
            self.check(whose in seen, f"{who} shows {marker(family, whose)}")
        revealed = {p.phone for p in self.world.places.values() if p.phone in answer.text + str(answer.headers)}
        written_down = method == self.row.verb or (method == "GET" and self.row.get_writes)
        self.check(not revealed or (self.row.phone and written_down), f"{who} shows a whole number")
        if not written_down:
            self.check(not answer.wrote, f"{who} wrote {answer.wrote}")
        return answer

    def check(self, fine: object, fault: str) -> None:
        """Note a fault."""
        if not fine:
            self.faults.append(fault)

    def meant(self, method: str) -> None:
        """A method that the address has: each role, each place."""
        allowed = self.row.reads if method == "GET" else self.row.writes
        for role in ROLES:
            nothing = self.ask(role, method, MISSING) if self.row.thing else None
            for place in PLACES if self.row.thing else (OWN,):
                answer = self.ask(role, method, place)
                who = f"{role} {method} {self.name} ({place}): {answer.status}"
                if role == "anonymous" and not self.row.public:
                    self.refused_at_the_door(answer, who)
                elif nothing is not None and place not in SEES[self.row.thing].get(role, NONE):
                    self.not_there(answer, nothing, place, who)
                elif role in (allowed or ()):
                    done = answer.status not in NOT_DONE and not answer.to_login
                    self.check(done, f"{who} should be let through")
                else:
                    refused = answer.status in (REFUSED if self.in_api else REFUSED_ON_PAGES)
                    self.check(refused and not answer.wrote, f"{who} should be refused")

    def refused_at_the_door(self, answer: Answer, who: str) -> None:
        """Somebody who is not signed in."""
        asked_to = answer.to_login or answer.status in (401, 403)
        self.check(asked_to and not answer.wrote, f"{who} should be asked to sign in")

    def not_there(self, answer: Answer, nothing: Answer, place: str, who: str) -> None:
        """What one may not see is answered, byte for byte, like what does not exist."""
        self.check(answer.status == 404 and not answer.wrote, f"{who} should not be there")
        self.check(answer.bare == nothing.bare, f"{who} differs from what does not exist")

    def not_meant(self, method: str) -> None:
        """A method that the address does not have does nothing for anybody."""
        for role in ("anonymous", "resident", "frontdesk2", "admin"):
            answer = self.ask(role, method, FOREIGN if role == "resident" else OWN)
            harmless = not answer.wrote and answer.status in {200, 302, 401, 403, 404, 405}
            if method != "OPTIONS" and answer.status == 200:
                harmless = harmless and role in (self.row.reads or ())
            self.check(harmless, f"{role} {method} {self.name}: {answer.status} {answer.wrote}")
