"""Agenda of an advisor in another time zone than the employer."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from tests.factories import NOW, make_absence, make_advisor, make_booking, make_policy

pytestmark = pytest.mark.django_db
NINE_IN_NEW_YORK = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 15.00 where the employer is


@pytest.fixture
def booking(client):
    make_policy()
    booking = make_booking(advisor=make_advisor(time_zone="America/New_York"), starts_at=NINE_IN_NEW_YORK)
    with time_machine.travel(NOW, tick=False):
        client.force_login(booking.advisor.user)
        client.cookies["django_language"] = "en"
        yield booking


def assert_is_of_new_york(answer):
    page = answer.content.decode().replace("T15:00Z", "")  # of values that nobody reads
    assert answer.status_code == 200
    assert "09:00" in page
    assert "15:00" not in page


@pytest.mark.parametrize(
    "address", ["/today/?day=2026-11-24", "/today/paper/?day=2026-11-24", "/agenda/?week=2026-W48"]
)
def test_agenda_shows_the_advisors_time_zone(client, booking, address):
    assert_is_of_new_york(client.get(address))


@pytest.mark.parametrize("url_name", ["talks:file", "talks:move", "talks:hand_over", "talks:cancel"])
def test_booking_page_shows_the_advisors_time_zone(client, booking, url_name):
    assert_is_of_new_york(client.get(reverse(url_name, args=[booking.pk])))


def test_absence_shows_the_advisors_time_zone(client, booking):
    make_absence(advisor=booking.advisor, starts_at=NINE_IN_NEW_YORK, ends_at=NINE_IN_NEW_YORK + timedelta(minutes=30))

    assert_is_of_new_york(client.get("/hours/"))


def test_conflicts_show_the_advisors_time_zone(client, booking):
    answer = client.post(f"/hours/{booking.advisor.pk}/absence/", {"first_day": "2026-11-24"})

    assert_is_of_new_york(answer)


def test_takeover_shows_the_time_zone_of_its_period(client, booking):
    client.force_login(make_advisor(name="Marit de Wit").user)

    answer = client.get("/takeover/", {"colleague": booking.advisor.pk, "first_day": "2026-11-24"})

    assert_is_of_new_york(answer)
