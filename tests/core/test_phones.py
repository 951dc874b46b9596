import pytest

from core.errors import InvalidPhone
from core.phones import is_mobile, parse_phone


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06-12345678",
        "06 12345678",
        "06 12 34 56 78",
        "06-12 34 56 78",
        "06.12.34.56.78",
        "06/12345678",
        "(06) 12345678",
        "(06)-123 456 78",
        "+31612345678",
        "+31 6 12345678",
        "+31 (0)6 12345678",
        "+31(0)612345678",
        "+31-6-12345678",
        "0031612345678",
        "0031 6 12 34 56 78",
        "00 31 (0) 6 12345678",
        "31612345678",
        "612345678",
        "  06 12345678  ",
        "06\u00a012345678",
    ],
)
def test_every_dutch_notation_of_a_mobile_number_is_the_same_number(text):
    assert parse_phone(text, demo=False) == "+31612345678"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("020 624 11 11", "+31206241111"),
        ("(020) 6241111", "+31206241111"),
        ("+31 (0)20-6241111", "+31206241111"),
        ("0228-562356", "+31228562356"),
        ("+32 470 12 34 56", "+32470123456"),
        ("0049 30 901820", "+4930901820"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_other_numbers_are_read_too(text, number):
    assert parse_phone(text, demo=False) == number


@pytest.mark.parametrize(
    "text",
    [
        "06-1234567",
        "06-123456789",
        "123",
        "06-BELMIJ12",
        "nummer volgt",
        "112",
        "0612345678 / 0687654321",
        "0612345678 na 18 uur",
        "+31 6 1234 5678 x12",
        "=0612345678",
        "0612345678\x00",
        "06" * 40,
        "\u202e8765432160",
    ],
)
def test_a_wrong_number_is_refused(text):
    with pytest.raises(InvalidPhone):
        parse_phone(text, demo=True)


@pytest.mark.parametrize("text", ["+31600000001", "06 00000001", "0600 00 00 99", "+31600000900"])
def test_the_invented_range_is_for_the_demo_only(text):
    assert parse_phone(text, demo=True).startswith("+316000")
    with pytest.raises(InvalidPhone):
        parse_phone(text, demo=False)


def test_the_invented_range_ends():
    with pytest.raises(InvalidPhone):
        parse_phone("+31600100000", demo=True)


@pytest.mark.parametrize(
    ("number", "can_be_texted"),
    [
        ("+31612345678", True),
        ("+32470123456", True),
        ("+12025550123", True),  # America does not tell them apart
        ("+31600000001", True),
        ("+31206241111", False),
        ("+318001234", False),
        ("+319061234567", False),  # premium
        ("+44909879012", False),
        ("+4490987901234", False),
        ("+447640123456", False),  # a pager
        ("+491901123456", False),
        ("+33612345678", True),
        ("+212612345678", True),
        ("+99999999", False),
        ("", False),
    ],
)
def test_only_a_mobile_number_can_be_texted(number, can_be_texted):
    assert is_mobile(number) is can_be_texted
