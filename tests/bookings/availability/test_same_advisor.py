"""A second booking offers the previous advisor first."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from advisors.models import Opening
from bookings.availability.queries import booking_options
from bookings.models import Booking
from candidates.access.tokens import link_token
from organisation.models import Role
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def candidate():
    make_policy()
    return make_candidate()


def talked(candidate, advisor, *, days_ago=60, status="completed"):
    earlier = make_invitation(rejection=make_rejection(candidate=candidate))
    make_booking(advisor=advisor, invitation=earlier, starts_at=NOW - timedelta(days=days_ago), status=status)


def invited_again(candidate, **fields):
    return make_invitation(rejection=make_rejection(candidate=candidate, **fields))


def starts_with(invitation):
    offer = booking_options(invitation, policy=make_policy(), now=NOW)
    return offer.default_filter("nl").advisor_id


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_default_filter_names_the_previous_advisor(candidate):
    make_advisor()
    known = make_advisor()
    talked(candidate, known)

    assert starts_with(invited_again(candidate)) == known.pk


def test_latest_completed_booking_decides(candidate):
    first, second = make_advisor(), make_advisor()
    talked(candidate, second, days_ago=30)
    talked(candidate, first, days_ago=90)

    assert starts_with(invited_again(candidate)) == second.pk


@pytest.mark.parametrize("status", ["no_show", "booked"])
def test_bookings_that_were_not_completed_do_not_count(candidate, status):
    make_advisor()
    talked(candidate, make_advisor(), status=status)

    assert starts_with(invited_again(candidate)) is None


def test_default_filter_names_no_advisor_without_free_slots(candidate):
    known = make_advisor()
    make_advisor()
    talked(candidate, known)
    Opening.objects.filter(advisor=known).delete()

    assert starts_with(invited_again(candidate)) is None


def test_previous_advisor_who_gave_this_rejection_is_left_out(candidate):
    known = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    make_advisor()
    talked(candidate, known)

    offer = booking_options(
        invited_again(candidate, vacancy=make_vacancy(recruiter=known.user)), policy=make_policy(), now=NOW
    )

    assert (offer.previous_advisor_id, offer.default_filter("nl").advisor_id) == (None, None)


@time_machine.travel(NOW, tick=False)
def test_page_names_the_previous_advisor_and_offers_others(client, candidate):
    known, other = make_advisor(name="Youssef Benali"), make_advisor(name="Marit de Wit")
    talked(candidate, known)
    invitation = invited_again(candidate)
    client.get(reverse("candidates:open_link", args=[link_token(candidate.link.key, candidate.link.version), ""]))
    client.cookies["django_language"] = "en"
    address = reverse("bookings:book", args=[invitation.pk])

    first, everybody = (
        " ".join(client.get(path).content.decode().split()) for path in (address, f"{address}?advisor=")
    )

    assert "You spoke Youssef Benali before, so you see their moments first." in first
    assert f'value="{known.pk}" selected>Youssef Benali, whom you spoke before<' in first
    assert "so you see their moments first" not in everybody
    assert f'value="{other.pk}">Marit de Wit<' in everybody
    assert Booking.objects.booked().count() == 0
