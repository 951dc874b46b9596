import pytest

from outbox.reply_addresses import (
    address_from_template,
    bounce_address,
    mailbox_template,
    parse_reply_address,
    reply_address,
)

KEY = "0b6f6a3e3c594c539d6f1a2b3c4d5e6f"


@pytest.fixture(autouse=True)
def inbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"


def test_address_names_its_subject():
    assert parse_reply_address(reply_address("booking:12")) == "booking:12"
    assert parse_reply_address(bounce_address(KEY)) == f"bounce:{KEY}"


def test_capitals_and_angle_brackets_are_accepted():
    assert parse_reply_address(f"<{reply_address('booking:12').upper()}>") == "booking:12"


def test_local_part_is_short_enough_for_every_server():
    """RFC 5321, 4.5.3.1.1: 64 octets."""
    assert len(bounce_address(KEY).partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("booking.12", "booking.13"),
        lambda address: address.replace("antwoord", "iemand"),
        lambda address: address.replace("oostmeer", "elders"),
        lambda address: address[:-30],
        lambda address: "antwoord@oostmeer.example",
        lambda address: "",
        lambda address: address.replace("+", "+x+"),
    ],
)
def test_forged_address_has_no_subject(change):
    assert parse_reply_address(change(reply_address("booking:12"))) == ""


def test_no_address_without_a_mailbox(settings):
    address = reply_address("booking:12")
    settings.INBOX_ADDRESS = ""

    assert reply_address("booking:12") == bounce_address(KEY) == parse_reply_address(address) == ""


def test_stored_template_keeps_its_address_when_the_mailbox_changes(settings):
    template, address = mailbox_template(), reply_address("booking:12")
    settings.INBOX_ADDRESS = "nieuw@oostmeer.example"

    assert template == "antwoord+@oostmeer.example"
    assert address_from_template(template, "booking:12") == address
    assert address_from_template("loopbaan@oostmeer.example", "booking:12") == "loopbaan@oostmeer.example"
