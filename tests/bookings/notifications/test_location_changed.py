"""Messages about a changed location."""

import pytest

from bookings.models import Booking
from bookings.notifications import location_changed
from outbox.services import post
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_location,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db
NORTH = {"name": "Locatie Noord", "address": "Dijk 3", "city": "Oostmeer", "room": "Route 2"}


def letters_about(language="nl", **fields):
    """What candidate and advisor get, with where their calendars say that it is."""
    invitation = make_invitation(rejection=make_rejection(candidate=make_candidate(language=language)))
    booking = make_booking(invitation=invitation, language=language, sequence=3, **fields)
    drafts = location_changed(booking, make_policy(), now=NOW)
    post(*drafts, now=NOW)
    return [(draft.kind, draft.calendar_method, *lines(draft, "LOCATION", "SEQUENCE"), draft.text) for draft in drafts]


def lines(draft, *names):
    unfolded = draft.calendar.replace("\r\n ", "").replace("\\,", ",").split("\r\n")
    return [line for line in unfolded if line.partition(":")[0] in names]


def test_both_calendars_get_the_new_location_and_sequence():
    candidate, advisor = letters_about(channel="onsite", location=make_location(**NORTH))

    place = "LOCATION:Locatie Noord, Dijk 3, Oostmeer, Route 2"
    assert candidate[:4] == ("changed_place", "REQUEST", "SEQUENCE:3", place)
    assert advisor[:4] == ("advisor_changed_place", "REQUEST", "SEQUENCE:3", place)
    assert "Hoe: Je komt naar Locatie Noord, Dijk 3, Oostmeer. Meld je bij de balie." in candidate[4]
    assert "Waar: Locatie Noord, Dijk 3, Oostmeer, Route 2\n" in advisor[4]


def test_new_video_url_is_in_the_english_message():
    advisor = make_advisor(video_url="https://video.example/new")

    candidate, told = letters_about("en", channel="video", advisor=advisor)

    assert candidate[3] == "LOCATION:By video"
    assert "The link of your talk has changed. The old link does not work any more." in candidate[4]
    assert told[3] == "LOCATION:https://video.example/new"
    assert "\nWaar: https://video.example/new\n" in told[4]
    assert Booking.objects.get().sequence == 3  # raised by who says that the place is another
