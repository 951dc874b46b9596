"""Unsafe development defaults are refused with DEBUG off."""

from dataclasses import replace

import pytest

from spreekuur.production_checks import CheckedSettings, unsafe_defaults

SAFE = CheckedSettings(
    secret_key="x" * 50,
    link_secret="y" * 50,
    allowed_hosts=["spreekuur.oostmeer.example"],
    public_url="https://spreekuur.oostmeer.example",
    email_url="smtp+tls://user:password@smtp.oostmeer.example:587",
    inbox_address="",
    demo=False,
)


@pytest.mark.parametrize("address", ["", "antwoord@oostmeer.example"])
def test_a_valid_inbox_address_or_none_is_accepted(address):
    assert unsafe_defaults(replace(SAFE, inbox_address=address)) == []


@pytest.mark.parametrize(
    "address", ["antwoord", "antwoord@mailhost", "Spreekuur <antwoord@oostmeer.example>", "zoë@oostmeer.example"]
)
def test_an_invalid_inbox_address_refuses_to_start(address):
    [sentence] = unsafe_defaults(replace(SAFE, inbox_address=address))

    assert sentence.startswith("INBOX_ADDRESS")


@pytest.mark.parametrize("value", ["", "short"])
def test_an_installation_without_a_link_secret_refuses_to_start(value):
    [sentence] = unsafe_defaults(replace(SAFE, link_secret=value))

    assert sentence.startswith("LINK_SECRET")


def test_the_link_secret_may_be_the_secret_key_of_an_installation_that_ran_without_it():
    assert unsafe_defaults(replace(SAFE, link_secret=SAFE.secret_key)) == []
