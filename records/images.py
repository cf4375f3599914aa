"""Uploads become inert: what is kept was encoded by us from pixels, never the bytes that came in."""

import io
from typing import NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.errors import Invalid, TooLarge

MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
ACCEPTED = ("JPEG", "PNG", "WEBP", "MPO")


class Encoded(NamedTuple):
    """A picture as it is kept."""

    content: bytes
    content_type: str
    extension: str


class Ready(ContentFile):  # type: ignore[type-arg]  # it takes no argument while the program runs
    """An upload that was encoded anew already, before the transaction that keeps it began."""

    def __init__(self, encoded: Encoded) -> None:
        super().__init__(encoded.content)
        self.encoded = encoded


def ready(upload: "File[bytes]") -> Ready:
    """Encode an upload now: decoding takes most of a second, which no lock should last. Raises as `re_encode`."""
    return Ready(re_encode(upload))


def re_encode(upload: "File[bytes]") -> Encoded:
    """Encode an uploaded photo or signature anew.

    Without location or other metadata, upright, at most 2,000 pixels a side. Raises `Invalid` with what to do.
    """
    if isinstance(upload, Ready):
        return upload.encoded
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise TooLarge(
            _("The photo is larger than %(limit)s MB. Remove it and take it again at a lower resolution.")
            % {"limit": limit}
        )
    image = _decode(upload)
    if image.mode in ("RGBA", "LA", "P"):
        return Encoded(_encode(image.convert("RGBA"), "PNG"), "image/png", ".png")
    return Encoded(_encode(image.convert("RGB"), "JPEG"), "image/jpeg", ".jpg")


def _decode(upload: "File[bytes]") -> Image.Image:
    try:
        image = Image.open(upload, formats=ACCEPTED)
        pixels = image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MAX_PIXELS + 1
    except Exception as error:  # decoders fail in as many ways as files can be broken
        raise _unreadable() from error
    if pixels > MAX_PIXELS:
        raise TooLarge(
            _("The photo has more than %(limit)s million pixels. Remove it and take it again at a lower resolution.")
            % {"limit": MAX_PIXELS // 1_000_000}
        )
    try:
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
    except Exception as error:
        raise _unreadable() from error
    return upright


def _unreadable() -> Invalid:
    return Invalid(
        _("This file is not a photo we can read. Remove it and choose one in JPEG, PNG or WebP."), code="not_an_image"
    )


def _encode(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    clean.save(out, kind, quality=82, optimize=True)
    return out.getvalue()
