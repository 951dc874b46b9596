from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.appointments.book import book
from bookings.invitations.services import cancel_answered_reminders, invite, invite_due, remind_invited
from bookings.models import Invitation
from bookings.reminders import remind_by_mail
from bookings.waitlist.services import WaitlistRequest, join_waitlist
from candidates.access.services import link_url_for
from candidates.contact import stop_messages
from candidates.models import Candidate, Rejection
from core.actors import object_key
from organisation.models import Policy
from outbox.delivery.worker import deliver_due
from outbox.errors import MessageOutdated
from outbox.models import Message
from outbox.staff.actions import resend_refusal
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_vacancy,
    make_waitlist_entry,
)
from tests.stand_ins import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def invited(now=NOW):
    invite_due(now=now)
    return Invitation.objects.count()


def test_invite_due_creates_an_invitation_and_posts_one_message():
    make_policy(invitation_valid_days=21)
    rejection = make_rejection()

    assert (invite_due(now=NOW), invite_due(now=NOW)) == (1, 0)

    invitation = Invitation.objects.get()
    assert (invitation.sent_at, invitation.open_until) == (NOW, date(2026, 12, 14))
    assert Candidate.objects.get().last_contact_at == NOW
    letter = Message.objects.get()
    assert (letter.kind, letter.recipient) == ("invitation", rejection.application.candidate.email)


def test_invitation_has_strength_reason_and_working_links():
    make_policy()
    make_rejection(candidate=make_candidate(first_name="Zoë"), notified_by="phone")

    invite_due(now=NOW)

    letter = Message.objects.get()
    assert letter.subject == "Een gesprek over je sollicitatie als Anesthesiemedewerker"
    assert "Beste Zoë," in letter.text
    assert "Dat heb je van Marloes Tienstra gehoord." in letter.text
    assert "Dit vonden we sterk: Rustig werken onder druk." in letter.text
    assert "Dit gaf de doorslag: Voor mensen mist nog een certificaat." in letter.text
    assert "{{" not in letter.text
    assert letter.text.count("http://") == 3


@pytest.mark.parametrize(
    ("language", "how", "until"),
    [
        ("nl", "zie je of je kunt bellen, videobellen of langskomen", "Een moment kiezen kan tot en met"),
        ("en", "you see whether you can talk by phone, by video or at our office", "You can choose a time until"),
    ],
)
def test_invitation_promises_no_channel_and_no_end_of_the_link(language, how, until):
    make_policy()
    make_rejection(candidate=make_candidate(language=language))

    invite_due(now=NOW)

    text = Message.objects.get().text
    assert (how in text, until in text) == (True, True)


def test_invitation_is_in_the_candidates_language():
    make_policy()
    make_rejection(candidate=make_candidate(language="en"))

    invite_due(now=NOW)

    assert Message.objects.get().subject == "A talk about your application for Anesthesiemedewerker"


@pytest.mark.parametrize(
    ("policy", "vacancy", "stage", "expected"),
    [
        ("all_rejected", "", "letter", 1),
        ("all_rejected", "", "interview_2", 1),
        ("interviewed", "", "letter", 0),
        ("interviewed", "", "phone_screen", 1),
        ("none", "", "interview_1", 0),
        ("none", "all_rejected", "letter", 1),
        ("none", "interviewed", "letter", 0),
        ("none", "interviewed", "interview_1", 1),
        ("all_rejected", "none", "interview_1", 0),
        ("all_rejected", "interviewed", "letter", 0),
        ("interviewed", "all_rejected", "letter", 1),
    ],
)
def test_policy_and_vacancy_decide_who_is_invited(policy, vacancy, stage, expected):
    make_policy(eligibility=policy)
    make_rejection(vacancy=make_vacancy(eligibility=vacancy), stage=stage)

    assert invited() == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"complete": False},
        {"complete": False, "rejected_by": Rejection.RejectedBy.CANDIDATE},
        {"notified_on": None},
        {"notified_on": date(2026, 11, 23)},
        {"notified_on": date(2026, 11, 24)},
    ],
    ids=["incomplete", "withdrew", "not told", "told today", "told tomorrow"],
)
def test_incomplete_or_recent_rejections_are_not_invited(fields):
    make_policy()
    make_rejection(**fields)

    assert invited() == 0


def test_nobody_is_invited_before_the_employer_is_introduced():
    make_policy(sender_name="")
    make_rejection()

    assert invited() == 0


