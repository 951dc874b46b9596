"""The profile page: bookings that no longer fit are asked about first."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from advisors.models import Advisor
from bookings.models import Booking
from bookings.reminders import remind_by_mail, remind_by_sms
from organisation.models import AuditEvent, Role
from outbox.models import Message
from tests.factories import (
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_external_calendar,
    make_hold,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db
ROOM = "https://video.example/kamer"
TUESDAY_FOUR = WEDNESDAY_TEN - timedelta(hours=18)  # time of the SMS reminders
AT_HALF_PAST_TEN = "2026-11-24T09:30Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def advisor(client):
    make_policy()
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    client.cookies["django_language"] = "en"
    return make_advisor()


def typed(**fields):
    values = {"title": "Coach", "languages": ["nl", "en"], "video_url": ROOM, "share_weight": "100", "is_active": "on"}
    values["time_zone"] = "Europe/Amsterdam"
    return {name: value for name, value in (values | fields).items() if value is not None}


def address_of(advisor):
    return f"/setup/staff/{advisor.user_id}/advisor/"


def text_of(answer):
    return " ".join(answer.content.decode().split())


NO_ROOM, NO_ENGLISH, NO_TALKS = {"video_url": ""}, {"languages": ["nl"]}, {"is_active": None}


@pytest.mark.parametrize(
    ("talk", "changes", "is_asked"),
    [
        ({"channel": "video"}, NO_ROOM, True),
        ({"channel": "video"}, {"video_url": "https://video.example/elders"}, False),
        ({"channel": "phone"}, NO_ROOM, False),
        ({"language": "en"}, NO_ENGLISH, True),
        ({"language": "nl"}, NO_ENGLISH, False),
        ({}, NO_TALKS, True),
        ({}, {"time_zone": "Europe/Brussels"}, False),
        ({}, {"title": "Adviseur", "max_per_day": "1"}, False),
    ],
)
@pytest.mark.parametrize("has_hours", [True, False], ids=["in the hours", "kept outside them"])
def test_bookings_that_no_longer_fit_are_asked_about_before_saving(client, has_hours, advisor, talk, changes, is_asked):
    if not has_hours:
        advisor.openings.all().delete()
    make_booking(advisor=advisor, **talk)
    before = Advisor.objects.filter(pk=advisor.pk).values().get()

    answer = client.post(address_of(advisor), typed(**changes))

    assert ("1 talk no longer fits with this change." in text_of(answer)) is is_asked
    assert (Advisor.objects.filter(pk=advisor.pk).values().get() == before) is is_asked


def test_another_zone_moves_the_hours_and_asks_about_the_bookings_outside_them(client, advisor):
    make_booking(advisor=advisor)

    answer = client.post(address_of(advisor), typed(time_zone="America/New_York"))

    advisor.refresh_from_db()
    assert "1 talk no longer fits with this change." in text_of(answer)
    assert "Tuesday 24 November, 10:30: what happens with this talk?" in text_of(answer)
    assert advisor.time_zone == "Europe/Amsterdam"


def test_another_zone_is_saved_and_external_calendars_are_read_again(client, advisor):
    calendar = make_external_calendar(advisor=advisor, version="1", due_at=NOW + timedelta(hours=1))

    client.post(address_of(advisor), typed(time_zone="America/New_York"))

    advisor.refresh_from_db()
    calendar.refresh_from_db()
    assert (advisor.time_zone, calendar.version, calendar.due_at) == ("America/New_York", "", NOW)


@pytest.mark.parametrize(("zone", "errors"), [("Mars/Olympus", {"time_zone"}), ("UTC", set())])
def test_a_zone_must_be_in_the_list_or_be_the_current_one(client, advisor, zone, errors):
    Advisor.objects.update(time_zone="UTC")

    answer = client.post(address_of(advisor), typed(time_zone=zone))

    assert (set(answer.context["form"].errors) if answer.context else set()) == errors


def test_all_resolutions_are_one_post(client, advisor):
    colleague = make_advisor(name="Ada Bos")
    kept = make_booking(advisor=advisor, channel="video")
    handed = make_booking(advisor=advisor, channel="video", starts_at=WEDNESDAY_TEN)
    answers = {
        f"talk_{kept.pk}": f"keep@{AT_HALF_PAST_TEN}",
        f"talk_{handed.pk}": f"hand_over:{colleague.pk}@2026-11-25T09:00Z",
    }

    done = client.post(address_of(advisor), typed(video_url="") | answers)

    advisor.refresh_from_db()
    assert (done.headers["Location"], advisor.video_url) == ("/setup/staff/", "")
    assert list(Booking.objects.order_by("pk").values_list("advisor", flat=True)) == [advisor.pk, colleague.pk]
    assert AuditEvent.objects.filter(action__in=["profile.change", "booking.keep", "booking.hand_over"]).count() == 3


def test_an_advisor_who_stops_can_offer_slots_of_colleagues(client, advisor):
    colleague = make_advisor(name="Ada Bos")
    booking = make_booking(advisor=advisor)
    answer = {f"talk_{booking.pk}": f"offer@{AT_HALF_PAST_TEN}"}

    client.post(address_of(advisor), typed(is_active=None) | answer)

    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert list(booking.invitation.holds.values_list("advisor", flat=True)) == [colleague.pk] * 3


def test_the_question_names_the_missing_video_room_and_counts_the_holds(client, advisor):
    make_booking(advisor=advisor, channel="video")
    make_hold(advisor=advisor, starts_at=WEDNESDAY_TEN, channel="video")

    html = text_of(client.post(address_of(advisor), typed(video_url="")))

    assert "There is no video room for this talk any more." in html
    assert "1 moment is held for a candidate. With this change it ends" in html
    assert "Youssef Benali · by video · Nederlands" in html


def test_back_leads_to_what_was_typed(client, advisor):
    make_booking(advisor=advisor, channel="video")

    page = client.post(address_of(advisor), typed(video_url="", title="Adviseur") | {"again": "1"})

    assert page.context["form"]["title"].value() == "Adviseur"
    assert "bookings/reassignment/profile.html" in [template.name for template in page.templates]


def test_a_reminder_of_a_video_call_without_a_room_names_who_sends_the_link(advisor):
    make_booking(advisor=advisor, channel="video", wants_sms=True, starts_at=WEDNESDAY_TEN)
    Advisor.objects.update(video_url="")

    remind_by_mail(now=TUESDAY_FOUR)
    remind_by_sms(now=TUESDAY_FOUR)

    mail, text = Message.objects.filter(kind="reminder").order_by("transport")
    assert "De link krijg je nog van Youssef Benali." in mail.text
    assert "De link komt per mail." in text.text


def test_the_time_zone_of_a_new_advisor_defaults_to_the_employers(client):
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    user = make_user(Role.ADVISOR)

    html = client.get(reverse("bookings:profile", args=[user.pk])).content.decode()

    assert '<option value="Europe/Amsterdam" selected>' in html
