"""Tokens and digests with literal values: links, feeds, short codes and reply addresses sent years ago still work."""

from uuid import UUID

import pytest

from advisors.feed import services as feed_tokens
from advisors.models import AgendaFeed
from bookings import short_codes
from candidates.access import tokens as candidate_tokens
from core.tokens import digest_of
from outbox import phone_hash, reply_addresses

KEY = UUID("0b6f6a3e-3c59-4c53-9d6f-1a2b3c4d5e6f")


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.LINK_SECRET = "a link secret that never changes"
    settings.LINK_SECRET_FALLBACKS = ["an earlier link secret"]
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"


def test_digest_of_an_api_token():
    assert digest_of("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


def test_token_of_a_candidates_link():
    token = candidate_tokens.link_token(KEY, 2)

    assert token == "yI1Ul0_MFW-4iMYKGRQh69mY1DJmc2qm3LCXtq-Gpy4"
    assert digest_of(token) == "1baf8d99f31922fb4e501aa891e145fe6dd4e8a4feabb05c80410b044caa61c6"


def test_token_of_an_advisors_feed():
    token = feed_tokens.token_of(AgendaFeed(pk=7, version=3))

    assert token == "HBxl8i3djJtjb6FpbVbZlA_AnyMPSL2xYtO3NytPl64"
    assert digest_of(token) == "03c7cdc9b9b7854b0375d7830319a1dfb2c88f0223d616b798f32d010e723151"


def test_short_codes_of_a_booking_and_of_an_offer():
    assert (short_codes.code_for_booking(KEY), short_codes.code_for_hold(12)) == ("LS2R5ZF4P2", "JFGIMOAVJB")


def test_digest_of_a_short_code_ignores_case_and_spaces():
    digest = short_codes.code_digest(" ls2r5zf4p2 ")

    assert digest == "665f8e4f2ad12342b14013111c05dee333359fdc9492708d3f2cc7a4fe3b4689"


def test_digests_of_a_phone_number_with_todays_and_an_earlier_secret():
    assert phone_hash.keyed_digests("+31600000001") == [
        "6278ad59561a6adcdab31de6419320ac7022b3de109b9b4809fb03beda2f43e6",
        "bbe01a787e16d29faabef609887e53c39bfe571254d0b4e2be56f32bc8c346cf",
    ]


def test_reply_addresses_of_a_booking_and_of_a_bounce():
    assert reply_addresses.reply_address("booking:12") == "antwoord+booking.12.x432wd2wy7@oostmeer.example"
    assert (
        reply_addresses.bounce_address(KEY)
        == "antwoord+bounce.0b6f6a3e3c594c539d6f1a2b3c4d5e6f.kmyrakcr2h@oostmeer.example"
    )
