"""Calendar feed of an advisor.

The shape of the events: RFC 5545, 3.6.1 (VEVENT), with 3.8.4.7 (UID) and 3.8.7.4 (SEQUENCE); of a feed: RFC 7986, 5.
Answers to conditional requests: RFC 9110, 13.1.2 (If-None-Match) and 15.4.5 (304).
"""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.feed import services
from advisors.feed.services import feed_url
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.models import Booking
from organisation.models import Policy, Role, RoleGrant, User
from spreekuur.log_filters import mask_tokens
from tests.calendar_oracles import faults_found_by_libical, read_by_ical_js
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _now():
    make_policy()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def advisor():
    return make_advisor()


@pytest.fixture
def path(advisor):
    return path_of(services.switch_on(advisor=advisor, actor=CANDIDATE, now=NOW))


def path_of(feed):
    return feed_url(feed).removeprefix("http://localhost:8000")


def events_at(client, path):
    """As both parsers read them, which must agree."""
    content = client.get(path).content
    events = read_by_ical_js(content)["events"]
    others = [
        (str(event["uid"]), int(event["sequence"]), event.start, event.end, str(event["summary"]))
        for event in icalendar.Calendar.from_ical(content).events
    ]
    assert others == [(event["uid"], event["sequence"], *moments_of(event), event["summary"]) for event in events]
    assert faults_found_by_libical(content) == ""
    return events


def moments_of(event):
    return [datetime.fromisoformat(event[end]).astimezone(UTC) for end in ("starts_at", "ends_at")]


def titles_at(client, path):
    return [event["summary"] for event in events_at(client, path)]


@pytest.mark.oracle
def test_feed_shows_a_booking_without_a_name(client, advisor, path):
    talk = make_booking(advisor=advisor)

    events = events_at(client, path)

    assert events == [
        {
            "uid": f"{talk.uid}@spreekuur",
            "sequence": 0,
            "starts_at": "2026-11-24T09:30:00.000Z",
            "ends_at": "2026-11-24T09:50:00.000Z",
            "stamped_at": "2026-11-23T07:00:00.000Z",
            "summary": "Gesprek: telefonisch",
            "description": "Telefonisch, Nederlands",
            "location": None,
            "url": f"http://localhost:8000/talks/{talk.pk}/",
            "status": "CONFIRMED",
            "transparency": "OPAQUE",
            "class": "PRIVATE",
            "organiser": None,
            "attendees": [],
            "alarms": [],
        }
    ]


def test_the_feed_names_its_owner_and_employer(client, path):
    content = client.get(path).content

    assert icalendar.Calendar.from_ical(content).calendar_name == "Gesprekken van Youssef Benali (Oostmeer)"


@pytest.mark.oracle
def test_feed_is_in_the_default_language(client, advisor, path):
    Policy.objects.update(default_language="en")
    make_booking(advisor=advisor)

    content = client.get(path).content

    assert icalendar.Calendar.from_ical(content).calendar_name == "Talks of Youssef Benali (Oostmeer)"
    assert titles_at(client, path) == ["Talk: by phone"]


@pytest.mark.oracle
def test_feed_shows_names_only_when_enabled(client, advisor, path):
    make_booking(advisor=advisor)
    make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN, channel="video")
    assert titles_at(client, path) == ["Gesprek: telefonisch", "Gesprek: met videobellen"]

    services.show_names(advisor=advisor, shows=True, actor=CANDIDATE, now=NOW)

    assert titles_at(client, path) == ["Gesprek met Sevda Aydin"] * 2


def test_feed_has_no_rejection_data_or_phone_number(client, advisor, path):
    rejection = make_rejection(candidate=make_candidate(phone="+31600000001"))
    invitation = make_invitation(rejection=rejection)
    make_booking(advisor=advisor, invitation=invitation, question="Lag het aan mijn leeftijd?")
    services.show_names(advisor=advisor, shows=True, actor=CANDIDATE, now=NOW)

    told = client.get(path).content.decode().replace("\r\n ", "")

    secrets = [
        rejection.explanation,
        "Diploma",
        "Rustig",
        "Anesthesie",
        "00000001",
        "leeftijd",
        "kandidaat",
        "afgewezen",
    ]
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("channel", "place"),
    [("phone", None), ("video", "https://video.example/kamer"), ("onsite", "Locatie, Lindelaan 1, Oostmeer")],
)
def test_feed_location_is_for_the_advisor(client, advisor, path, channel, place):
    location = advisor.openings.first().location
    location.name = "Locatie"
    location.save()
    make_booking(advisor=advisor, channel=channel, location=location if channel == "onsite" else None)

    assert [event["location"] for event in events_at(client, path)] == [place]


