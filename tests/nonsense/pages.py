"""What a page asks for: its forms with their fields, and the addresses that its links and filters lead to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

TYPED = {"text", "tel", "search", "email", "url", "number", "date", "datetime-local", "time", "textarea"}


@dataclass
class Field:
    """One field: its kind (`text`, `date`, `select`, `file` …) and what a browser could send."""

    kind: str
    choices: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)


class Reader(HTMLParser):
    """Reads the forms of a page; fields that stand outside and name their form belong to it all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.queries: set[str] = set()
        self.by_id: dict[str, PageForm] = {}
        self._open: PageForm | None = None
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, fields, and links with a query."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(
                given.get("action") or given.get("hx-post") or given.get("hx-get", ""),
                "POST" if "hx-post" in given else given.get("method", "get").upper(),
            )
            self.forms.append(self._open)
            if "id" in given:
                self.by_id[given["id"]] = self._open
        elif tag in ("input", "textarea", "select", "button"):
            self._field(tag, given)
        elif tag == "option" and self._select is not None:
            self._select.choices.append(given.get("value", ""))
        for name in ("href", "hx-get"):
            if "?" in given.get(name, ""):
                self.queries.update(key for key, _ in parse_qsl(urlsplit(given[name]).query, keep_blank_values=True))

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form = self.by_id.get(given.get("form", "")) or self._open
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        made = Field(kind, [given["value"]] if given.get("value") else [])
        if tag == "select":
            self._select = made
        if form is None or not name or name == "csrfmiddlewaretoken":
            return
        known = form.fields.setdefault(name, made)
        if known is not made:
            known.choices += made.choices


def read(html: str) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(html)
    return reader
