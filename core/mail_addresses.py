"""Mail addresses: parsing to the form in which they are stored, and host names in ASCII by IDNA 2008."""

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.text_input import normalise_code


def parse_address(text: str) -> str:
    """Parse `anna@bücher.example`, also with invisible characters around it, to the address that is stored.

    A host name with other than ASCII letters becomes lower case; one in ASCII stays as it is written. Raises
    ValueError.
    """
    local, _at, host = normalise_code(text).rpartition("@")
    in_ascii = to_ascii_host(host)
    try:
        validate_email(f"{local}@{in_ascii}")
    except ValidationError as error:
        raise ValueError("not a mail address") from error
    if host.startswith("["):
        raise ValueError("an address of a machine, not of a person")
    readable = idna.decode(in_ascii) if "xn--" in in_ascii.lower() else in_ascii
    return f"{local}@{host if host.isascii() else readable}"


def to_ascii_host(host: str) -> str:
    """Host name in ASCII: A-labels by IDNA 2008 (RFC 5891) after the mapping of UTS 46; ASCII stays as it is.

    Python's own codec is IDNA 2003, which makes another domain of a name such as straße.example. Raises ValueError.
    """
    if host.isascii():
        return host.encode("idna").decode()  # checks the lengths only
    return idna.encode(host, uts46=True).decode()
