"""Masking of phone numbers and mail addresses: the owner recognises them, nobody else can use them. Pure."""

import re

import phonenumbers

_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]@]{1,64}@[^\s<>,;:\"'()\[\]@]{1,255}")
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){7,}")
DOTS = "··"
NETHERLANDS = 31


def mask_recipient(recipient: str) -> str:
    """Mask the recipient of a message, a mail address or a phone number in E.164."""
    return mask_email(recipient) if "@" in recipient else mask_phone(recipient)


def mask_phone(number: str) -> str:
    """Format +31612345678 as `06 ·· ·· 78` and +32470123456 as `+32 ·· ·· 56`, with no-break spaces."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < 8:
        return f"{DOTS}\u00a0{DOTS}"
    country = _country_code(number)
    start = f"0{digits[2]}" if country == NETHERLANDS else f"+{country or digits[:2]}"
    return f"{start}\u00a0{DOTS}\u00a0{DOTS}\u00a0{digits[-2:]}"


def mask_email(address: str) -> str:
    """Format sara@kandidaat.example as `s··@k··.example`: a private domain would name its owner."""
    name, _at, host = address.rpartition("@")
    domain, _dot, top_level = host.rpartition(".")
    return f"{name[:1]}{DOTS}@{domain[:1]}{DOTS}.{top_level}" if domain else f"{name[:1]}{DOTS}@{DOTS}"


def mask_contacts(text: str) -> str:
    """Mask the mail addresses and the numbers of eight digits or more in a text."""
    text = _ADDRESS.sub(lambda found: mask_email(found[0]), text)
    return _NUMBER.sub(f"{DOTS}\u00a0{DOTS}", text)


def _country_code(number: str) -> int | None:
    try:
        return phonenumbers.parse(number).country_code
    except phonenumbers.NumberParseException:
        return None
