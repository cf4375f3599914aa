"""Uploads become inert: what is kept is pixels that we encoded, whatever came in."""

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import Invalid, TooLarge
from records.actions import store_image
from records.images import MAX_SIDE, re_encode
from records.models import StoredFile
from tests.cast import NOON, Cast
from tests.records.pictures import (
    GPS_LATITUDE,
    SCRIPT,
    animation,
    encoded,
    photo,
    photo_with_place,
    png_that_claims,
    polyglot,
    upload,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"


def reread(content: bytes) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.req("SEC-3")
def test_a_photo_loses_the_place_where_it_was_taken() -> None:
    source = photo_with_place()
    assert GPS_LATITUDE in source
    assert b"PhoneMaker" in source
    content, kind, extension = re_encode(upload(source))
    assert (kind, extension) == ("image/jpeg", ".jpg")
    assert GPS_LATITUDE not in content
    assert b"PhoneMaker" not in content
    assert b"taken at home" not in content
    assert not reread(content).getexif()


def test_a_photo_taken_on_its_side_is_turned_upright() -> None:
    content, _, _ = re_encode(upload(photo_with_place(orientation=6)))
    assert reread(content).size == (480, 640)


@pytest.mark.req("SEC-3")
def test_a_picture_that_is_a_page_too_keeps_no_markup() -> None:
    source = polyglot()
    assert source.count(SCRIPT) == 2
    content, _, _ = re_encode(upload(source))
    assert b"<script" not in content
    assert b"<html" not in content


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (SVG, "drawing.svg", "image/svg+xml"),
        (SVG, "drawing.png", "image/png"),
        (HTML, "photo.jpg", "image/jpeg"),
        (b"", "photo.jpg", "image/jpeg"),
        (b"\xff\xd8\xff\xe0" + b"A" * 2000, "photo.jpg", "image/jpeg"),
        (b"%PDF-1.7\n%\xe2\xe3", "photo.jpg", "image/jpeg"),
        (b"GIF89a" + b"\0" * 100, "photo.gif", "image/gif"),
        (b"PK\x03\x04" + b"\0" * 100, "photo.jpg", "image/jpeg"),
        (photo()[: len(photo()) // 2], "photo.jpg", "image/jpeg"),
    ],
    ids=["svg", "svg as png", "html as jpg", "empty", "only a header", "pdf", "gif", "zip", "cut in half"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(content: bytes, name: str, kind: str) -> None:
    with pytest.raises(Invalid) as refusal:
        re_encode(upload(content, name, kind))
    assert refusal.value.code == "not_an_image"
    assert str(refusal.value)


def test_a_gif_is_refused_even_when_it_is_a_good_one() -> None:
    with pytest.raises(Invalid):
        re_encode(upload(animation("GIF"), "photo.gif", "image/gif"))


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (10_000, 10_000), (2**31 - 1, 1), (8_000, 6_251)])
def test_a_picture_that_unfolds_to_too_many_pixels_is_refused_unread(width: int, height: int) -> None:
    with pytest.raises(TooLarge) as refusal:
        re_encode(upload(png_that_claims(width, height), "bomb.png", "image/png"))
    assert refusal.value.status == 413


def test_fifty_megabytes_are_refused_before_anything_is_decoded() -> None:
    class Unread(io.BytesIO):
        size = 50 * 1024 * 1024

        def read(self, *args: Any) -> bytes:
            pytest.fail("the file was read")

    with pytest.raises(TooLarge):
        re_encode(Unread())  # type: ignore[arg-type]  # what matters of a file here is its size
    assert Unread.size > settings.UPLOAD_MAX_BYTES


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "CMYK", "YCbCr"])
def test_every_way_to_store_colours_of_a_jpeg_or_png_is_read(mode: str) -> None:
    kind = "PNG" if mode == "1" else "JPEG"
    content, stored_as, _ = re_encode(upload(photo(kind=kind, mode=mode)))
    assert stored_as == "image/jpeg"
    assert reread(content).mode == "RGB"


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA"])
def test_a_picture_with_a_palette_or_see_through_parts_becomes_png(mode: str) -> None:
    content, kind, extension = re_encode(upload(photo(kind="PNG", mode=mode), "signature.png", "image/png"))
    assert (kind, extension) == ("image/png", ".png")
    assert reread(content).size == (640, 480)


def test_a_palette_with_a_see_through_colour_keeps_it() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 255, 255, 0, 0, 0])
    image.putpixel((3, 3), 1)
    content, _, _ = re_encode(upload(encoded(image, "PNG", transparency=0), "signature.png", "image/png"))
    stored = reread(content)
    assert stored.getpixel((0, 0)) == (255, 255, 255, 0)
    assert stored.getpixel((3, 3)) == (0, 0, 0, 255)


def test_sixteen_bits_a_colour_are_read() -> None:
    image = Image.new("I;16", (32, 32), 40_000)
    content, _, _ = re_encode(upload(encoded(image, "PNG"), "scan.png", "image/png"))
    assert reread(content).size == (32, 32)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(kind: str) -> None:
    content, _, _ = re_encode(upload(animation(kind), f"photo.{kind.lower()}", f"image/{kind.lower()}"))
    stored = reread(content)
    assert getattr(stored, "n_frames", 1) == 1
    red, green, blue = stored.convert("RGB").getpixel((16, 16))  # type: ignore[misc]  # three channels
    assert red > 200
    assert max(green, blue) < 60


def test_a_large_photo_is_shrunk() -> None:
    content, _, _ = re_encode(upload(photo(5000, 3000)))
    assert reread(content).size == (MAX_SIDE, 1200)
    assert len(content) < 1_000_000


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    source=st.sampled_from([photo(64, 48), photo(64, 48, "PNG", "P"), photo(64, 48, "WEBP"), photo_with_place()]),
    hits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_a_damaged_file_is_a_picture_or_a_refusal_and_nothing_else(source: bytes, hits: list[tuple[int, int]]) -> None:
    damaged = bytearray(source)
    for place, value in hits:
        damaged[place % len(damaged)] = value
    try:
        content, kind, _ = re_encode(upload(bytes(damaged)))
    except Invalid:
        return
    assert kind in ("image/jpeg", "image/png")
    reread(content)


@pytest.mark.req("SEC-3")
@pytest.mark.parametrize("name", ["../../etc/passwd", "a\u202egpj.exe", "con.jpg", "x" * 300 + ".jpg", "<b>.html"])
def test_the_senders_file_name_is_kept_nowhere(cast: Cast, name: str) -> None:
    stored = store_image(upload=upload(photo(), name), project=cast.project, by=cast.frontdesk, at=NOON)
    assert stored.name == "photo.jpg"
    path = Path(stored.file.path)
    assert path.is_relative_to(settings.MEDIA_ROOT)
    assert path.stem == stored.token
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_stored_can_be_proved_by_its_hash(cast: Cast) -> None:
    stored = store_image(upload=upload(photo()), project=cast.project, by=cast.frontdesk, at=NOON)
    kept = StoredFile.objects.get(pk=stored.pk)
    content = Path(kept.file.path).read_bytes()
    assert kept.size == len(content)
    assert len(kept.token) >= 22
    assert struct.unpack(">H", content[:2])[0] == 0xFFD8
