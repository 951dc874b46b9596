import pytest

from candidates.completeness import Missing, missing_parts

WHOLE = {
    "reason_is_known": True,
    "needs_component": True,
    "has_component": True,
    "explanation": "Voor mensen mist nog een certificaat.",
    "strengths": ["Rustig onder druk"],
}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, ()),
        ({"reason_is_known": False}, (Missing.REASON,)),
        ({"has_component": False}, (Missing.COMPONENT,)),
        ({"has_component": False, "needs_component": False}, ()),
        ({"explanation": " \n"}, (Missing.EXPLANATION,)),
        ({"strengths": []}, (Missing.STRENGTH,)),
        ({"strengths": ["", "  "]}, (Missing.STRENGTH,)),
        ({"explanation": "", "strengths": []}, (Missing.EXPLANATION, Missing.STRENGTH)),
    ],
)
def test_missing_parts_are_listed(change, missing):
    assert missing_parts(**WHOLE | change) == missing
