import pytest
from django.utils import translation

from insights.metrics import Figure


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure("Told", 31, 31, Figure("All", 39, 39)), "31 of 39"),
        (Figure("All", 39, 39), "39"),
        (Figure("Told", 5, 5, Figure("All", 5, 5)), "5 of 5"),
        (Figure("Told", 4, 4, Figure("All", 39, 39)), "fewer than 5 people"),
        (Figure("Told", 0, 0, Figure("All", 39, 39)), "fewer than 5 people"),
        (Figure("Talks", 12, 3, Figure("All", 39, 39)), "fewer than 5 people"),  # many talks of a few people
        (Figure("Told", 6, 6, Figure("All", 6, 4)), "6"),
    ],
)
def test_a_figure_says_its_whole_and_hides_small_groups(figure, words):
    with translation.override("en"):
        assert str(figure) == words
