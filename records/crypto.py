"""Encryption of single fields (ID numbers), each value naming the key that made it, so that keys can rotate."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

DERIVED = "local"


def _keys() -> dict[str, str]:
    if settings.FIELD_KEYS:
        return dict(settings.FIELD_KEYS)
    digest = hashlib.sha256(b"field:" + settings.SECRET_KEY.encode()).digest()
    return {DERIVED: base64.urlsafe_b64encode(digest).decode()}


def encrypt(text: str) -> str:
    """Return `key id:token`; empty stays empty."""
    if not text:
        return ""
    key_id, key = next(iter(_keys().items()))
    return f"{key_id}:{Fernet(key.encode()).encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """Return the text behind `encrypt`'s answer. Raises `InvalidToken` under a wrong or missing key."""
    if not stored:
        return ""
    key_id, _, token = stored.partition(":")
    key = _keys().get(key_id)
    if key is None:
        raise InvalidToken
    return Fernet(key.encode()).decrypt(token.encode()).decode()
