"""The checks of `make check` on small trees of their own: each finds the fault it is for."""

from pathlib import Path

import pytest
from django.template import Engine

from core.transitions import Step
from tools import check, diagrams, size, styles, templates, trace

SOUND = """{% load i18n %}
<!-- style="color: red" -->
{% comment %}<p style="color: red">{% endcomment %}
<a class="{% if x > 1 %}once{% endif %}" data-on="1" href="{{ url }}?a=b">{% translate "on=1" %}</a>
<script nonce="{{ request.csp_nonce }}" src="x.js"></script>
"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color: red">', "style= attribute; write a class"),
        ("<p {% if x %}style='{{ y }}'{% endif %}>", "style= attribute; write a class"),
        ('<button onclick="go()">', "onclick= attribute; write a listener in static/js"),
        ('<button hx-on:click="go()">', "hx-on:click= attribute; write a listener in static/js"),
        ('<a href=" javascript:go()">', "javascript: in href="),
        ("<script>go()</script>", "script without nonce"),
        ('<script src="x.js"></script>', "script without nonce"),
        ("<style>p { color: red }</style>", "inline style sheet; write it in static/css"),
    ],
)
def test_what_the_policy_would_block_is_found_with_its_line(text: str, what: str) -> None:
    assert templates.read(f"{{# a\nb #}}\n{{% if x\n%}}{text}") == [(4, what)]


def test_a_sound_template_has_no_fault() -> None:
    assert templates.read(SOUND) == []


def test_a_template_that_does_not_compile_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "desk"
    folder.mkdir(parents=True)
    (folder / "good.html").write_text("{% if x %}{% endif %}")
    (folder / "bad.html").write_text("{% if x %}")
    found = templates.check(tmp_path, Engine())
    assert len(found) == 1
    assert found[0].startswith("templates/desk/bad.html: does not compile: ")


SHEET = """/* .gone-with-the-comment */
.card > .line:hover, .state-open { margin: 0.5rem; }
.at-7 { grid-column: 7; }
.due-soon, .told { color: red; }
.is-here .lost { color: red; } .also-lost { color: red; }
"""
WORN = """<body class="{% block body_class %}told{% endblock %}">
<p class="card{% if line %} line{% endif %} state-{{ state }}">lost</p>"""


def test_a_class_that_nothing_wears_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "desk.css").write_text(SHEET)
    (tmp_path / "desk.html").write_text(WORN)
    (tmp_path / "desk.js").write_text("// lost\nrow.classList.add(`at-${hour}`); row.className = 'is-here';")
    (tmp_path / "desk.py").write_text('also_lost = 1  # also-lost\nreturned = f"due-{tone}"\n')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "page.html").write_text('<p class="lost">')
    assert styles.unworn(tmp_path) == ["desk.css:5: nothing wears .lost", "desk.css:5: nothing wears .also-lost"]


def function(lines: int) -> str:
    return "@decorated\ndef f() -> int:\n" + "    x = 1\n" * (lines - 2) + "    return x\n"


@pytest.mark.parametrize(("lines", "is_too_long"), [(60, False), (61, True)])
def test_a_function_may_have_sixty_lines(tmp_path: Path, lines: int, is_too_long: bool) -> None:
    (tmp_path / "desk.py").write_text(function(lines))
    found = size.measure(tmp_path)[1]
    assert found == (["desk.py:2 f: 61 lines, at most 60"] if is_too_long else [])


@pytest.mark.parametrize(("lines", "is_too_long"), [(500, False), (501, True)])
def test_a_file_may_have_five_hundred_lines(tmp_path: Path, lines: int, is_too_long: bool) -> None:
    (tmp_path / "page.html").write_text("<p>\n" * lines)
    found = size.measure(tmp_path)[1]
    assert found == (["page.html: 501 lines, at most 500"] if is_too_long else [])


def test_the_core_stays_small_in_all(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    for name in ("a", "b"):
        (tmp_path / "core" / f"{name}.py").write_text("x = 1\n" * 151)
    assert size.measure(tmp_path)[1] == ["core/: 302 lines in all, at most 300; what it holds belongs to a room"]


def test_migrations_and_fetched_files_are_not_measured(tmp_path: Path) -> None:
    for folder in ("desk/migrations", "node_modules/x", ".venv/lib", "static/vendor"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "long.py").write_text("x = 1\n" * 600)
    assert size.measure(tmp_path)[1] == []


TABLE = {
    "register": Step(frozenset(), "new", "ticket.opened"),
    "accept": Step(frozenset({"new", "returned"}), "accepted", "ticket.accepted"),
    "note": Step(frozenset({"new"}), "", "ticket.noted"),
}


def test_a_diagram_shows_beginning_every_source_and_end() -> None:
    assert diagrams.draw(TABLE).split("```")[1].splitlines()[2:] == [
        "    [*] --> new: register (ticket.opened)",
        "    new --> accepted: accept (ticket.accepted)",
        "    returned --> accepted: accept (ticket.accepted)",
        "    accepted --> [*]",
    ]


def test_a_verb_that_stays_stands_in_the_table() -> None:
    assert "| `note` | `new` | `ticket.noted` |" in diagrams.draw(TABLE)


def test_a_table_without_a_first_verb_begins_where_nothing_leads() -> None:
    table = {"accept": TABLE["accept"]}
    assert "    [*] --> new\n    [*] --> returned\n" in diagrams.draw(table)


def test_a_circle_begins_with_the_state_the_app_lists_first() -> None:
    table = {
        "accept": Step(frozenset({"new"}), "accepted", "ticket.accepted"),
        "return": Step(frozenset({"accepted"}), "new", "ticket.returned"),
    }
    assert "    [*] --> new\n" in diagrams.draw(table, ["gone", "new", "accepted"])


def test_an_old_drawing_and_a_left_over_one_are_found(tmp_path: Path) -> None:
    wanted = {Path("docs/states/tickets.md"): "new\n"}
    diagrams.write({Path("docs/states/tickets.md"): "old\n"}, tmp_path)
    (tmp_path / "docs" / "states" / "gone.md").write_text("x\n")
    assert diagrams.differences(wanted, tmp_path) == [
        "docs/states/tickets.md: not what the table says",
        "docs/states/gone.md: no such table any more",
    ]
    diagrams.write(wanted, tmp_path)
    assert diagrams.differences(wanted, tmp_path) == []


MARKED = """
import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.req("SEC-1")]

