"""The takeover pages."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advisors.models import Absence
from bookings.models import Booking
from organisation.models import AuditEvent, Role
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = pytest.mark.django_db
TEN = TUESDAY_HALF_PAST_TEN - timedelta(minutes=30)


@pytest.fixture
def ill():
    make_policy()
    return make_advisor(name="Youssef Benali")


@pytest.fixture
def me(client, ill):
    """The advisor who is signed in and takes over."""
    advisor = make_advisor(name="Marit de Wit")
    with time_machine.travel(NOW, tick=False):
        client.force_login(advisor.user)
        client.cookies["django_language"] = "en"
        yield advisor


def address(advisor, **more):
    query = {"colleague": advisor.pk, "first_day": "2026-11-24"} | more
    return f"{reverse('bookings:takeover')}?" + "&".join(f"{name}={value}" for name, value in query.items())


def words_of(answer):
    return " ".join(answer.content.decode().split())


def form_data(**actions):
    """Data of the form, with `actions` by field name."""
    bookings = Booking.objects.in_bulk([int(key.removeprefix("talk_")) for key in actions])
    seen = {f"seen_{pk}": f"{booking.starts_at:%Y-%m-%dT%H:%MZ}" for pk, booking in bookings.items()}
    return actions | seen | {"remark": ""}


def test_the_page_asks_for_a_colleague_and_a_period(client, me, ill):
    page = words_of(client.get(reverse("bookings:takeover")))

    assert "Youssef Benali" in page
    assert "Marit de Wit</option>" not in page
    assert 'value="2026-11-23"' in page


def test_the_list_shows_times_and_no_names(client, me, ill):
    candidate = make_candidate(first_name="Sevda", last_name="Aydin")
    make_booking(advisor=ill, invitation=make_invitation(rejection=make_rejection(candidate=candidate)))

    page = words_of(client.get(address(ill)))

    assert "Tuesday 24 November, 10:30" in page
    assert "By phone, Nederlands" in page
    assert "I take it" in page
    assert [word for word in ("Sevda", "Aydin", "Anesthesiemedewerker", candidate.email) if word in page] == []
    assert AuditEvent.objects.count() == 0


def test_without_bookings_the_page_offers_to_enter_the_absence(client, me, ill):
    page = words_of(client.get(address(ill)))
    answer = client.post(address(ill), {"is_absence": "on"}, follow=True)

    assert "No talks are planned in this time." in page
    assert 'name="is_absence" value="on">Enter the absence</button>' in page
    assert "The absence is saved." in words_of(answer)
    assert Absence.objects.get().advisor == ill
    assert "This time already is an absence of Youssef Benali." in words_of(client.get(address(ill)))


def test_without_bookings_and_absence_nothing_is_done(client, me, ill):
    assert client.post(address(ill)).status_code == 400
    assert AuditEvent.objects.count() == 0


def test_the_absence_is_preset_and_stays_off_once_unchecked(client, me, ill):
    booking = make_booking(advisor=ill)
    first = client.get(address(ill))
    sent = form_data(**{f"talk_{booking.pk}": "keep"})
    make_booking(advisor=ill, starts_at=TEN)

    again = client.post(address(ill), sent)

    assert [answer.context["form"]["is_absence"].value() for answer in (first, again)] == [True, False]
    assert again.status_code == 409


def test_a_booking_under_way_is_shown_and_kept(client, me, ill):
    booking = make_booking(advisor=ill)
    with time_machine.travel(TUESDAY_HALF_PAST_TEN + timedelta(minutes=10), tick=False):
        client.force_login(me.user)
        page = words_of(client.get(address(ill, from_time="10:40")))
        sent = form_data(**{f"talk_{booking.pk}": "keep"}) | {"is_absence": "on"}
        answer = client.post(address(ill, from_time="10:40"), sent)

    assert page.count('type="radio"') == 1
    assert f'name="talk_{booking.pk}" value="keep"' in page.replace(' type="radio"', "")
    assert "This talk has started, so it stays." in page
    assert answer.status_code == 302
    assert AuditEvent.objects.filter(action="booking.keep").count() == Absence.objects.count() == 1


def test_confirming_reassigns_the_bookings(client, me, ill):
    booking = make_booking(advisor=ill)
    assert client.get(reverse("talks:file", args=[booking.pk])).status_code == 404

    answer = client.post(address(ill), form_data(**{f"talk_{booking.pk}": f"hand_over:{me.pk}"}))

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("bookings:today"))
    assert Booking.objects.get().advisor == me
    assert client.get(reverse("talks:file", args=[booking.pk])).status_code == 200


def test_a_change_meanwhile_shows_the_list_again_with_the_input(client, me, ill):
    booking, later = make_booking(advisor=ill, starts_at=TEN), make_booking(advisor=ill)
    sent = form_data(**{f"talk_{booking.pk}": "keep"}) | {"remark": "Youssef is ziek."}

    answer = client.post(address(ill), sent)

    page = words_of(answer)
    assert answer.status_code == 409
    assert "Something changed in the meantime, so nothing was done." in page
    assert "Youssef is ziek." in page
    assert page.count("<h2>Tuesday 24 November") == 2
    assert f'name="talk_{booking.pk}" value="keep"' in page.replace(' type="radio"', "")
    assert Booking.objects.filter(advisor=ill).count() == 2
    assert later.pk


def test_the_refused_booking_is_named(client, me, ill):
    booking = make_booking(advisor=ill)
    sent = form_data(**{f"talk_{booking.pk}": f"hand_over:{me.pk}"})
    make_booking(advisor=me)

    page = words_of(client.post(address(ill), sent))

    assert "Tuesday 24 November, 10:30: This colleague is no longer free at that moment." in page
    assert "I take it" not in page


def test_a_booking_without_a_resolution_is_asked_again(client, me, ill):
    booking = make_booking(advisor=ill)
    sent = form_data(**{f"talk_{booking.pk}": ""})

    answer = client.post(address(ill), sent)

    assert answer.status_code == 400
    assert "Choose what happens with this talk." in words_of(answer)


@pytest.mark.parametrize("seen", ["", "gisteren", "2026-11-24T09:30", "9999999-11-24T09:30Z"])
def test_an_invalid_start_counts_as_a_change(client, me, ill, seen):
    booking = make_booking(advisor=ill)

    answer = client.post(address(ill), {f"talk_{booking.pk}": "keep", f"seen_{booking.pk}": seen})

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"colleague": ""}, "This field is required."),
        ({"colleague": "0"}, "Select a valid choice."),
        ({"first_day": "2026-11-20"}, "This time is already over"),
        ({"last_day": "2026-11-23", "first_day": "2026-11-25"}, "This time is already over, or ends before it starts."),
        ({"last_day": "2027-02-01"}, "Choose a month at most."),
        ({"first_day": "20261-11-24"}, "Enter a valid date."),
    ],
)
def test_an_invalid_period_is_explained(client, me, ill, query, says):
    answer = client.get(address(ill, **query))

    assert answer.status_code == 400
    assert says in words_of(answer)


def test_an_application_manager_assigns_among_the_others(client, me, ill):
    booking = make_booking(advisor=ill)
    client.force_login(make_user(Role.APPLICATION_MANAGER))

    page = words_of(client.get(address(ill)))
    answer = client.post(address(ill), form_data(**{f"talk_{booking.pk}": f"hand_over:{me.pk}"}))

    assert "Marit de Wit takes it" in page
    assert "I take it" not in page
    assert answer.headers["Location"] == reverse("bookings:takeover")
    assert Booking.objects.get().advisor == me


def test_the_recruiter_of_the_rejection_can_only_keep_the_booking(client, me, ill):
    booking = make_booking(advisor=ill, invitation=make_invitation(rejection=make_rejection(recruiter=me.user)))
    make_advisor(name="Sanne Bos")

    page = words_of(client.get(address(ill)))
    answer = client.post(address(ill), form_data(**{f"talk_{booking.pk}": "offer"}))

    assert page.count('type="radio"') == 1
    assert f'name="talk_{booking.pk}" value="keep"' in page.replace(' type="radio"', "")
    assert "An application manager decides what happens with this talk." in page
    assert (answer.status_code, Booking.objects.get().status) == (409, "booked")


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.MANAGER])
def test_other_roles_cannot_take_over(client, me, ill, role):
    booking = make_booking(advisor=ill)
    client.force_login(make_user(role))

    answer = client.post(address(ill), form_data(**{f"talk_{booking.pk}": f"hand_over:{me.pk}"}))

    assert (answer.status_code, Booking.objects.get().advisor) == (404, ill)


def test_the_list_needs_the_same_statements_for_one_booking_and_for_four(client, me, ill):
    make_booking(advisor=ill, starts_at=TEN)
    with_one = statements_of(client, ill)
    for number in range(1, 4):
        make_booking(advisor=ill, starts_at=TEN + timedelta(minutes=30 * number))

    assert statements_of(client, ill) == with_one


def statements_of(client, ill):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address(ill)).status_code == 200
    return len(captured)
