"""Waitlist offers by mail and SMS: language, time zone and length."""

from datetime import UTC, datetime

import pytest

from bookings import notifications
from bookings.schedule import add_contact_hours
from core.gsm7 import fits, max_short_name_length
from core.message_schedule import DEFAULT_SCHEDULE
from organisation.models import Policy
from tests.factories import (
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_waitlist_entry,
)

pytestmark = pytest.mark.django_db
A_LONG_DAY = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)  # "Wed 30 Sept"


def drafts(*, starts_at=A_LONG_DAY, **candidate):
    """The letter and the text."""
    invitation = make_invitation(rejection=make_rejection(candidate=make_candidate(**candidate)))
    entry = make_waitlist_entry(invitation=invitation, phone="+31600000001", wants_sms=True)
    held = make_hold(invitation=invitation, starts_at=starts_at, expires_at=starts_at)
    return notifications.slot_offered(held, entry, Policy.objects.current())


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York"])
@pytest.mark.parametrize("host", ["http://localhost:8000", "https://spreekuur.ziekenhuis-oostmeer.example"])
def test_offer_sms_is_one_segment_with_the_longest_employer_name(settings, language, host, zone):
    settings.PUBLIC_URL = host
    make_policy(short_name="M" * min(16, max_short_name_length(host)))

    _letter, text = drafts(language=language, time_zone=zone)

    assert fits(text.text)
    assert f"{host}/a/" in text.text


@pytest.mark.parametrize(
    ("language", "subject", "until"),
    [
        ("nl", "Er is een moment vrij: woensdag 30 september om 11.00 uur", "tot woensdag 30 september om 11.00 uur"),
        ("en", "A time is free: Wednesday 30 September at 11:00", "until Wednesday 30 September at 11:00"),
    ],
)
def test_offer_mail_is_in_the_candidates_language(language, subject, until):
    make_policy()

    letter, _text = drafts(language=language)

    assert letter.subject == subject
    assert until in letter.text
    assert ["/offer/" in letter.text, "/waiting/" in letter.text] == [True, True]
    assert "\n\n\n" not in letter.text


def test_offer_mail_has_times_in_the_candidates_zone():
    make_policy()

    letter, text = drafts(time_zone="America/New_York")

    assert "Wanneer: woensdag 30 september om 05.00 uur" in letter.text
    assert "\nDit is de tijd in New York; in Nederland is het dan 11.00 uur.\n" in letter.text
    assert "wo 30 sep, 05.00 uur jouw tijd." in text.text


@pytest.mark.parametrize(
    ("offered_at", "zone", "may_leave"),
    [
        ("08:05", "Europe/Amsterdam", ("09:00", "12:05")),
        ("18:00", "Europe/Amsterdam", ("18:00", "20:00")),
        ("14:05", "America/New_York", ("15:00", "18:05")),
    ],
)
def test_offer_sms_is_sent_within_sms_hours(offered_at, zone, may_leave):
    make_policy()
    offered = datetime.fromisoformat(f"2026-11-23T{offered_at}+01:00")
    entry, candidate = make_waitlist_entry(phone="+31600000001", wants_sms=True), make_candidate(time_zone=zone)
    invitation = make_invitation(rejection=make_rejection(candidate=candidate))
    expires_at = add_contact_hours(offered, 4, candidate.zone, DEFAULT_SCHEDULE)
    held = make_hold(invitation=invitation, offered_at=offered, expires_at=expires_at)

    _letter, text = notifications.slot_offered(held, entry, Policy.objects.current())

    assert (text.not_before, text.expires_at) == tuple(
        datetime.fromisoformat(f"2026-11-23T{clock}+01:00") for clock in may_leave
    )
