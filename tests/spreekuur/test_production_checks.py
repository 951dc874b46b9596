"""What may not stay as it is on a laptop."""

from dataclasses import replace

import pytest

from spreekuur.production_checks import Choices, unsafe_defaults

SAFE = Choices(
    secret_key="x" * 50,
    allowed_hosts=["spreekuur.oostmeer.example"],
    public_url="https://spreekuur.oostmeer.example",
    email_url="smtp+tls://user:password@smtp.oostmeer.example:587",
    inbox_address="",
    demo=False,
)


@pytest.mark.parametrize("address", ["", "antwoord@oostmeer.example"])
def test_with_a_mailbox_or_without_one_it_starts(address):
    assert unsafe_defaults(replace(SAFE, inbox_address=address)) == []


@pytest.mark.parametrize(
    "address", ["antwoord", "antwoord@mailhost", "Spreekuur <antwoord@oostmeer.example>", "zoë@oostmeer.example"]
)
def test_an_address_for_answers_with_which_no_letter_would_leave_refuses_to_start(address):
    [sentence] = unsafe_defaults(replace(SAFE, inbox_address=address))

    assert sentence.startswith("INBOX_ADDRESS")
