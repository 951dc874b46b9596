"""A mail scanner follows every link of every letter, GET and HEAD. It must change nothing, and every link must work."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from advisors.calendars.keeping import read_calendar
from bookings.services import (
    book,
    cancel,
    end_what_is_over,
    hand_over,
    invite_due,
    move,
    offer_free_moments,
    remind_by_mail,
    remind_by_text,
    remind_invited,
)
from candidates.services.access import mail_link
from organisation.actors import COMMAND
from organisation.models import Role
from organisation.services.staff import StaffWish, add_staff
from outbox.models import Message
from referrals.models import Referral
from referrals.services.answering import answer, record_outcome
from referrals.services.consenting import consent, refuse, withdraw
from referrals.services.proposing import propose
from referrals.services.reminding import remind_recruiters
from spreekuur.staff_mail import send_invitations
from talks.services.outcomes import mark_no_show
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_hold,
    make_invitation,
    make_other_calendar,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_waitlist_entry,
    make_wish,
)

LINK = re.compile(re.escape(settings.PUBLIC_URL) + r"(/\S*?)[.,]?(?=\s|$)")
KEEPS_CHANGING = {"django_session", "cache", "organisation_auditevent"}  # a visit may leave a session, or be recorded
WORKS = {200, 302}


def make_every_letter():
    """A story in which every letter and text of the house is written."""
    make_policy()
    advisor, colleague = make_advisor(), make_advisor(name="Marit de Wit")
    _invite_and_remind()
    _book_move_and_cancel(advisor, colleague)
    _hand_over(advisor, colleague)
    _wait()
    _lose_a_held_moment()
    _lose_a_calendar(advisor)
    _miss(advisor)
    _refer(advisor)
    add_staff(
        StaffWish(name="Nieuwe Collega", email="nieuw@ziekenhuis-oostmeer.example", roles=frozenset({Role.MANAGER})),
        by=None,
        actor=COMMAND,
        now=NOW,
    )
    send_invitations(now=NOW)
    client = Client()
    for email in (advisor.user.email, "niemand@ziekenhuis-oostmeer.example"):
        client.post("/account/password/reset/", {"email": email})


def _invite_and_remind():
    rejection = make_rejection()
    invite_due(now=NOW)
    remind_invited(now=NOW + timedelta(days=7))
    mail_link(email=rejection.application.candidate.email, now=NOW)


def _book_move_and_cancel(advisor, colleague):
    for channel in ("phone", "video", "onsite"):
        invitation = make_invitation()
        wish = make_wish(advisor=advisor, channel=channel, wants_sms=True)
        booking = book(invitation=invitation, wish=wish, actor=CANDIDATE, now=NOW)
        move(booking=booking, wish=make_wish(WEDNESDAY_TEN, advisor=advisor, channel=channel), actor=CANDIDATE, now=NOW)
        move(
            booking=booking,
            wish=make_wish(WEDNESDAY_TEN, advisor=colleague, channel=channel),
            actor=CANDIDATE,
            now=NOW,
        )
        the_day_before = WEDNESDAY_TEN - timedelta(hours=17)
        remind_by_mail(now=the_day_before)
        remind_by_text(now=the_day_before)
        by = "advisor" if channel == "video" else "candidate"
        cancel(booking=booking, by=by, actor=CANDIDATE, now=NOW)


def _hand_over(advisor, colleague):
    booking = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN + timedelta(days=1))
    hand_over(booking=booking, to=colleague.pk, word="", actor=COMMAND, now=NOW)


def _wait():
    make_waitlist_entry(phone="+31600000001", wants_sms=True)
    offer_free_moments(now=NOW)


def _lose_a_held_moment():
    make_hold(advisor=make_advisor(hours=False))
    end_what_is_over(now=NOW)


def _lose_a_calendar(advisor):
    nowhere = make_other_calendar(
        advisor=advisor, address="http://127.0.0.1/agenda", failing_since=NOW - timedelta(days=2)
    )
    read_calendar(nowhere.pk, now=NOW)


def _miss(advisor):
    booking = make_booking(advisor=advisor, starts_at=NOW - timedelta(hours=1))
    mark_no_show(booking=booking, actor=COMMAND, now=NOW)


def _refer(advisor):
    booking = make_booking(advisor=advisor, starts_at=NOW - timedelta(hours=3))

    def referred(title):
        vacancy = make_vacancy(title=title)
        return propose(booking=booking, vacancy=vacancy, introduction="Past goed.", actor=COMMAND, now=NOW)

    refuse(referral=referred("Planner"), actor=CANDIDATE, now=NOW)
    withdrawn = consent(referral=referred("Gastvrouw"), introduction="Past goed.", actor=CANDIDATE, now=NOW)
    withdraw(referral=withdrawn, actor=CANDIDATE, now=NOW)
    declined = consent(referral=referred("Kok"), introduction="Past goed.", actor=CANDIDATE, now=NOW)
    accepted = consent(referral=referred("Receptionist"), introduction="Past goed.", actor=CANDIDATE, now=NOW)
    remind_recruiters(now=NOW + timedelta(days=8))
    answer(referral=declined, accepts=False, actor=COMMAND, now=NOW, reason="De plek is net vergeven.")
    answer(referral=accepted, accepts=True, actor=COMMAND, now=NOW)
    record_outcome(referral=accepted, outcome=Referral.Outcome.HIRED, actor=COMMAND, now=NOW)


def letters_of_the_house():
    names = {path.name.partition(".")[0] for path in Path("templates").glob("*/letters/*.txt")}
    return {name for name in names if not name.startswith(("channel_", "sms_", "word"))}  # parts of letters, texts


def business_rows():
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table not in KEEPS_CHANGING:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                rows[table] = cursor.fetchall()
    return rows


@pytest.fixture
def letters(transactional_db):
    make_every_letter()
    return list(Message.objects.order_by("pk"))


def test_following_every_link_of_every_letter_changes_nothing(letters):
    assert letters_of_the_house() <= {letter.kind.removeprefix("referral_") for letter in letters}
    links = {link for letter in letters for link in LINK.findall(letter.text)}
    make_user(Role.MANAGER)
    before = business_rows()

    answers = {
        (method, link): getattr(Client(), method)(link, follow=follow).status_code
        for link in sorted(links)
        for method, follow in (("head", False), ("get", True))
    }

    assert {key: status for key, status in answers.items() if status not in WORKS} == {}
    assert business_rows() == before
