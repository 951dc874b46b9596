import pytest
from django.utils import translation

from insights.metrics import Metric


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (Metric("Told", 31, 31, Metric("All", 39, 39)), "31 of 39"),
        (Metric("All", 39, 39), "39"),
        (Metric("Told", 5, 5, Metric("All", 5, 5)), "5 of 5"),
        (Metric("Told", 4, 4, Metric("All", 39, 39)), "fewer than 5 people"),
        (Metric("Told", 0, 0, Metric("All", 39, 39)), "fewer than 5 people"),
        (Metric("Talks", 12, 3, Metric("All", 39, 39)), "fewer than 5 people"),  # many talks of a few people
        (Metric("Told", 6, 6, Metric("All", 6, 4)), "6"),
    ],
)
def test_a_metric_names_its_total_and_hides_small_groups(metric, text):
    with translation.override("en"):
        assert str(metric) == text
