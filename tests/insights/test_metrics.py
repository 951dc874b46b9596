import pytest
from django.utils import translation

from insights.metrics import Metric, protect_chain, protect_from_rest, protect_parts


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
        (Metric("Invited", 21, 21, Metric("All", 22, 22)), "hidden"),  # it would tell who was not
        (Metric("Invited", 18, 18, Metric("All", 22, 22)), "hidden"),
        (Metric("Invited", 17, 17, Metric("All", 22, 22)), "17 of 22"),
        (Metric("Invited", 22, 20, Metric("All", 30, 22)), "hidden"),  # eight rejections of two people
    ],
)
def test_a_metric_names_its_total_and_hides_small_groups(metric, text):
    with translation.override("en"):
        assert str(metric) == text


def chain(*numbers):
    metrics = []
    for place, number in enumerate(numbers):
        metrics.append(Metric(f"{place}", number, number, metrics[0] if metrics else None))
    with translation.override("en"):
        return [str(metric) for metric in protect_chain(metrics)]


def test_shown_figures_of_a_chain_differ_by_nothing_or_by_five_people():
    assert chain(35, 30, 28, 28) == ["35", "30 of 35", "hidden", "hidden"]  # two were told and not invited
    assert chain(35, 33, 29, 24) == ["35", "hidden", "29 of 35", "24 of 35"]
    assert chain(35, 35, 30, 3) == ["35", "35 of 35", "30 of 35", "fewer than 5 people"]


@pytest.mark.parametrize(
    ("talked", "missed", "cancelled", "planned", "shown"),
    [
        (20, 3, 7, 0, ["30", "20 of 30", "fewer than 5 people", "hidden"]),  # 30 - 20 - 7
        (20, 3, 0, 0, ["23", "hidden", "fewer than 5 people", "fewer than 5 people"]),
        (20, 3, 7, 9, ["39", "20 of 39", "fewer than 5 people", "7 of 39"]),
        (20, 0, 7, 0, ["27", "20 of 27", "fewer than 5 people", "7 of 27"]),
        (20, 5, 7, 2, ["34", "20 of 34", "hidden", "7 of 34"]),
    ],
)
def test_a_small_part_does_not_follow_from_the_whole_and_the_other_parts(talked, missed, cancelled, planned, shown):
    total = Metric("All", *[talked + missed + cancelled + planned] * 2)
    numbers = {"Talked": talked, "Missed": missed, "Cancelled": cancelled}
    parts = [Metric(label, number, number, total) for label, number in numbers.items()]

    found = protect_parts(total, parts, unlisted=Metric("", planned, planned))

    with translation.override("en"):
        assert [str(metric) for metric in found] == shown


def test_people_who_talked_after_they_cancelled_do_not_hide_the_talks():
    total = Metric("All", 26, 20)
    parts = [Metric("Talked", 20, 20, total), Metric("Cancelled", 6, 6, total)]

    found = protect_parts(total, parts, unlisted=Metric("", 0, 0))

    assert [metric.is_hidden for metric in found] == [False, False, False]


def test_figures_of_one_department_do_not_tell_a_small_rest():
    total = Metric("All", 20, 20)
    mine = [total, Metric("Told", 12, 12, total)]

    found = protect_from_rest(mine, [Metric("All", 30, 30), Metric("Told", 2, 2)])
    of_small_rest = protect_from_rest(mine, [Metric("All", 3, 3), Metric("Told", 0, 0)])

    with translation.override("en"):
        assert [str(metric) for metric in found] == ["20", "hidden"]
        assert [str(metric) for metric in of_small_rest] == ["hidden", "12"]
