import pytest

from outbox.reply_addresses import address_about, address_in, bounce_address, mailbox, thing_of

KEY = "0b6f6a3e3c594c539d6f1a2b3c4d5e6f"


@pytest.fixture(autouse=True)
def inbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"


def test_an_address_says_what_it_is_about():
    assert thing_of(address_about("booking:12")) == "booking:12"
    assert thing_of(bounce_address(KEY)) == f"bounce:{KEY}"


def test_capitals_and_brackets_of_a_mail_program_do_not_matter():
    assert thing_of(f"<{address_about('booking:12').upper()}>") == "booking:12"


def test_the_local_part_is_short_enough_for_every_server():
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
def test_an_address_that_we_did_not_give_out_says_nothing(change):
    assert thing_of(change(address_about("booking:12"))) == ""


def test_without_a_mailbox_there_is_no_address(settings):
    address = address_about("booking:12")
    settings.INBOX_ADDRESS = ""

    assert address_about("booking:12") == bounce_address(KEY) == thing_of(address) == ""


def test_what_was_kept_of_a_mailbox_stays_its_address(settings):
    kept, address = mailbox(), address_about("booking:12")
    settings.INBOX_ADDRESS = "nieuw@oostmeer.example"

    assert kept == "antwoord+@oostmeer.example"
    assert address_in(kept, "booking:12") == address
    assert address_in("loopbaan@oostmeer.example", "booking:12") == "loopbaan@oostmeer.example"
