"""Uploads become inert: what is kept was encoded by us from pixels, never the bytes that came in."""

import io
import warnings

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid

MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
ACCEPTED = ("JPEG", "PNG", "WEBP", "MPO")


def re_encode(upload: "File[bytes]") -> tuple[bytes, str, str]:
    """Return new bytes, content type and extension for an uploaded photo or signature.

    Without location or other metadata, upright, at most 2,000 pixels a side. Raises `Invalid` with what to do.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise Invalid(_("The photo is larger than 15 MB. Take it again at a lower resolution."), code="too_large")
    image = _decode(upload)
    if image.mode in ("RGBA", "LA", "P"):
        return _encode(image.convert("RGBA"), "PNG"), "image/png", ".png"
    return _encode(image.convert("RGB"), "JPEG"), "image/jpeg", ".jpg"


def _decode(upload: "File[bytes]") -> Image.Image:
    unreadable = Invalid(_("This file is not a photo we can read. Use JPEG, PNG or WebP."), code="not_an_image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(upload, formats=ACCEPTED)
            if image.width * image.height > MAX_PIXELS:
                raise Invalid(
                    _("The photo has too many pixels. Take it again at a lower resolution."), code="too_large"
                )
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))
            image = ImageOps.exif_transpose(image)
            image.thumbnail((MAX_SIDE, MAX_SIDE))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise unreadable from error
    return image


def _encode(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    clean.save(out, kind, quality=82, optimize=True)
    return out.getvalue()