@pytest.mark.oracle
def test_feed_keeps_four_weeks_and_drops_cancelled_bookings(client, advisor, path):
    make_completed_booking(advisor=advisor)
    make_completed_booking(advisor=advisor, starts_at=NOW - 3 * WEEK, status="no_show")
    make_completed_booking(advisor=advisor, starts_at=NOW - 5 * WEEK)
    talk = make_booking(advisor=advisor)
    make_booking()  # of a colleague
    assert len(events_at(client, path)) == 3

    cancel_booking(booking=talk, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    assert len(events_at(client, path)) == 2


@pytest.mark.oracle
def test_a_moved_talk_keeps_its_uid_and_raises_its_sequence(client, advisor, path):
    talk = make_booking(advisor=advisor)
    (before,) = events_at(client, path)

    move_booking(booking=talk, request=make_booking_request(WEDNESDAY_TEN, advisor=advisor), actor=CANDIDATE, now=NOW)

    (after,) = events_at(client, path)
    assert (after["uid"], after["sequence"]) == (before["uid"], before["sequence"] + 1)
    assert (before["starts_at"], after["starts_at"]) == ("2026-11-24T09:30:00.000Z", "2026-11-25T09:00:00.000Z")
    assert after["stamped_at"] == "2026-11-23T09:00:00.000Z"


@pytest.mark.oracle
def test_reassigned_booking_moves_to_the_other_feed(client, advisor, path):
    colleague = make_advisor(name="Marit de Wit")
    theirs = path_of(services.switch_on(advisor=colleague, actor=CANDIDATE, now=NOW))
    talk = make_booking(advisor=advisor)
    (before,) = events_at(client, path)

    move_booking(booking=talk, request=make_booking_request(WEDNESDAY_TEN, advisor=colleague), actor=CANDIDATE, now=NOW)

    (after,) = events_at(client, theirs)
    assert (after["uid"], after["sequence"]) == (before["uid"], 1)
    assert events_at(client, path) == []


@pytest.mark.oracle
def test_feed_leaves_out_bookings_of_own_rejections(client, advisor, path):
    vacancy = make_vacancy(recruiter=advisor.user)
    make_booking(advisor=advisor, invitation=make_invitation(rejection=make_rejection(vacancy=vacancy)))

    assert events_at(client, path) == []


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("local", "start"),
    [
        ("2026-10-24T09:30+02:00", "2026-10-24T07:30:00.000Z"),
        ("2026-10-25T09:30+01:00", "2026-10-25T08:30:00.000Z"),
        ("2027-03-27T09:30+01:00", "2027-03-27T08:30:00.000Z"),
        ("2027-03-28T09:30+02:00", "2027-03-28T07:30:00.000Z"),
    ],
)
def test_feed_times_are_right_around_clock_changes(client, advisor, path, local, start):
    make_booking(advisor=advisor, starts_at=datetime.fromisoformat(local))

    with time_machine.travel(datetime.fromisoformat(local) - timedelta(days=2), tick=False):
        (event,) = events_at(client, path)

    assert event["starts_at"] == start


# the view


def test_feed_may_be_cached_privately_only(client, path):
    answer = client.get(path)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_feed_answers_not_modified_to_a_current_etag(client, advisor, path):
    make_booking(advisor=advisor)
    first = client.get(path)
    tag = first.headers["ETag"]

    for known in (tag, f"W/{tag}", f'"older", {tag}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == "private, no-cache"
    assert client.get(path, headers={"if-none-match": '"older"'}).status_code == 200


def test_etag_changes_with_the_bookings_only(client, advisor, path):
    make_booking(advisor=advisor)
    tag = client.get(path).headers["ETag"]

    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        assert client.get(path).headers["ETag"] == tag
    make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)

    changed = client.get(path, headers={"if-none-match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)


def test_head_has_the_headers_of_get(client, path):
    got, headed = client.get(path), client.head(path)

    assert (headed.status_code, headed.content, headed.headers["ETag"]) == (200, b"", got.headers["ETag"])


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_feed_refuses_other_methods(client, path, method):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize(
    "change", [lambda p: p[:-5] + ".ics", lambda p: p[:-4], lambda p: "/feed/x.ics", lambda p: "/feed/%00é.ics"]
)
def test_unknown_feed_url_is_not_found(client, path, change):
    assert client.get(change(path)).status_code == 404


def test_renewed_feed_url_replaces_the_old_one(client, advisor, path):
    services.renew(advisor=advisor, actor=CANDIDATE, now=NOW)
    advisor.refresh_from_db()

    assert client.get(path).status_code == 404
    assert client.get(path_of(advisor.feed)).status_code == 200


def test_feed_gets_a_new_url_after_it_was_disabled(client, advisor, path):
    services.switch_off(advisor=advisor, actor=CANDIDATE, now=NOW)
    again = path_of(services.switch_on(advisor=advisor, actor=CANDIDATE, now=NOW))

    assert [client.get(one).status_code for one in (path, again)] == [404, 200]


def take_role():
    RoleGrant.objects.filter(role=Role.ADVISOR).delete()


def close_account():
    User.objects.filter(advisor__isnull=False).update(is_active=False)


@pytest.mark.parametrize("end", [take_role, close_account])
def test_feed_of_a_former_advisor_is_not_found(client, advisor, path, end):
    make_booking(advisor=advisor)

    end()

    assert client.get(path).status_code == 404


def test_feed_takes_the_same_statements_for_thirty_bookings(client, advisor, path):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    make_booking(advisor=advisor)
    with_one = statements()
    for number in range(1, 30):
        make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + number * timedelta(hours=1))

    assert statements() == with_one == 4


def test_feed_url_is_masked_in_logs(path):
    assert mask_tokens(f'"GET {path} HTTP/1.1" 200') == '"GET /feed/*** HTTP/1.1" 200'
    assert mask_tokens("GET /agenda/feed/ HTTP/1.1") == "GET /agenda/feed/ HTTP/1.1"
