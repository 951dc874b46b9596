"""A second talk goes to the same advisor when that is possible and wanted."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from advisors.models import Opening
from bookings.availability.queries import offer_of
from bookings.models import Booking
from candidates.access.tokens import token_of
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

pytestmark = pytest.mark.django_db


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
    offer = offer_of(invitation, policy=make_policy(), now=NOW)
    return offer.usual("nl").advisor_id


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_the_page_starts_with_whom_they_spoke_before(candidate):
    make_advisor()
    known = make_advisor()
    talked(candidate, known)

    assert starts_with(invited_again(candidate)) == known.pk


def test_the_latest_talk_counts(candidate):
    first, second = make_advisor(), make_advisor()
    talked(candidate, second, days_ago=30)
    talked(candidate, first, days_ago=90)

    assert starts_with(invited_again(candidate)) == second.pk


@pytest.mark.parametrize("status", ["no_show", "booked"])
def test_who_was_never_spoken_does_not_count(candidate, status):
    make_advisor()
    talked(candidate, make_advisor(), status=status)

    assert starts_with(invited_again(candidate)) is None


def test_without_a_free_moment_the_first_one_free_will_do(candidate):
    known = make_advisor()
    make_advisor()
    talked(candidate, known)
    Opening.objects.filter(advisor=known).delete()

    assert starts_with(invited_again(candidate)) is None


def test_never_the_one_who_is_the_recruiter_this_time(candidate):
    known = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    make_advisor()
    talked(candidate, known)

    offer = offer_of(
        invited_again(candidate, vacancy=make_vacancy(recruiter=known.user)), policy=make_policy(), now=NOW
    )

    assert (offer.spoken_before, offer.usual("nl").advisor_id) == (None, None)


@time_machine.travel(NOW, tick=False)
def test_the_page_says_so_and_leaves_the_choice(client, candidate):
    known, other = make_advisor(name="Youssef Benali"), make_advisor(name="Marit de Wit")
    talked(candidate, known)
    invitation = invited_again(candidate)
    client.get(reverse("candidates:open_link", args=[token_of(candidate.link.key, candidate.link.version), ""]))
    client.cookies["django_language"] = "en"
    address = reverse("bookings:book", args=[invitation.pk])

    first, everybody = (
        " ".join(client.get(path).content.decode().split()) for path in (address, f"{address}?advisor=")
    )

    assert "You spoke Youssef Benali before, so you see their moments first." in first
    assert f'value="{known.pk}" selected>Youssef Benali, whom you spoke before<' in first
    assert "so you see their moments first" not in everybody
    assert f'value="{other.pk}">Marit de Wit<' in everybody
    assert Booking.objects.standing().count() == 0