def test_candidate_who_stopped_messages_is_not_invited():
    make_policy()
    rejection = make_rejection()
    stop_messages(candidate=rejection.application.candidate, actor=CANDIDATE, now=NOW)

    assert invited() == 0


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), 0),  # 09.59
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), 0),
        (datetime(2026, 11, 27, 13, 59, tzinfo=UTC), 1),  # Friday 14.59
        (datetime(2026, 11, 27, 14, 0, tzinfo=UTC), 0),
        (datetime(2026, 11, 28, 10, 0, tzinfo=UTC), 0),  # Saturday
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), 0),
    ],
)
def test_invitations_are_posted_within_sending_hours(moment, expected):
    make_policy()
    make_rejection()

    assert invited(moment) == expected


def test_no_invitation_or_reminder_on_a_closed_day():
    make_policy(closed_days={"2026-11-23": "Verhuizing", "2026-11-30": "Verhuizing"})
    make_advisor()
    make_rejection()

    answers = [invite_due(now=NOW), invite_due(now=NOW + timedelta(days=1))]

    assert answers == [0, 1]
    assert [remind_invited(now=NOW + timedelta(days=days)) for days in (7, 8)] == [0, 1]


def test_one_reminder_after_seven_days():
    make_policy()
    invitation = make_invitation(sent_at=NOW - timedelta(days=7))

    assert (remind_invited(now=NOW - timedelta(days=1)), remind_invited(now=NOW), remind_invited(now=NOW)) == (0, 1, 0)

    invitation.refresh_from_db()
    assert invitation.reminded_at == NOW
    assert Message.objects.get().subject == "Je kunt nog een gesprek plannen"


@pytest.mark.parametrize(
    ("language", "said", "stop"),
    [("nl", "Op maandag 2 november boden", "Meld je dan af"), ("en", "On Monday 2 November we", "Unsubscribe here")],
)
def test_reminder_has_the_invitation_date_and_the_opt_out_link(settings, language, said, stop):
    make_policy(timetable={"invitation_reminder_after_days": 21})
    rejection = make_rejection(candidate=make_candidate(language=language))
    make_invitation(rejection=rejection, sent_at=NOW - timedelta(days=21))

    remind_invited(now=NOW)
    text, unsubscribe_url = Message.objects.values_list("text", "unsubscribe_url").get()
    with mail_server(settings) as server:
        deliver_due(now=NOW)

    assert (said in text, f"{stop}: {link_url_for(rejection.application.candidate, 'stop/')}" in text) == (True, True)
    assert server.mails[0]["List-Unsubscribe"] == f"<{unsubscribe_url}>"
    assert server.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("days", "hours", "expected"),
    [(0, {}, [0, 0]), (3, {}, [0, 1]), (3, {"invitations_from": "11:00"}, [0, 0])],
)
def test_schedule_decides_whether_and_when_to_remind(days, hours, expected):
    make_policy(timetable={"invitation_reminder_after_days": days, **hours})
    make_invitation(sent_at=NOW - timedelta(days=3))

    assert [remind_invited(now=NOW - timedelta(minutes=1)), remind_invited(now=NOW)] == expected


def test_queued_reminder_is_cancelled_after_a_response():
    make_policy()
    reacted, silent = (make_invitation(sent_at=NOW - timedelta(days=7)) for _ in range(2))
    remind_invited(now=NOW)
    before = cancel_answered_reminders(now=NOW)
    make_booking(invitation=reacted)

    assert (before, cancel_answered_reminders(now=NOW)) == (0, 1)
    assert dict(Message.objects.values_list("about", "reason")) == {
        f"invitation:{reacted.pk}": "withdrawn",
        f"invitation:{silent.pk}": "",
    }


def declines(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(declined_at=NOW)
    cancel_answered_reminders(now=NOW)


def books(invitation):
    book(invitation=invitation, request=make_booking_request(), actor=CANDIDATE, now=NOW)


def waits(invitation):
    join_waitlist(invitation=invitation, request=WaitlistRequest(language="nl"), actor=CANDIDATE, now=NOW)


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [(None, None), (declines, MessageOutdated), (books, MessageOutdated), (waits, MessageOutdated)],
)
@pytest.mark.parametrize(
    "ended", [{"state": "failed", "reason": "refused"}, {"state": "suppressed", "reason": "stopped"}]
)
def test_failed_reminder_is_not_resent_after_a_response(answers, refusal, ended):
    make_policy(), make_advisor()
    invitation = make_invitation(sent_at=NOW - timedelta(days=7))
    remind_invited(now=NOW)
    Message.objects.update(ended_at=NOW, **ended)
    cancel_answered_reminders(now=NOW)  # still true

    if answers:
        answers(invitation)

    assert type(resend_refusal(Message.objects.get(kind="invitation_reminder"), now=NOW)) is (refusal or type(None))


