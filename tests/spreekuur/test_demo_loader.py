from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from advisors.availability.queries import calendars_for
from advisors.availability.slots import SlotQuery, free_slots
from advisors.models import AgendaEntry
from bookings.models import Booking, Invitation
from candidates.models import Rejection
from core.working_days import is_working_day
from organisation.models import Policy
from outbox.models import Message
from referrals.models import Referral
from spreekuur.demo_clock import advance_clock
from spreekuur.demo_loader import NotEmpty, load
from talks.models import Survey
from tests.races import find_overlaps

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def test_the_demo_has_the_expected_totals():
    load(now=MONDAY)

    totals = {
        "rejections": Rejection.objects.count(),
        "invitations": Invitation.objects.count(),
        "bookings": dict(Counter(Booking.objects.values_list("status", flat=True))),
        "to come": Booking.objects.filter(starts_at__gt=MONDAY).count(),
        "referrals": Referral.objects.count(),
        "surveys": (Survey.objects.count(), Survey.objects.filter(answered_at__isnull=False).count()),
    }
    assert totals == {
        "rejections": 22,
        "invitations": 21,
        "bookings": {"completed": 10, "no_show": 2, "cancelled": 1, "booked": 3},
        "to come": 3,
        "referrals": 6,
        "surveys": (10, 8),
    }


def test_the_demo_satisfies_the_rules_of_the_product():
    load(now=MONDAY)

    assert find_overlaps(AgendaEntry.objects.all()) == []
    assert not Rejection.objects.complete().filter(Q(component__isnull=True), reason__needs_component=True).exists()
    assert [day for day in invited_on() if not is_working_day(day)] == []
    assert [one for one in Invitation.objects.all() if notified_at(one) >= local(one.sent_at)] == []
    assert [one for one in Referral.objects.all() if one.vacancy == one.booking.invitation.application.vacancy] == []


def test_every_demo_talk_is_within_the_opening_hours():
    load(now=MONDAY)
    policy = Policy.objects.current()

    outside = []
    for booking in Booking.objects.exclude(status="cancelled").select_related("advisor"):
        question = SlotQuery(earliest=booking.starts_at, latest=booking.starts_at, channel=booking.channel)
        mine = type(booking.advisor).objects.filter(pk=booking.advisor_id)
        [calendar] = calendars_for(mine, question, policy=policy, without=[booking.entry_id])
        if booking.starts_at not in [slot.starts_at for slot in free_slots(calendar, question)]:
            outside.append(booking.pk)

    assert outside == []


def test_a_reminder_does_not_leave_together_with_its_invitation():
    load(now=MONDAY)

    advance_clock(now=MONDAY, until=MONDAY + timedelta(days=1))

    assert Message.objects.filter(kind="invitation", state="sent").count() == 1
    assert not Message.objects.filter(kind="invitation_reminder").exists()


def test_only_the_rejection_without_a_strength_is_incomplete():
    load(now=MONDAY)

    [waiting] = Rejection.objects.incomplete()

    assert waiting.application.external_id == "a19"


def test_the_demo_goes_into_an_empty_database_only():
    load(now=MONDAY)

    with pytest.raises(NotEmpty):
        load(now=MONDAY)
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", stdout=StringIO())


def test_the_demo_needs_demo_mode(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="known passwords"):
        call_command("load_demo", stdout=StringIO())


def local(moment):
    return moment.astimezone(AMSTERDAM).date()


def invited_on():
    return [local(moment) for moment in Invitation.objects.values_list("sent_at", flat=True)]


def notified_at(invitation):
    return invitation.application.rejection.notified_on