@pytest.mark.req("REP-1", "REP-2")
def test_one() -> None: ...

@pytest.mark.req("CBK-1")
class TestMore:
    @pytest.mark.req("CBK-2")
    def test_two(self) -> None: ...

def helper() -> None: ...
"""
PAGE = """| ID | What the desk does | Done |
|---|---|---|
| REP-1 | Takes a repair | yes |
| REP-3 | Sends somebody | yes |
| CBK-1 | Owes a callback | begun |
"""


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_desk.py").write_text(MARKED)
    (tmp_path / "requirements.md").write_text(PAGE)
    return tmp_path


def test_marks_on_file_class_and_function_all_count(marked: Path) -> None:
    one, two = "tests/test_desk.py::test_one", "tests/test_desk.py::TestMore::test_two"
    found = {key: sorted(names) for key, names in trace.collect(marked).items()}
    assert found == {"SEC-1": [two, one], "REP-1": [one], "REP-2": [one], "CBK-1": [two], "CBK-2": [two]}


def test_a_done_row_without_a_test_and_a_test_without_a_row_are_found(marked: Path) -> None:
    rows = trace.rows(marked / "requirements.md")
    tests = {"REP-1": ["a"], "REP-9": ["b"]}
    assert trace.problems(rows, tests) == ["REP-3 is marked done and no test shows it", "REP-9 is no row: b"]


def test_an_unknown_mark_and_a_doubled_row_are_found(marked: Path) -> None:
    page = marked / "requirements.md"
    page.write_text(PAGE.replace("begun", "soon") + "| REP-1 | Again | no |\n")
    assert trace.problems(trace.rows(page), {"REP-1": ["a"], "REP-3": ["b"]}) == [
        "CBK-1 is marked “soon”; use yes, begun or no",
        "REP-1 stands there twice",
    ]


def test_check_fails_when_one_of_its_checks_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "CHECKS", {"good": "-c 0", "bad": "-c print(7);raise(SystemExit(3))"})
    assert check.main([]) == 1
    said = capsys.readouterr().out
    assert "✓ good" in said
    assert "✗ bad" in said
    assert "    7" in said
    assert check.main(["good"]) == 0
    assert check.main(["none"]) == 2
