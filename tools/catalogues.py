"""The catalogues of messages, without GNU gettext: collect, merge, compile, check.

English msgids stand in the code and the templates. `merge` collects them into `locale/zh_Hans/LC_MESSAGES/django.po`,
where the Chinese is kept, with what `locale/parts/*.po` brings; and into the English catalogue, which says what the
msgid says (so that English does not fall back to Chinese, the default language). `compile` writes both `.mo` files,
`check` says what is missing, empty, doubtful or left over, or loses a placeholder.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CHINESE = "zh_Hans"
ENGLISH = "en"
PLURAL_FORMS = {CHINESE: "nplurals=1; plural=0;", ENGLISH: "nplurals=2; plural=(n != 1);"}
HEADER = """# {title}
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
TITLES = {
    CHINESE: "Property Service Desk in Simplified Chinese.",
    ENGLISH: "Property Service Desk in English: the msgids.",
}
# What a call's arguments mean: 1 the text, (1, 2) text and plural, "c" the context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED_FOLDERS = {"tests", "tools", "node_modules", "var", "locale", "static", "docs", "migrations"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%(?:\d*\.?\d*)?[sdifr](?![a-z])|\{(\w*)\}")

Key = tuple[str | None, str]


def key_of(message: Message) -> Key:
    """Return what tells one message from another: its context and its (singular) msgid."""
    return message.context, texts(message.id)[0]


def texts(value: object) -> list[str]:
    """Return a msgid or msgstr as a list, plural forms and all."""
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list | tuple) else [""]


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield every message but the header."""
    return (message for message in catalogue if message.id)


# --- Collecting -----------------------------------------------------------------------------------------------------


def sources(root: Path) -> Iterator[Path]:
    """Yield the code and the templates that may hold texts, in a fixed order."""
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root).parts
        if any(part in SKIPPED_FOLDERS or part.startswith(".") for part in inner[:-1]):
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt", ".svg"} and "templates" in inner):
            yield path


def as_python(path: Path) -> str:
    """Return what is to be read for calls: code as it is, a template rewritten into calls."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    # The rewritten template keeps its line breaks and indentation, which mean nothing here and confuse a tokenizer.
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())


def collect(root: Path = ROOT) -> Catalog:
    """Return every text of the project, with the files that use it."""
    if not settings.configured:  # templatize needs no settings of the project, only that there are some
        settings.configure(USE_I18N=True)
        django.setup()
    found = Catalog()
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        body = BytesIO(as_python(path).encode())
        options = {"encoding": "utf-8"}
        for _line, ids, _comments, context in extract("python", body, keywords=KEYWORDS, options=options):
            found.add(ids, locations=[(name, 0)], context=context)
    return found


# --- Reading and writing --------------------------------------------------------------------------------------------


def po_path(language: str, root: Path = ROOT) -> Path:
    """Return where a language's catalogue stands."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    """Read a catalogue; an absent file is an empty one."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as handle:
        return read_po(handle, locale=language, charset="utf-8", abort_invalid=True)


def write(catalogue: Catalog, language: str, path: Path) -> None:
    """Write a catalogue with a header that does not change from day to day."""
    body = BytesIO()
    write_po(body, catalogue, width=118, omit_header=True, sort_by_file=True, include_lineno=False)
    header = HEADER.format(title=TITLES[language], language=language, plurals=PLURAL_FORMS[language])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + body.getvalue().decode(), encoding="utf-8")


def parts(root: Path = ROOT) -> tuple[dict[Key, list[str]], list[str]]:
    """Return the Chinese that the parts bring, and a sentence for each text given two different ones."""
    given: dict[Key, list[str]] = {}
    quarrels = []
    for path in sorted((root / "locale" / "parts").glob("*.po")):
        for message in messages(read(path, CHINESE)):
            chinese = texts(message.string)
            if not all(chinese):
                continue
            first = given.setdefault(key_of(message), chinese)
            if first != chinese:
                quarrels.append(f"{path.name}: “{key_of(message)[1]}” is {first[0]} elsewhere, {chinese[0]} here")
    return given, quarrels


# --- The four verbs -------------------------------------------------------------------------------------------------


