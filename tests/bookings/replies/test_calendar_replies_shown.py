"""Pages on which advisor and candidate see calendar replies."""

import re

import pytest
import time_machine
from django.urls import reverse

from bookings.models import CalendarReply
from tests.bookings.visits import come_in, url, words
from tests.factories import NOW, WEDNESDAY_TEN, make_advisor, make_booking, make_policy

pytestmark = pytest.mark.django_db
PROPOSED = {"answer": "counter", "proposed_starts_at": WEDNESDAY_TEN, "proposed_is_free": True}
SHOWN = [
    ({"answer": "accepted"}, "Accepted in the calendar", "(accepted in the calendar)"),
    ({"answer": "tentative"}, "Perhaps, says the calendar", "(perhaps, says the calendar)"),
    (
        {"answer": "declined"},
        "Declined in the calendar: we ask the candidate to confirm it.",
        "(declined in the calendar)",
    ),
    (PROPOSED, "Proposes in the calendar: Wednesday 25 November 10:00 (free)", "(proposed another moment)"),
    (
        PROPOSED | {"proposed_is_free": False},
        "Proposes in the calendar: Wednesday 25 November 10:00 (not free)",
        "(proposed another moment)",
    ),
]


@pytest.fixture
def booking():
    make_policy()
    with time_machine.travel(NOW, tick=False):
        yield make_booking(sequence=2)


def answered(booking, **fields):
    known = {"party": "candidate", "sequence": booking.sequence, "stamped_at": NOW, "received_at": NOW}
    return CalendarReply.objects.create(booking=booking, **known | fields)


def seen_by(client, user, *addresses):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return [words(client.get(address)) for address in addresses]


def pages_of(booking):
    return "/today/?day=2026-11-24", reverse("talks:file", args=[booking.pk]), "/agenda/?week=2026-W48"


@pytest.mark.parametrize(("answer", "whole", "short"), SHOWN)
def test_the_advisor_sees_the_reply_on_the_day_file_and_week_pages(client, booking, answer, whole, short):
    answered(booking, **answer)

    day, file, week = seen_by(client, booking.advisor.user, *pages_of(booking))

    assert (whole in day, whole in file, short in week) == (True, True, True)


@pytest.mark.parametrize("history", [{"sequence": 1}, {"party": "advisor"}])
def test_an_outdated_reply_and_one_of_the_advisor_are_not_shown(client, booking, history):
    answered(booking, answer="declined", **history)

    pages = seen_by(client, booking.advisor.user, *pages_of(booking))

    assert ["eclined in the calendar" in page for page in pages] == [False] * 3


def test_a_colleague_does_not_see_the_reply(client, booking):
    answered(booking, answer="declined")

    day, _file, week = seen_by(client, make_advisor().user, *pages_of(booking))

    assert ["eclined in the calendar" in page for page in (day, week)] == [False] * 2
    assert client.get(pages_of(booking)[1]).status_code == 404


def test_the_file_links_to_the_proposed_time(client, booking):
    answered(booking, **PROPOSED)

    [file, page] = seen_by(
        client,
        booking.advisor.user,
        reverse("talks:file", args=[booking.pk]),
        f"{reverse('talks:move', args=[booking.pk])}?since=2026-11-25&slot=2026-11-25T09:00Z",
    )

    assert f'href="/talks/{booking.pk}/move/?since=2026-11-25&amp;slot=2026-11-25T09:00Z"' in file
    assert 'value="2026-11-25T09:00Z" checked' in page


def test_the_candidate_is_asked_whether_to_cancel(client, booking):
    answered(booking, answer="declined")
    come_in(client, booking.candidate)

    page = words(client.get(url("appointment", booking)))

    question = f'<a href="{url("cancel", booking)}">Would you really like to cancel?</a>'
    assert f"Your calendar declined this talk. With us it still stands. {question}" in page


def test_the_candidate_confirms_the_proposed_time(client, booking):
    answered(booking, **PROPOSED)
    come_in(client, booking.candidate)

    page = words(client.get(url("appointment", booking)))
    answer = client.get(url("move_proposed", booking), follow=True)

    assert "you proposed another moment: Wednesday 25 November at 10:00." in page
    assert answer.status_code == 200
    assert "Wednesday 25 November at 10:00" in words(answer)
    booking.refresh_from_db()
    assert booking.sequence == 2

    client.post(answer.request["PATH_INFO"], hidden_fields(answer))

    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (PROPOSED["proposed_starts_at"], 3)


def hidden_fields(page):
    """Hidden fields of the form on the page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def test_a_proposed_time_that_was_not_free_cannot_be_confirmed(client, booking):
    answered(booking, **PROPOSED | {"proposed_is_free": False})
    come_in(client, booking.candidate)

    page = words(client.get(url("appointment", booking)))
    onward = client.get(url("move_proposed", booking))

    assert f'that moment was not free. <a href="{url("move", booking)}">Choose another moment</a>' in page
    assert onward.url == url("move", booking)
