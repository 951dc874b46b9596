"""A story in which every letter and text of the house is written, to candidates who read one of the languages."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from django.test import Client

from advisors.external_calendars.sync import read_calendar
from bookings import notifications
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.calendar.itip import Proposal
from bookings.invitations.services import invite_due, remind_invited
from bookings.models import Booking
from bookings.notifications import with_all_that_letters_need
from bookings.notifications.context import for_candidate
from bookings.notifications.forwarded_mail import advisor_mail, advisor_mail_stopped
from bookings.notifications.sms_fallbacks import advisor_text_answer, advisor_text_failed, text_failed
from bookings.reassignment.reassign import hand_over
from bookings.reminders import remind_by_mail, remind_by_text
from bookings.waitlist.offers import end_what_is_over, offer_free_moments
from candidates.access.services import mail_link
from candidates.bounced_addresses import mark_failed_addresses
from core.actors import COMMAND, key_of
from organisation.models import Role
from organisation.staff.services import StaffWish, add_staff
from outbox import services as outbox
from outbox.inbound.forward import house_mail
from outbox.models import IncomingMail, Message
from outbox.monitoring import alerts
from outbox.sms.notifications import limit_reached
from referrals.models import Referral
from referrals.services.answer import answer, record_outcome
from referrals.services.consent import consent, refuse, withdraw
from referrals.services.propose import propose
from referrals.services.remind import remind_recruiters
from spreekuur.staff_mail import send_invitations, tell_application_managers
from talks.services.outcomes import mark_no_show
from talks.services.survey import ask_how_it_was
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_held_booking,
    make_hold,
    make_invitation,
    make_message,
    make_other_calendar,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_waitlist_entry,
    make_wish,
)

PARTS = re.compile(r"channel_|said_|sms_|word")  # of letters, and texts


def files_of(language="nl"):
    """Every letter that the house can write: its kind and its file."""
    for path in sorted(Path("templates").glob(f"*/letters/*.{language}.txt")):
        name = path.name.partition(".")[0]
        if not PARTS.match(name):
            yield (f"referral_{name}" if path.parts[1] == "referrals" else name), path


class Story:
    def __init__(self, *, language="nl"):
        self.language = language
        self.policy = make_policy(default_language=language)
        self.advisor, self.colleague = make_advisor(), make_advisor(name="Marit de Wit")
        self.chief = make_user(Role.APPLICATION_MANAGER)

    def tell(self):
        self._invite_and_remind()
        self._book_move_and_cancel()
        self._change_what_stands()
        self._answer_by_calendar_and_text()
        self._wait_and_lose_a_held_moment()
        self._lose_a_calendar()
        self._miss()
        self._ask_how_it_was()
        self._refer()
        self._bring_staff_in()
        self._get_mail()
        self._fail()

    def _invitation(self):
        return make_invitation(rejection=make_rejection(candidate=make_candidate(language=self.language)))

    def _talk(self, **fields):
        booking = make_booking(invitation=self._invitation(), **{"advisor": self.advisor} | fields)
        return with_all_that_letters_need(Booking.objects.filter(pk=booking.pk)).get()

    def _invite_and_remind(self):
        rejection = make_rejection(candidate=make_candidate(language=self.language))
        invite_due(now=NOW)
        remind_invited(now=NOW + timedelta(days=7))
        mail_link(email=rejection.application.candidate.email, now=NOW)

    def _book_move_and_cancel(self):
        for channel in ("phone", "video", "onsite"):
            wish = make_wish(advisor=self.advisor, channel=channel, wants_sms=True)
            booking = book(invitation=self._invitation(), wish=wish, actor=CANDIDATE, now=NOW)
            for advisor in (self.advisor, self.colleague):
                wish = make_wish(WEDNESDAY_TEN, advisor=advisor, channel=channel, wants_sms=True)
                move(booking=booking, wish=wish, actor=CANDIDATE, now=NOW)
            remind_by_mail(now=WEDNESDAY_TEN - timedelta(hours=23))
            remind_by_text(now=WEDNESDAY_TEN - timedelta(hours=17))
            by = "advisor" if channel == "video" else "candidate"
            cancel(booking=booking, by=by, actor=CANDIDATE, now=NOW)

    def _change_what_stands(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=1), channel="video")
        hand_over(booking=booking, to=self.colleague.pk, word="Tot dan.", actor=COMMAND, now=NOW)
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=1, hours=1), channel="video")
        outbox.post(*notifications.changed_place(booking, self.policy, now=NOW), now=NOW)
        outbox.post(notifications.advisor_note(booking, self.policy), now=NOW)

    def _answer_by_calendar_and_text(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=2))
        free = Proposal(starts_at=booking.starts_at + timedelta(minutes=30), is_free=True, may_move=True)
        drafts = [
            notifications.declined_in_calendar(booking, self.policy),
            notifications.proposed_moment(booking, self.policy, free),
            notifications.advisor_declined_in_calendar(booking, self.policy),
            notifications.advisor_proposed_moment(booking, self.policy, free),
            text_failed(booking, self.policy, for_candidate(booking, self.policy)),
            advisor_text_failed(booking, self.policy),
            advisor_text_answer(booking, self.policy),
        ]
        outbox.post(*drafts, now=NOW)

    def _wait_and_lose_a_held_moment(self):
        make_waitlist_entry(invitation=self._invitation(), phone="+31600000001", wants_sms=True)
        offer_free_moments(now=NOW)
        make_hold(advisor=make_advisor(hours=False), invitation=self._invitation())
        end_what_is_over(now=NOW)

    def _lose_a_calendar(self):
        nowhere = make_other_calendar(
            advisor=self.advisor, address="http://127.0.0.1/agenda", failing_since=NOW - timedelta(days=2)
        )
        read_calendar(nowhere.pk, now=NOW)

    def _miss(self):
        booking = self._talk(starts_at=NOW - timedelta(hours=1))
        mark_no_show(booking=booking, actor=COMMAND, now=NOW)

    def _ask_how_it_was(self):
        make_held_booking(advisor=self.advisor, invitation=self._invitation(), starts_at=NOW - timedelta(days=6))
        Booking.objects.filter(status="completed").update(closed_at=NOW - timedelta(days=5))
        ask_how_it_was(now=NOW)
        outbox.post(notifications.advisor_outcome(self._talk(starts_at=NOW - timedelta(days=4)), self.policy), now=NOW)

    def _refer(self):
        booking = self._talk(starts_at=NOW - timedelta(hours=3))

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

    def _bring_staff_in(self):
        email, roles = "nieuw@ziekenhuis-oostmeer.example", frozenset({Role.MANAGER})
        add_staff(StaffWish(name="Nieuwe Collega", email=email, roles=roles), by=None, actor=COMMAND, now=NOW)
        send_invitations(now=NOW)
        client = Client(headers={"accept-language": self.language})
        for email in (self.advisor.user.email, "niemand@ziekenhuis-oostmeer.example"):
            client.post("/account/password/reset/", {"email": email})

    def _get_mail(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=5))
        values = {"about": key_of(booking), "kind": "letter", "sender": booking.candidate.email, "received_at": NOW}
        mail = IncomingMail.objects.create(digest="0" * 64, subject="Vraag", text="Mag mijn partner mee?", **values)
        mails = [advisor_mail(booking, self.policy, mail), house_mail(mail, mail, self.policy, talk=booking)]
        outbox.post(*mails, advisor_mail_stopped(booking, self.policy, today=NOW.date()), now=NOW)

    def _fail(self):
        candidate, advisor = make_rejection().application.candidate, self.advisor.user
        for person in (candidate, advisor):
            failed = {"state": "failed", "reason": "bounced", "ended_at": NOW, "recipient": person.email}
            make_message(person_key=key_of(person), kind="reminder", **failed)
        mark_failed_addresses(now=NOW)
        tell_application_managers(now=NOW)
        outbox.post(limit_reached(self.chief, self.policy, kind="texts", now=NOW), now=NOW)
        self._be_late(NOW + timedelta(days=30))

    def _be_late(self, now: datetime):
        alerts.look(now=now)
        Message.objects.filter(kind="overdue").update(state="sent", sent_at=now)
        waiting = Message.objects.filter(state="queued")
        keys = list(waiting.values_list("pk", flat=True))
        waiting.update(state="sent", sent_at=now)
        alerts.look(now=now)
        Message.objects.filter(pk__in=keys).update(state="queued", sent_at=None)
