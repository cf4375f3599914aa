"""A client in a process of its own: `python -m tests.chaos.client <folder> <number> <base> [careless]`.

It opens tickets, sees some of them through, posts photos and logs contacts over the API and the page, until the file
`stop` is there. What it is not answered it asks again under the same key, until it is answered. A careless client takes
a new key each time, as one without keys would, and does not always wait for the answer.
"""

import http.client
import json
import random
import sys
import time
import urllib.parse
import uuid
from pathlib import Path
from typing import Any

from tests.chaos.journal import Journal

TIMEOUT = 15.0
GIVE_UP = 600.0  # seconds of asking again
TOKEN = "c" * 32  # a browser's own CSRF cookie, sent with every form
Json = dict[str, Any]


class GaveUp(Exception):
    """Nobody answered for too long."""


class Refused(Exception):
    """The desk said no."""


class Client:
    """One person at the desk, and the technician's phone."""

    def __init__(self, folder: Path, number: int, base: str, *, careless: bool) -> None:
        self.folder, self.number, self.careless = folder, number, careless
        self.host = base
        self.patience = TIMEOUT
        self.access: Json = json.loads((folder / "access.json").read_text())
        self.journal = Journal(folder / f"journal-{number}.jsonl")
        self.random = random.Random(number)

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, str]:
        """One request on a connection of its own."""
        patience = self.random.choice([0.3, self.patience]) if self.careless else self.patience
        connection = http.client.HTTPConnection(self.host, timeout=patience)
        try:
            connection.request("GET" if body == b"GET" else "POST", path, b"" if body == b"GET" else body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("Location", "")
        finally:
            connection.close()

    def act(self, op: str, path: str, body: bytes, headers: dict[str, str], *, mark: str, **facts: Any) -> Any:
        """Do a thing once: ask until somebody answers. Each attempt is in the journal before it goes out."""
        key, began = str(uuid.uuid4()), time.monotonic()
        while time.monotonic() - began < GIVE_UP:
            if self.careless:
                key = str(uuid.uuid4())
            facts |= {"op": op, "key": key, "mark": mark}
            self.journal.write("asked", **facts)
            sent = body.replace(b"@KEY@", key.encode())
            try:
                status, content, location = self.send(path, sent, {**headers, "Idempotency-Key": key})
            except (OSError, http.client.HTTPException) as problem:
                self.journal.write("doubt", why=type(problem).__name__, **facts)
                time.sleep(0.3)
                continue
            if status >= 500:
                self.journal.write("doubt", why=status, **facts)
                time.sleep(0.3)
            elif status >= 400:
                self.journal.write("refused", status=status, said=content.decode(errors="replace")[:300], **facts)
                raise Refused(op)
            else:
                found = json.loads(content) if content else {"to": location}
                self.journal.write("done", status=status, number=found.get("number") or number_in(location), **facts)
                return found
        raise GaveUp(op)

    def api(self, op: str, path: str, body: Json, *, who: str = "frontdesk", **facts: Any) -> Any:
        """A request of a program."""
        headers = {"Authorization": f"Token {self.access['tokens'][who]}", "Content-Type": "application/json"}
        return self.act(op, f"/api/v1/{path}", json.dumps(body).encode(), headers, **facts)

    def get(self, path: str, *, who: str = "frontdesk") -> Json:
        """Read, however often it takes."""
        began = time.monotonic()
        while time.monotonic() - began < GIVE_UP:
            headers = {"Authorization": f"Token {self.access['tokens'][who]}"}
            try:
                status, content, _ = self.send(f"/api/v1/{path}", b"GET", headers)
            except (OSError, http.client.HTTPException):
                status = 0
            if status == 200:
                found: Json = json.loads(content)
                return found
            time.sleep(0.3)
        raise GaveUp(path)

    def ticket(self) -> None:
        """A repair; some are left to fall due, the others are seen through to the satisfied callback."""
        mark = f"t-{self.number}-{uuid.uuid4()}"
        new = {
            "project": "demo",
            "kind": "repair",
            "unit": self.random.choice(["3-2-1501", "3-2-1502"]),
            "category": "lamp",
            "title": mark,
            "description": mark,
            "contact_phone": "13812341234",
        }
        number = self.api("open", "tickets/", new, mark=mark)["number"]
        if self.random.random() < 0.4:
            return

        def step(verb: str, body: Json, who: str = "technician") -> None:
            self.api(verb, f"tickets/{number}/{verb}/", body, who=who, mark=f"{verb} {number}", case=number)

        step("dispatch", {"technician": "technician"}, "frontdesk")
        step("accept", {})
        step("arrive", {})
        self.photo(number)
        step("complete", {"report": "换了", "hours": "0.5"})
        owed = self.get(f"callbacks/?case={number}")["results"]
        if owed:
            called = owed[0]["number"]
            body = {"result": "satisfied", "score": 5, "text": "很快"}
            self.api("record", f"callbacks/{called}/record/", body, mark=f"record {called}", case=called)

    def photo(self, number: str) -> None:
        """A picture of the work."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="label"\r\n\r\nafter\r\n--{edge}\r\n'
        head += 'Content-Disposition: form-data; name="photo"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        picture = self.random.choice(sorted((self.folder / "pictures").iterdir())).read_bytes()
        body = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        headers = {
            "Authorization": f"Token {self.access['tokens']['technician']}",
            "Content-Type": f"multipart/form-data; boundary={edge}",
        }
        self.act("photo", f"/api/v1/tickets/{number}/photos/", body, headers, mark=f"photo {number}", case=number)

    def contact(self) -> None:
        """A call, over the API."""
        mark = f"c-{self.number}-{uuid.uuid4()}"
        self.api("contact", "contacts/", {"project": "demo", "text": mark, "unit": "3-2-1501"}, mark=mark)

    def page_contact(self) -> None:
        """A call, typed into the page: answered at once."""
        mark = f"p-{self.number}-{uuid.uuid4()}"
        fields = {
            "contact_name": "张小明", "contact_phone": "13812341234", "unit": "3-2-1501", "said": mark,
            "purpose": "enquiry", "channel": "phone", "done": "已答复", "then": "answer", "idempotency_key": "@KEY@",
            "csrfmiddlewaretoken": TOKEN,
        }  # fmt: skip
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.access['session']}; csrftoken={TOKEN}",
            "Referer": f"http://{self.host}/contacts/new/",
        }
        body = urllib.parse.urlencode(fields, safe="@").encode()
        self.act("page contact", "/contacts/new/", body, headers, mark=mark)

    def work(self) -> None:
        """Go on until told to stop."""
        while not (self.folder / "stop").exists():
            act = self.random.choices([self.ticket, self.contact, self.page_contact], [6, 2, 2])[0]
            try:
                act()
            except Refused:
                continue
            time.sleep(self.random.uniform(0, 0.1))


def number_in(location: str) -> str:
    """The number that a page's redirect leads to."""
    return location.rstrip("/").rpartition("/")[2]


if __name__ == "__main__":
    Client(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], careless="careless" in sys.argv).work()
