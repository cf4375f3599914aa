"""How a notice is signed: HMAC-SHA256 over one spelling of its fields. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping


def canonical(fields: Mapping[str, str]) -> bytes:
    """The one spelling of a notice's fields, whatever their order and spaces were: keys sorted, nothing between."""
    return json.dumps(dict(fields), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(fields: Mapping[str, str], secret: bytes) -> str:
    """The signature of a notice, in hexadecimal digits."""
    return hmac.new(secret, canonical(fields), hashlib.sha256).hexdigest()


def is_signed(fields: Mapping[str, str], signature: str, secret: bytes) -> bool:
    """Say whether a signature is that of the notice; takes as long for a near miss as for a wild guess."""
    return hmac.compare_digest(sign(fields, secret).encode(), signature.encode())
