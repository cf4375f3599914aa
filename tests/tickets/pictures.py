"""Pictures for tests."""

import io

from PIL import Image


def photo_bytes(color: str = "olive") -> bytes:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(target, "JPEG")
    return target.getvalue()
