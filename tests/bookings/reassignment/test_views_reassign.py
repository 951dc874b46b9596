"""The page on which an advisor reassigns a booking."""

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking
from organisation.models import Role
from outbox.models import Message
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
SEEN = "2026-11-24T09:30Z"


@pytest.fixture
def booking(client):
    """Booking of the advisor who is signed in."""
    make_policy()
    booking = make_booking()
    with time_machine.travel(NOW, tick=False):
        client.force_login(booking.advisor.user)
        client.cookies["django_language"] = "en"
        yield booking


@pytest.fixture
def colleague(booking):
    return make_advisor(name="Marit de Wit")


def address(booking):
    return reverse("talks:hand_over", args=[booking.pk])


def words_of(answer):
    return " ".join(answer.content.decode().split())


def sent(client, booking, to, **fields):
    return client.post(address(booking), {"to": to, "seen": SEEN, "remark": ""} | fields)


def test_reassigning_tells_the_candidate_and_moves_the_file(client, booking, colleague):
    assert "Marit de Wit" in words_of(client.get(address(booking)))

    answer = sent(client, booking, colleague.pk, remark="Marit weet veel van jouw vak.")

    assert answer.headers["Location"] == reverse("bookings:today")
    assert Booking.objects.get().advisor == colleague
    assert "Marit weet veel van jouw vak." in Message.objects.get(kind="handed_over").text
    assert client.get(reverse("talks:file", args=[booking.pk])).status_code == 404


def test_a_colleague_who_is_no_longer_free_keeps_the_remark(client, booking, colleague):
    make_booking(advisor=colleague)
    make_advisor(name="Sanne Bos")

    answer = sent(client, booking, colleague.pk, remark="Marit weet veel van jouw vak.")

    page = words_of(answer)
    assert answer.status_code == 400
    assert "This colleague is no longer free at that moment." in page
    assert "Sanne Bos" in page
    assert "Marit weet veel van jouw vak." in page


def test_a_booking_that_moved_meanwhile_is_unchanged(client, booking, colleague):
    answer = sent(client, booking, colleague.pk, seen="2026-11-24T10:00Z")

    assert "changed in the meantime" in words_of(client.get(answer.headers["Location"]))
    assert Booking.objects.get().advisor == booking.advisor


def test_without_free_colleagues_the_page_says_what_to_do(client, booking):
    assert "No colleague is free at this moment." in words_of(client.get(address(booking)))


def test_a_colleague_must_be_chosen(client, booking, colleague):
    assert "Choose a colleague." in words_of(sent(client, booking, ""))


def test_a_booking_that_has_started_redirects_to_its_file(client, booking, colleague):
    Booking.objects.update(starts_at=NOW, ends_at=NOW.replace(minute=20))

    assert client.get(address(booking)).headers["Location"] == reverse("talks:file", args=[booking.pk])


def test_the_recruiter_who_gave_the_rejection_is_not_offered(client, booking):
    both = make_advisor(name="Hannah Postma", user=make_user(Role.ADVISOR, Role.RECRUITER, name="Hannah Postma"))
    rejection = make_rejection(vacancy=make_vacancy(recruiter=both.user))
    Booking.objects.update(invitation=make_invitation(rejection=rejection))

    assert "Hannah Postma" not in words_of(client.get(address(booking)))
    assert sent(client, booking, both.pk).status_code == 400


def test_a_booking_of_a_colleague_does_not_exist(client, booking, colleague):
    client.force_login(colleague.user)

    answers = client.get(address(booking)), sent(client, booking, colleague.pk)

    assert [answer.status_code for answer in answers] == [404, 404]
