"""Listed slots are bookable, and bookable slots are listed."""

from itertools import product

import pytest

from advisors.availability.errors import SlotTaken
from advisors.models import Advisor
from bookings.appointments.book import book
from bookings.availability.queries import bookable_advisors, bookable_slots, booking_options
from organisation.models import Location, Role, RoleGrant, User
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_booking_request,
    make_invitation,
    make_policy,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
EVERY_WAY = set(product(("phone", "video", "onsite"), ("nl", "en")))


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def listed(invitation, policy):
    """Channel and language in which somebody is free on Tuesday."""
    found = {(channel, language) for channel, language in EVERY_WAY if is_listed(invitation, policy, channel, language)}
    hosts = bookable_advisors(invitation, policy=policy, now=NOW)
    assert found == {way for host in hosts for way in product(host.channels, host.languages)}
    offer = booking_options(invitation, policy=policy, now=NOW)
    assert found == set(product(offer.channels, offer.languages))
    assert found or bookable_slots(invitation, policy=policy, now=NOW) == []
    return found


def is_listed(invitation, policy, channel, language):
    slots = bookable_slots(invitation, policy=policy, now=NOW, channel=channel, language=language)
    return TUESDAY_HALF_PAST_TEN in [slot.starts_at for slot in slots]


def books(invitation, channel, language, advisor=None):
    wish = make_booking_request(channel=channel, language=language, advisor=advisor)
    return book(invitation=invitation, request=wish, actor=CANDIDATE, now=NOW)


def withdraw_role():
    RoleGrant.objects.filter(role=Role.ADVISOR).delete()


def switch_off():
    User.objects.filter(advisor__isnull=False).update(is_active=False)


def close_location():
    Location.objects.update(is_active=False)


def lose_location():
    Advisor.objects.get().openings.update(location=None)


def lose_video_room():
    Advisor.objects.update(video_url="")


def speak_dutch_only():
    make_policy(languages=["nl"])


def speak_another():
    make_policy(languages=["en"])
    Advisor.objects.update(languages=["nl"])


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (bool, EVERY_WAY),
        (withdraw_role, set()),
        (switch_off, set()),
        (close_location, {way for way in EVERY_WAY if way[0] != "onsite"}),
        (lose_location, {way for way in EVERY_WAY if way[0] != "onsite"}),
        (lose_video_room, {way for way in EVERY_WAY if way[0] != "video"}),
        (speak_dutch_only, {way for way in EVERY_WAY if way[1] == "nl"}),
        (speak_another, set()),
    ],
)
def test_listed_slots_are_the_bookable_slots(change, left):
    advisor, invitation = make_advisor(), make_invitation()

    change()

    assert listed(invitation, make_policy()) == left
    for way, whom in product(EVERY_WAY - left, (None, advisor)):
        with pytest.raises(SlotTaken):
            books(invitation, *way, advisor=whom)
    for way in sorted(left)[:1]:
        assert books(invitation, *way).advisor == advisor


def test_the_address_of_a_location_out_of_use_is_not_shown(policy):
    make_advisor()
    close_location()

    assert [host.addresses for host in bookable_advisors(make_invitation(), policy=policy, now=NOW)] == [()]


def test_an_advisor_with_more_roles_is_listed_once():
    advisor = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER, Role.MANAGER))

    assert list(Advisor.objects.active()) == [advisor]