def test_failed_invitation_is_not_resent_after_a_booking():
    make_policy()
    invitation = make_booking().invitation
    make_message(kind="invitation", about=object_key(invitation), state="failed", ended_at=NOW)

    cancel_answered_reminders(now=NOW)

    assert Message.objects.resendable(NOW).count() == 0


def test_invitation_message_expires_after_its_last_day():
    make_policy(invitation_valid_days=21)
    make_rejection()

    invite_due(now=NOW)

    assert Message.objects.get().expires_at == datetime(2026, 12, 14, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [{"open_until": date(2026, 11, 22)}, {"declined_at": NOW}, {"withdrawn_at": NOW}],
    ids=["ended", "declined", "withdrawn"],
)
def test_closed_invitation_is_not_reminded(fields):
    make_policy()
    make_invitation(sent_at=NOW - timedelta(days=8), **fields)

    assert remind_invited(now=NOW) == 0


def test_candidate_who_booked_is_not_reminded():
    make_policy()
    make_booking(invitation=make_invitation(sent_at=NOW - timedelta(days=8)))

    assert remind_invited(now=NOW) == 0


def test_candidate_on_the_waitlist_is_not_reminded():
    make_policy()
    make_waitlist_entry(invitation=make_invitation(sent_at=NOW - timedelta(days=8)))

    assert remind_invited(now=NOW) == 0


def test_candidate_who_was_not_told_is_not_invited():
    make_policy()
    rejection = make_rejection(notified_on=None)

    assert invite(rejection_id=rejection.pk, policy=Policy.objects.current(), now=NOW) is False
    assert Message.objects.count() == 0


def test_an_invitation_that_fails_does_not_stop_the_others(caplog):
    make_policy()
    broken = make_rejection(candidate=make_candidate(language="xx"))  # there is no such letter
    make_rejection()

    assert invite_due(now=NOW) == 1
    assert [line for line in caplog.messages if line.startswith(f"rejection {broken.pk}: UnknownLocaleError")] != []
    assert Invitation.objects.filter(application=broken.application).count() == 0


def test_a_reminder_that_fails_does_not_stop_the_others(caplog):
    make_policy()
    broken = make_invitation(
        rejection=make_rejection(candidate=make_candidate(language="xx")), sent_at=NOW - timedelta(days=7)
    )
    make_invitation(sent_at=NOW - timedelta(days=7))

    assert remind_invited(now=NOW) == 1
    assert [line for line in caplog.messages if line.startswith(f"invitation {broken.pk}: UnknownLocaleError")] != []
    broken.refresh_from_db()
    assert broken.reminded_at is None


def test_longest_name_fits_in_every_message():
    """On PostgreSQL a value that is too long for its column is refused."""
    make_policy(sender_name="M" * 80)
    candidate = make_candidate(first_name="F" * 200, infix="i" * 40, last_name="L" * 200)
    make_rejection(candidate=candidate, vacancy=make_vacancy(title="T" * 120))

    assert invite_due(now=NOW) == 1
    assert remind_invited(now=NOW + timedelta(days=7)) == 1
    wish = make_booking_request(WEDNESDAY_TEN, advisor=make_advisor())
    book(invitation=Invitation.objects.get(), request=wish, actor=CANDIDATE, now=NOW)
    assert remind_by_mail(now=WEDNESDAY_TEN - timedelta(hours=20)) == 1

    names = Message.objects.filter(person_key=f"candidate:{candidate.pk}").values_list("kind", "recipient_name")
    assert dict(names) == dict.fromkeys(
        ["invitation", "invitation_reminder", "confirmation", "reminder"], candidate.full_name[:200]
    )


@pytest.mark.parametrize(("language", "said"), [("nl", "duurt 15"), ("en", "takes 15")])
def test_invitation_says_how_long_a_session_takes(language, said):
    make_policy(session_minutes=20)
    for minutes in (None, 15):
        make_advisor(session_minutes=minutes)
    make_rejection(candidate=make_candidate(language=language))

    invite_due(now=NOW)

    text = Message.objects.get().text
    assert said in text
    assert "20 minut" in text


def test_invitations_are_spread_over_the_days_as_policy_says_oldest_first():
    make_policy(invitations_per_day=2)
    told = [date(2026, 11, day) for day in (19, 17, 20, 18, 16)]
    keys = [make_rejection(notified_on=day).application_id for day in told]

    per_run = [invite_due(now=NOW), invite_due(now=NOW + timedelta(hours=1)), invite_due(now=NOW + timedelta(days=1))]

    assert per_run == [2, 0, 2]
    assert list(Invitation.objects.order_by("pk").values_list("application", flat=True)) == [
        keys[number] for number in (4, 1, 3, 0)
    ]
