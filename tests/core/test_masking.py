import pytest

from core.masking import mask_email, mask_phone, mask_recipient


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+31612345678", "06 ·· ·· 78"),
        ("+31201234567", "02 ·· ·· 67"),
        ("+4915112345678", "+49 ·· ·· 78"),
        ("+351912345678", "+351 ·· ·· 78"),
        ("+14155552671", "+1 ·· ·· 71"),
        ("0612", "·· ··"),
        ("", "·· ··"),
    ],
)
def test_mask_phone_shows_only_start_and_end(number, expected):
    assert mask_phone(number).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("sara@kandidaat.example", "s··@k··.example"),
        ("s@mail.co.uk", "s··@m··.uk"),
        ("root@localhost", "r··@··"),
        ('"x@y"@b.example', '"··@b··.example'),
    ],
)
def test_mask_email_shows_the_first_letters(address, expected):
    assert mask_email(address) == expected


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [("sara@kandidaat.example", "s··@k··.example"), ("+31600000001", "06 ·· ·· 01"), ("Sara", "·· ··"), ("", "·· ··")],
)
def test_mask_recipient_masks_an_address_and_a_number(recipient, expected):
    assert mask_recipient(recipient).replace("\u00a0", " ") == expected