def merge(root: Path = ROOT) -> list[str]:
    """Write both catalogues from the texts in use; return what the parts disagree on."""
    given, quarrels = parts(root)
    kept = {key_of(m): texts(m.string) for m in messages(read(po_path(CHINESE, root), CHINESE)) if not m.fuzzy}
    chinese, english = Catalog(locale=CHINESE), Catalog(locale=ENGLISH)
    for message in messages(collect(root)):
        ids = texts(message.id)
        known = given.get(key_of(message)) or kept.get(key_of(message)) or [""]
        add(chinese, message, tuple(known[:1]) if len(ids) > 1 else known[0])
        add(english, message, tuple(ids) if len(ids) > 1 else ids[0])
    write(chinese, CHINESE, po_path(CHINESE, root))
    write(english, ENGLISH, po_path(ENGLISH, root))
    return quarrels


def add(catalogue: Catalog, message: Message, string: str | tuple[str, ...]) -> None:
    """Put a collected message into a catalogue with what it says there."""
    catalogue.add(message.id, string, locations=message.locations, context=message.context)


def compile_all(root: Path = ROOT) -> None:
    """Write the `.mo` of both catalogues where the `.po`, or a part that is not merged yet, is newer."""
    waiting = sorted((root / "locale" / "parts").glob("*.po"))
    for language in (CHINESE, ENGLISH):
        source = po_path(language, root)
        target = source.with_suffix(".mo")
        inputs = [path for path in (source, *waiting) if path.exists()]
        if target.exists() and all(path.stat().st_mtime <= target.stat().st_mtime for path in inputs):
            continue
        catalogue = read(source, language)
        if language == CHINESE:
            overlay(catalogue, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as handle:
            write_mo(handle, catalogue)


def overlay(catalogue: Catalog, root: Path) -> None:
    """Add what the parts bring, so that pages speak Chinese before the next merge."""
    for path in sorted((root / "locale" / "parts").glob("*.po")):
        for message in messages(read(path, CHINESE)):
            if all(texts(message.string)):
                catalogue.add(message.id, message.string, context=message.context)


def check(root: Path = ROOT) -> list[str]:
    """Return a line for everything wrong with either catalogue; none when both are complete."""
    wanted = {key_of(m): m for m in messages(collect(root))}
    problems = []
    for language in (CHINESE, ENGLISH):
        have = {key_of(m): m for m in messages(read(po_path(language, root), language))}
        problems += [f"{language}: missing: {label(m)}" for key, m in wanted.items() if key not in have]
        problems += [f"{language}: no longer used: {label(m)}" for key, m in have.items() if key not in wanted]
        for message in have.values():
            problems += [f"{language}: {what}: {label(message)}" for what in faults(message)]
    return problems


def label(message: Message) -> str:
    """Return a message as a person would look for it."""
    context, text = key_of(message)
    where = ", ".join(sorted({name for name, _line in message.locations})[:3])
    return f"“{text}”" + (f" [{context}]" if context else "") + (f" ({where})" if where else "")


def faults(message: Message) -> Iterator[str]:
    """Yield what is wrong with one entry by itself."""
    if message.fuzzy:
        yield "fuzzy"
    strings = texts(message.string)
    if not all(strings):
        yield "empty"
        return
    ids = texts(message.id)
    # A plural may leave out the number in one of its forms; none may invent a placeholder.
    for string in strings:
        if not any(placeholders(string) == placeholders(one) for one in ids):
            yield f"placeholders differ ({string})"


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a text, sorted: `%(name)s`, `%s`, `{name}`."""
    return sorted(match[0] for match in PLACEHOLDER.finditer(text.replace("%%", "")))


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.catalogues", description=__doc__)
    parser.add_argument("verb", choices=["merge", "compile", "check"])
    parser.add_argument("--root", type=Path, default=ROOT)
    asked = parser.parse_args(arguments)
    if asked.verb == "compile":
        compile_all(asked.root)
        return 0
    problems = merge(asked.root) if asked.verb == "merge" else check(asked.root)
    for problem in problems:
        print(problem)
    if asked.verb == "check" and problems:
        print(f"{len(problems)} problems in the catalogues; `make messages` collects what is missing.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
