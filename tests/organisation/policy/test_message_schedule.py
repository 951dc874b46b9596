"""The message schedule: its rules, and the page on which it is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse_lazy

from core.actors import SYSTEM
from core.message_schedule import DEFAULT_SCHEDULE, LIMITS, MessageSchedule, next_sms_time
from organisation.models import AuditEvent, Policy, Role, User
from organisation.policy.message_schedule_form import to_input
from organisation.policy.services import change_policy
from outbox.models import Message
from tests.factories import NOW, make_message, make_policy, make_user

URL = reverse_lazy("organisation:timetable")

AMSTERDAM, NEW_YORK = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/New_York")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DEFAULT_SCHEDULE),
        ({"text_reminder_at": "15:30"}, MessageSchedule(text_reminder_at=time(15, 30))),
        (
            {"advisor_note_minutes_before": 0, "texts_until": "19:00"},
            MessageSchedule(advisor_note_minutes_before=0, texts_until=time(19)),
        ),
        (
            {"of_another_version": "10:00", "text_reminder_at": "tea time", "recruiter_answer_days": "many"},
            DEFAULT_SCHEDULE,
        ),
        ({"recruiter_answer_days": True, "invitation_reminder_after_days": -7}, DEFAULT_SCHEDULE),
        ({"texts_from": "03:00", "advisor_note_minutes_before": 100_000}, DEFAULT_SCHEDULE),
        (["text_reminder_at"], DEFAULT_SCHEDULE),
        ({"text_reminder_at": None, "texts_until": ["21:00"], "offers_from": {}}, DEFAULT_SCHEDULE),
        ({"texts_from": "19:00", "texts_until": "10:00", "mail_reminder_at": "08:00"}, DEFAULT_SCHEDULE),
    ],
)
def test_policy_overrides_the_default_schedule(given, expected):
    assert MessageSchedule.parse(given) == expected


def test_the_default_schedule_is_within_the_limits():
    outside = [name for name, (least, most) in LIMITS.items() if not least <= getattr(DEFAULT_SCHEDULE, name) <= most]

    assert (outside, set(LIMITS)) == ([], set(vars(DEFAULT_SCHEDULE)) - {"closed_days"})


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-02T14:30", "2026-12-02T14:30"),
        ("2026-12-02T09:00", "2026-12-02T09:00"),
        ("2026-12-02T08:59", "2026-12-02T09:00"),
        ("2026-12-02T20:00", "2026-12-03T09:00"),
        ("2026-12-03T01:30", "2026-12-03T09:00"),
        ("2026-03-28T21:00", "2026-03-29T09:00"),  # the night in which the clock goes forward
        ("2026-10-24T21:00", "2026-10-25T09:00"),  # and back
    ],
)
def test_sms_leave_by_day(moment, expected):
    assert next_sms_time(at(moment), AMSTERDAM, DEFAULT_SCHEDULE) == at(expected)


def test_sms_leave_by_day_in_the_zone_of_the_phone():
    nine_in_amsterdam = at("2026-12-02T09:00")

    assert next_sms_time(nine_in_amsterdam, NEW_YORK, DEFAULT_SCHEDULE) == at("2026-12-02T15:00")


@pytest.fixture
def page(client, db):
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    make_policy(timetable={"text_reminder_at": "15:00"})
    return client


def send(page, **values):
    """Post the form as a browser does: every field with its present value."""
    shown = page.get(URL).context["form"].initial
    return page.post(URL, {name: to_input(value) for name, value in shown.items()} | values)


def kept():
    return Policy.objects.get().timetable


def test_only_other_values_than_the_default_are_stored_and_changes_are_audited(page):
    send(page, text_reminder_at="16.00", mail_reminder_at="08:30", advisor_note_minutes_before="45")

    trail = AuditEvent.objects.filter(action="policy.change").order_by("about").values_list("about", flat=True)
    assert kept() == {"mail_reminder_at": "08:30", "advisor_note_minutes_before": 45}
    assert list(trail) == ["policy:advisor_note_minutes_before", "policy:mail_reminder_at", "policy:text_reminder_at"]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"texts_from": "07:59"}, "texts_from"),
        ({"texts_until": "21:01"}, "texts_until"),
        ({"text_reminder_at": "08:30"}, "text_reminder_at"),
        ({"texts_until": "15:00"}, "texts_until"),
        ({"invitations_until": "19:00"}, "invitations_until"),
        ({"invitations_from": "15:00"}, "invitations_from"),
        ({"text_reminder_at": "20:00"}, "text_reminder_at"),
        ({"advisor_note_minutes_before": "241"}, "advisor_note_minutes_before"),
        ({"recruiter_answer_days": "1"}, "recruiter_answer_days"),
        ({"offers_from": ""}, "offers_from"),
        ({"mail_reminder_at": "tea time"}, "mail_reminder_at"),
    ],
)
def test_contradictions_are_shown_and_input_is_kept(page, values, wrong):
    answer = send(page, **values | {"recruiter_reminder_from": "08:15"})

    assert list(answer.context["form"].errors) == [wrong]
    assert 'value="08:15"' in answer.content.decode()
    assert kept() == {"text_reminder_at": "15:00"}


def test_one_field_is_reset_to_its_default_and_other_input_is_kept(page):
    answer = send(page, mail_reminder_at="08:30", usual="text_reminder_at")

    values = {name: answer.context["form"][name].value() for name in ("mail_reminder_at", "text_reminder_at")}
    assert values == {"mail_reminder_at": "08:30", "text_reminder_at": "16:00"}
    assert kept() == {"text_reminder_at": "15:00"}


@time_machine.travel(datetime(2026, 11, 27, 9, 0, tzinfo=UTC), tick=False)
def test_the_page_shows_examples_of_the_schedule(client, page):
    client.force_login(User.objects.get())  # the session of the fixture began before the clock was set

    answer = client.get(URL, headers={"accept-language": "en"})

    assert answer.context["examples"] == [
        "Who is turned down today is invited on Monday 30 November at 10:00 at the earliest.",
        "A talk on Thursday 3 December at 10:00: mail on Wednesday 2 December at 09:00, "
        "text message on Wednesday 2 December at 15:00.",
        "Note to the advisor: Thursday 3 December at 09:00.",
    ]


def test_queued_messages_keep_their_time_and_the_policy_page_keeps_the_schedule(page):
    before = make_message(not_before=NOW, expires_at=NOW + timedelta(hours=4))
    send(page, text_reminder_at="10:00")

    change_policy(make_policy_as_typed(), actor=SYSTEM, now=NOW)

    after = Message.objects.get()
    assert (after.not_before, after.expires_at) == (before.not_before, before.expires_at)
    assert kept() == {"text_reminder_at": "10:00"}


def make_policy_as_typed():
    """Post a policy page that was opened before the schedule changed."""
    policy = Policy.objects.get()
    policy.timetable, policy.session_minutes = {}, 30
    return policy
