"""Mail addresses as they are stored, and host names in ASCII; needs no database."""

import pytest

from core.mail_addresses import parse_address, to_ascii_host


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("JAN@Voorbeeld.nl", "JAN@Voorbeeld.nl"),
        ("\u200bo'brien+werk@voorbeeld.amsterdam\u00a0", "o'brien+werk@voorbeeld.amsterdam"),
        ("anna@Bücher.example", "anna@bücher.example"),
        ("anna@bu\u0308cher.example", "anna@bücher.example"),
        ("jan@voor\u00adbeeld.nl", "jan@voorbeeld.nl"),
        ("jan@voorbeeld\u3002nl", "jan@voorbeeld.nl"),
        ("jan@straße.example", "jan@straße.example"),
        ("jan@xn--bcher-kva.example", "jan@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_stored_as_it_was_checked(text, stored):
    assert parse_address(text) == stored
    assert parse_address(stored) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jan",
        "jan@",
        "jan.@voorbeeld.nl",
        "jan@voorbeeld,nl",
        "mailto:jan@voorbeeld.nl",
        "Jan <jan@voorbeeld.nl>",
        "jan@[192.168.0.1]",
        "jan@i❤️.example",
        "jan@xn--i-7iq.example",
        f"jan@{'a' * 64}.nl",
        "jörg@voorbeeld.nl",
        "jan@voorbeeld.nl; piet@voorbeeld.nl",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_address(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2003 makes strasse.example of it
        ("ουτοπία.example", "xn--kxae4bafwg.example"),
        ("Calendar.Example", "Calendar.Example"),
        ("127.0.0.1", "127.0.0.1"),
        ("name_of_host.example", "name_of_host.example"),
    ],
)
def test_a_host_name_in_ascii(host, expected):
    assert to_ascii_host(host) == expected
