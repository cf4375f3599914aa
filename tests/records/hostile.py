"""Files that are not what they say, or cost more than they weigh, made here so that the repository holds none."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PIL import Image

from tests.estate.books import OWNER, PEOPLE, xlsx
from tests.records.pictures import (
    GPS_LATITUDE,
    SCRIPT,
    animation,
    encoded,
    photo,
    photo_with_place,
    png_that_claims,
    polyglot,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html>" + SCRIPT + b"</html>"
PHP = b"<?php system($_GET['c']); ?>"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# What no kept file may hold, whatever came in.
VENOM = (b"<script", b"<?php", b"<html", b"<svg", b"PK\x03\x04", GPS_LATITUDE, b"PhoneMaker", b"alert(")
NAMES = {
    "a way out": "../../../../etc/cron.d/desk",
    "a way out of Windows": "..\\..\\desk.jpg",
    "right to left": "photo\u202egpj.exe",
    "a reserved name": "CON.jpg",
    "three hundred characters": "x" * 300 + ".jpg",
    "markup": '"><img src=x onerror=alert(1)>.jpg',
    "a new line": "a\r\nSet-Cookie: b=c.jpg",
    "a page": "photo.html",
    "an escape": "%2e%2e%2fphoto.jpg",
}


@dataclass(frozen=True)
class Sent:
    """A file as it is sent."""

    content: bytes
    name: str = "photo.jpg"
    kind: str = "image/jpeg"


def zipped() -> bytes:
    """A zip with a page in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", HTML)
    return out.getvalue()


def gif_script() -> bytes:
    """A GIF that is a script too."""
    return b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//;" + animation("GIF")[20:]


def png_php() -> bytes:
    """A PNG with a program in a text of it, and more behind its end."""
    text = b"Comment\0" + PHP
    chunk = len(text).to_bytes(4, "big") + b"tEXt" + text + zlib.crc32(b"tEXt" + text).to_bytes(4, "big")
    plain = photo(64, 48, "PNG")
    return plain[:33] + chunk + plain[33:] + PHP


# By name. Whether a file is taken or refused is not said: what is kept must be inert either way.
PICTURES: dict[str, Callable[[], Sent]] = {
    "JPEG and page": lambda: Sent(polyglot()),
    "JPEG and zip": lambda: Sent(photo(64, 48) + zipped()),
    "GIF and script": lambda: Sent(gif_script(), "photo.gif", "image/gif"),
    "GIF and script as JPEG": lambda: Sent(gif_script()),
    "PNG and program": lambda: Sent(png_php(), "photo.php.png", "image/png"),
    "SVG": lambda: Sent(SVG, "drawing.svg", "image/svg+xml"),
    "SVG as JPEG": lambda: Sent(SVG),
    "page as JPEG": lambda: Sent(HTML),
    "workbook as JPEG": lambda: Sent(xlsx({"业主": [PEOPLE, OWNER]})),
    "place and maker": lambda: Sent(photo_with_place(orientation=6)),
    "moving": lambda: Sent(animation("WEBP"), "photo.webp", "image/webp"),
    "CMYK": lambda: Sent(photo(mode="CMYK")),
    "cut off": lambda: Sent(photo()[:900]),
    "empty": lambda: Sent(b""),
    "fifty thousand a side": lambda: Sent(png_that_claims(50_000, 50_000), "bomb.png", "image/png"),
    "just below the limit": lambda: Sent(png_that_claims(7_000, 7_000), "bomb.png", "image/png"),
    "a million frames wide": lambda: Sent(png_that_claims(2**31 - 1, 1), "bomb.png", "image/png"),
    "large and flat": lambda: Sent(encoded(Image.new("L", (6_000, 6_000)), "PNG"), "flat.png", "image/png"),
    **{f"named {what}": (lambda name=name: Sent(photo(64, 48), name)) for what, name in NAMES.items()},  # type: ignore[misc]
}


# What takes seconds to make or to look at: for the long form.
HEAVY = {
    "just below the limit",
    "large and flat",
    "ratio",
    "two million sheets",
    "one cell at the far corner",
    "styles that claim to be rows",
}


def light(names: Iterable[str]) -> list[str]:
    """Those that cost little."""
    return [name for name in names if name not in HEAVY and "million" not in name and "limit" not in name]


def book_with(part: str, content: bytes, kind: str = "") -> bytes:
    """A workbook with one part replaced or added, and declared as of a kind."""
    declared = f'<Override PartName="/{part}" ContentType="{TYPES}.{kind}+xml"/>'.encode() if kind else b""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx({"业主": [PEOPLE, OWNER]}))) as plain,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in plain.namelist():
            if name != part:
                kept = plain.read(name)
                archive.writestr(name, kept.replace(b"</Types>", declared + b"</Types>") if declared else kept)
        archive.writestr(part, content)
    return out.getvalue()


def _sheets(count: int) -> bytes:
    head = b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    head += b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    rows = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(1, count + 1))
    return head + rows + b"</sheets></workbook>"


def _entities() -> bytes:
    layers = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY e0 "lol">' + layers + b"]>"
    return head + b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e9;</t></si></sst>'


def _sheet(rows: bytes) -> bytes:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return head + b'<dimension ref="A1:XFD1048576"/><sheetData>' + rows + b"</sheetData></worksheet>"


def _strings(megabytes: int) -> bytes:
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return head + b"<si><t>a</t></si>" * (megabytes * 1024 * 1024 // 17) + b"</sst>"


def _styles(megabytes: int) -> bytes:
    head = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
    return head + b'<xf numFmtId="0"/>' * (megabytes * 1024 * 1024 // 18) + b"</cellXfs></styleSheet>"


FIRST_SHEET = "xl/worksheets/sheet1.xml"
HEADER = b'<row r="1">' + b"".join(
    f'<c r="{"ABCDEFGH"[n]}1" t="inlineStr"><is><t>{name}</t></is></c>'.encode() for n, name in enumerate(PEOPLE)
)
WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "ratio": lambda: book_with(FIRST_SHEET, b" " * 160 * 1024 * 1024),
    "fifty thousand sheets": lambda: book_with("xl/workbook.xml", _sheets(50_000)),
    "two million sheets": lambda: book_with("xl/workbook.xml", _sheets(2_000_000)),
    "entities": lambda: book_with("xl/sharedStrings.xml", _entities(), "sharedStrings"),
    "every cell there is": lambda: book_with(FIRST_SHEET, _sheet(HEADER + b"</row>")),
    "one cell at the far corner": lambda: book_with(
        FIRST_SHEET, _sheet(HEADER + b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "a million texts": lambda: book_with("xl/sharedStrings.xml", _strings(140), "sharedStrings"),
    "texts up to the limit": lambda: book_with("xl/sharedStrings.xml", _strings(47), "sharedStrings"),
    "styles up to the limit": lambda: book_with("xl/styles.xml", _styles(2)),
    "styles that claim to be rows": lambda: book_with("xl/styles.xml", _styles(140), "worksheet"),
    "a million styles": lambda: book_with("xl/styles.xml", _styles(140)),
    "a million rows": lambda: book_with(
        FIRST_SHEET, _sheet(HEADER + b"</row>" + b'<row><c t="n"><v>1</v></c></row>' * 4_000_000)
    ),
    "picture": lambda: photo(64, 48),
    "page": lambda: HTML,
    "zip": zipped,
    "program inside": lambda: book_with("xl/vbaProject.bin", PHP),
    "way out inside": lambda: book_with("../../../etc/cron.d/desk", PHP),
}
