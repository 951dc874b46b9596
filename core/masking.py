"""An address or number of which its owner recognises something, and nobody else learns anything. Pure."""

import phonenumbers

DOTS = "•••"


def masked(recipient: str) -> str:
    """`s•••@k•••.example` for sara@kandidaat.example, `+31 6 •••• 01` for +31600000001."""
    return _masked_address(recipient) if "@" in recipient else _masked_number(recipient)


def _masked_address(address: str) -> str:
    name, _at, host = address.rpartition("@")
    domain, _dot, last = host.rpartition(".")
    return f"{name[:1]}{DOTS}@{domain[:1]}{DOTS}.{last}" if domain else f"{name[:1]}{DOTS}@{DOTS}"


def _masked_number(number: str) -> str:
    """With no-break spaces: the country, the first digit, and the last two of a number that is long enough."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return DOTS
    digits = str(parsed.national_number)
    return (
        f"+{parsed.country_code}\u00a0{digits[:1]}\u00a0{DOTS}•\u00a0{digits[-2:] if len(digits) > 5 else ''}".rstrip()
    )
