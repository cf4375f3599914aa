"""Files that people and attackers upload, made here so that the corpus needs no binaries in the repository."""

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

GPS_LATITUDE = b"30.2741"
SCRIPT = b"<script>alert(document.cookie)</script>"


def upload(content: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    """What the browser sends."""
    return SimpleUploadedFile(name, content, kind)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo(width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A plain picture: red above, blue below."""
    image = Image.new("RGB", (width, height), "red")
    image.paste(Image.new("RGB", (width, height // 2), "blue"), (0, height - height // 2))
    return encoded(image.convert(mode), kind)


def photo_with_place(orientation: int = 1) -> bytes:
    """A phone's photo that says where it was taken, by whom, and which way is up."""
    image = Image.new("RGB", (640, 480), "green")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (30.0, 16.0, 26.76)
    gps[29] = GPS_LATITUDE.decode()
    return encoded(image, "JPEG", exif=exif, comment=b"taken at home")


def polyglot() -> bytes:
    """A JPEG that is a web page too: markup in a comment, and more after the end of the picture."""
    return encoded(Image.new("RGB", (64, 64), "white"), "JPEG", comment=SCRIPT) + b"\n<html>" + SCRIPT + b"</html>"


def png_that_claims(width: int, height: int) -> bytes:
    """A tiny PNG whose header says that it unfolds to `width` × `height` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def animation(kind: str) -> bytes:
    """Three frames."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
