"""How personal data looks where it is masked: pages and the API show the same stars. Pure."""


def masked_phone(number: str) -> str:
    """Hide most of a phone number: 138****1234. Anything but a Chinese mobile shows its last two digits at most."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    mobile = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    if len(mobile) == 11 and mobile.startswith("1"):
        return f"{mobile[:3]}****{mobile[-4:]}"
    if not digits:
        return ""
    return f"****{digits[-2:]}" if len(digits) > 4 else "****"
