"""Pages by position, of rows that other tests have no part in."""

from base64 import b64encode

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.paging import cursor_page, numbered_page
from organisation.models import Department

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _rows():
    Department.objects.bulk_create(Department(name=f"Afdeling {number:02}") for number in range(1, 8))


def page_at(query="", **options):
    request = RequestFactory().get(f"/list/{query}")
    return cursor_page(Department.objects.filter(name__startswith="Afdeling"), request, size=3, **options)


def names(page):
    return [row.name[-2:] for row in page.object_list]


def test_links_lead_through_all_rows_and_back():
    first = page_at("?tab=a+b")
    second = page_at(first.next)
    third = page_at(second.next)
    back = page_at(third.previous)

    assert [names(page) for page in (first, second, third, back)] == [
        ["07", "06", "05"],
        ["04", "03", "02"],
        ["01"],
        ["04", "03", "02"],
    ]
    assert (first.previous, first.first, third.next, third.last) == ("", "", "", "")
    assert names(page_at(first.last)) == ["03", "02", "01"]
    assert [page_at(second.first).object_list, second.first] == [first.object_list, "?tab=a+b"]
    assert all("tab=a+b" in link for link in (first.next, first.last, second.previous))


def test_rows_that_are_added_meanwhile_do_not_shift_a_page():
    first = page_at()
    Department.objects.create(name="Afdeling 08")

    assert names(page_at(first.next)) == ["04", "03", "02"]


def test_a_page_whose_rows_are_gone_is_the_first_one():
    last = page_at(page_at(page_at().next).next)
    link = page_at(page_at().next).next
    for row in last.object_list:
        row.delete()

    assert names(page_at(link)) == ["07", "06", "05"]


def test_an_ordering_of_two_fields_keeps_equal_values_apart():
    Department.objects.update(is_active=True)
    first = page_at(ordering=("is_active", "name", "pk"))

    assert names(first) + names(page_at(first.next, ordering=("is_active", "name", "pk"))) == [
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
    ]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "%F0%9F%92%A9",
        *(b64encode(text).decode() for text in (b"p=x", b"p=%00", b"o=-1", b"p=" + b"9" * 30)),
    ],
)
def test_a_cursor_that_cannot_be_read_gives_the_first_page(cursor):
    assert names(page_at(f"?cursor={cursor}")) == ["07", "06", "05"]


@pytest.mark.parametrize(("number", "shown"), [("1", "01"), ("3", "07"), ("99", "07"), ("x", "01"), (None, "01")])
def test_a_page_by_number_exists_for_every_number(number, shown):
    rows = Department.objects.filter(name__startswith="Afdeling").order_by("name")
    with CaptureQueriesContext(connection) as asked:
        page = numbered_page(rows, number, size=3)

    assert (names(page)[0], len(asked)) == (shown, 3)
