from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Invitation
from outbox.models import Message
from spreekuur.demo_clock import advance_clock, jumps
from tests.factories import NOW, WEDNESDAY_TEN, make_booking, make_policy, make_rejection

pytestmark = pytest.mark.django_db
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TUESDAY_16 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def codes(now):
    return [(jump.code, jump.until) for jump in jumps(now)]


def kinds():
    return list(Message.objects.order_by("created_at", "pk").values_list("kind", "transport", "state"))


def test_on_sunday_the_next_invitations_are_sent_on_monday():
    assert codes(SUNDAY_NIGHT) == [("invitations", MONDAY_TEN), ("week", SUNDAY_NIGHT + timedelta(days=7))]


def test_a_candidate_who_was_told_today_is_invited_tomorrow_at_the_earliest():
    assert codes(NOW)[0] == ("invitations", TUESDAY_TEN)


def test_a_planned_talk_offers_its_reminder():
    make_booking(starts_at=WEDNESDAY_TEN)

    assert codes(NOW)[1:3] == [("reminder", TUESDAY_16), ("note", WEDNESDAY_TEN - timedelta(hours=1))]
    assert [code for code, _until in codes(WEDNESDAY_TEN)] == ["invitations", "week"]


def test_advancing_to_the_next_invitations_sends_them():
    make_policy()
    make_rejection()

    assert advance_clock(now=SUNDAY_NIGHT, until=MONDAY_TEN) == 1
    assert kinds() == [("invitation", "mail", "sent")]
    assert Invitation.objects.get().sent_at == MONDAY_TEN


def test_advancing_a_week_sends_each_message_of_that_week_once():
    make_policy()
    make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)
    make_rejection()

    sent = [
        advance_clock(now=NOW, until=NOW + timedelta(days=8)),
        advance_clock(now=NOW, until=NOW + timedelta(days=8)),
    ]

    assert sent == [6, 0]
    assert kinds() == [
        ("invitation", "mail", "sent"),
        ("reminder", "mail", "sent"),
        ("reminder", "sms", "sent"),
        ("text_failed", "mail", "suppressed"),  # stood by for it
        ("advisor_note", "mail", "sent"),
        ("advisor_outcome", "mail", "sent"),
        ("invitation_reminder", "mail", "sent"),
    ]


@time_machine.travel(SUNDAY_NIGHT, tick=False)
def test_a_visitor_advances_the_demo_clock(client, settings):
    settings.DEMO = True
    make_policy()
    make_rejection()
    url = reverse("demo_forward")

    page = client.get(url, headers={"accept-language": "en"})
    refused = client.post(url, {"to": "last year"})
    answer = client.post(url, {"to": "invitations"}, follow=True, headers={"accept-language": "en"})

    assert ("Monday 23 November, 10:00" in page.content.decode(), refused.status_code) == (True, 200)
    assert answer.redirect_chain == [(reverse("outbox:demo_outbox"), 302)]
    assert "1 message has left." in answer.content.decode()
    assert kinds() == [("invitation", "mail", "sent")]
