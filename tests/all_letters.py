"""Create every mail and SMS of the project, for candidates with one language."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from django.test import Client

from advisors.external_calendars.sync import sync_calendar
from bookings import notifications
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.calendar.itip import ProposedTime
from bookings.invitations.services import invite_due, remind_invited
from bookings.models import Booking
from bookings.notifications.context import candidate_context
from bookings.notifications.forwarded_mail import advisor_mail, advisor_mail_stopped
from bookings.notifications.sms_fallbacks import (
    advisor_sms_failed,
    advisor_sms_reply,
    sms_reminder_fallback,
    sms_stopped,
)
from bookings.reassignment.reassign import reassign_booking
from bookings.reminders import remind_by_mail, remind_by_sms
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from candidates.access.services import mail_link
from candidates.address import change_address
from candidates.bounced_addresses import mark_failed_addresses
from core.actors import COMMAND, object_key
from organisation.models import Role
from organisation.staff.services import StaffDetails, add_staff, change_staff
from outbox import services as outbox
from outbox.inbound.forward import forward_draft
from outbox.models import IncomingMail, Message
from outbox.monitoring import alerts
from outbox.sms.notifications import limit_reached
from referrals.models import Referral
from referrals.services.answer import answer, record_outcome
from referrals.services.consent import consent, refuse, withdraw
from referrals.services.propose import propose
from referrals.services.remind import remind_recruiters
from spreekuur.staff_mail import mail_application_managers, send_account_notices, send_invitations
from talks.services.outcomes import mark_no_show
from talks.services.survey import send_due_surveys
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_completed_booking,
    make_external_calendar,
    make_hold,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_waitlist_entry,
)

PARTS = re.compile(r"channel_|said_|sms_|remark")  # parts of mails, and SMS


def letter_files(language="nl"):
    """Kind and file of every mail template."""
    for path in sorted(Path("templates").glob(f"*/letters/*.{language}.txt")):
        name = path.name.partition(".")[0]
        if not PARTS.match(name):
            yield (f"referral_{name}" if path.parts[1] == "referrals" else name), path


class EveryLetter:
    def __init__(self, *, language="nl"):
        self.language = language
        self.policy = make_policy(default_language=language)
        self.advisor, self.colleague = make_advisor(), make_advisor(name="Marit de Wit")
        self.application_manager = make_user(Role.APPLICATION_MANAGER)

    def write_all(self):
        self._invite_and_remind()
        self._book_move_and_cancel()
        self._change_bookings()
        self._reply_by_calendar_and_sms()
        self._join_waitlist_and_lose_a_hold()
        self._fail_to_read_a_calendar()
        self._no_show()
        self._send_surveys()
        self._refer()
        self._invite_staff()
        self._forward_mail()
        self._fail()

    def _invitation(self):
        return make_invitation(rejection=make_rejection(candidate=make_candidate(language=self.language)))

    def _talk(self, **fields):
        booking = make_booking(invitation=self._invitation(), **{"advisor": self.advisor} | fields)
        return Booking.objects.filter(pk=booking.pk).for_letters().get()

    def _invite_and_remind(self):
        rejection = make_rejection(candidate=make_candidate(language=self.language))
        invite_due(now=NOW)
        remind_invited(now=NOW + timedelta(days=7))
        candidate = rejection.application.candidate
        mail_link(email=candidate.email, now=NOW)
        change_address(candidate=candidate, email="nieuw@kandidaat.example", actor=COMMAND, now=NOW)

    def _book_move_and_cancel(self):
        for channel in ("phone", "video", "onsite"):
            request = make_booking_request(advisor=self.advisor, channel=channel, wants_sms=True)
            booking = book(invitation=self._invitation(), request=request, actor=CANDIDATE, now=NOW)
            for advisor in (self.advisor, self.colleague):
                request = make_booking_request(WEDNESDAY_TEN, advisor=advisor, channel=channel, wants_sms=True)
                move_booking(booking=booking, request=request, actor=CANDIDATE, now=NOW)
            remind_by_mail(now=WEDNESDAY_TEN - timedelta(hours=23))
            remind_by_sms(now=WEDNESDAY_TEN - timedelta(hours=17))
            by = "advisor" if channel == "video" else "candidate"
            cancel_booking(booking=booking, by=by, actor=CANDIDATE, now=NOW)

    def _change_bookings(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=1), channel="video")
        reassign_booking(booking=booking, to_advisor_id=self.colleague.pk, remark="Tot dan.", actor=COMMAND, now=NOW)
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=1, hours=1), channel="video")
        outbox.post(*notifications.location_changed(booking, self.policy, now=NOW), now=NOW)
        outbox.post(notifications.advisor_note(booking, self.policy), now=NOW)

    def _reply_by_calendar_and_sms(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=2))
        free = ProposedTime(starts_at=booking.starts_at + timedelta(minutes=30), is_free=True, may_move=True)
        drafts = [
            notifications.calendar_declined(booking, self.policy),
            notifications.time_proposed(booking, self.policy, free),
            notifications.advisor_calendar_declined(booking, self.policy),
            notifications.advisor_time_proposed(booking, self.policy, free),
            sms_reminder_fallback(booking, self.policy, candidate_context(booking, self.policy)),
            advisor_sms_failed(booking, self.policy),
            advisor_sms_reply(booking, self.policy),
            sms_stopped(booking.candidate, self.policy, now=NOW),
        ]
        outbox.post(*drafts, now=NOW)

    def _join_waitlist_and_lose_a_hold(self):
        make_waitlist_entry(invitation=self._invitation(), phone="+31600000001", wants_sms=True)
        offer_free_slots(now=NOW)
        make_hold(advisor=make_advisor(hours=False), invitation=self._invitation())
        end_expired_offers(now=NOW)

    def _fail_to_read_a_calendar(self):
        calendar = make_external_calendar(
            advisor=self.advisor, address="http://127.0.0.1/agenda", failing_since=NOW - timedelta(days=2)
        )
        sync_calendar(calendar.pk, now=NOW)

    def _no_show(self):
        booking = self._talk(starts_at=NOW - timedelta(hours=1))
        mark_no_show(booking=booking, actor=COMMAND, now=NOW)

    def _send_surveys(self):
        make_completed_booking(advisor=self.advisor, invitation=self._invitation(), starts_at=NOW - timedelta(days=6))
        Booking.objects.filter(status="completed").update(closed_at=NOW - timedelta(days=5))
        send_due_surveys(now=NOW)
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

    def _invite_staff(self):
        email, roles = "nieuw@ziekenhuis-oostmeer.example", frozenset({Role.MANAGER})
        add_staff(StaffDetails(name="Nieuwe Collega", email=email, roles=roles), by=None, actor=COMMAND, now=NOW)
        send_invitations(now=NOW)
        self._change_accounts()
        client = Client(headers={"accept-language": self.language})
        for email in (self.advisor.user.email, "niemand@ziekenhuis-oostmeer.example"):
            client.post("/account/password/reset/", {"email": email})

    def _change_accounts(self):
        """The only application manager takes a role; with a second one it is asked for; a colleague changes."""
        colleague = make_user(name="Andere Collega")
        for role in (Role.ADVISOR, Role.RECRUITER):
            details = StaffDetails(
                name=self.application_manager.name,
                email=self.application_manager.email,
                roles=self.application_manager.roles | {role},
            )
            change_staff(self.application_manager, details, by=self.application_manager, actor=COMMAND, now=NOW)
            make_user(Role.APPLICATION_MANAGER, name="Tweede Beheerder")
        details = StaffDetails(
            name=colleague.name, email="ander@ziekenhuis-oostmeer.example", roles=frozenset({Role.ADVISOR})
        )
        change_staff(colleague, details, by=self.application_manager, actor=COMMAND, now=NOW)
        send_account_notices(now=NOW)

    def _forward_mail(self):
        booking = self._talk(starts_at=WEDNESDAY_TEN + timedelta(days=5))
        values = {"about": object_key(booking), "kind": "letter", "sender": booking.candidate.email, "received_at": NOW}
        mail = IncomingMail.objects.create(digest="0" * 64, subject="Vraag", text="Mag mijn partner mee?", **values)
        mails = [advisor_mail(booking, self.policy, mail), forward_draft(mail, mail, self.policy, booking=booking)]
        outbox.post(*mails, advisor_mail_stopped(booking, self.policy, today=NOW.date()), now=NOW)

    def _fail(self):
        candidate, advisor = make_rejection().application.candidate, self.advisor.user
        for person in (candidate, advisor):
            failed = {"state": "failed", "reason": "bounced", "ended_at": NOW, "recipient": person.email}
            make_message(person_key=object_key(person), kind="reminder", **failed)
        mark_failed_addresses(now=NOW)
        mail_application_managers(now=NOW)
        outbox.post(limit_reached(self.application_manager, self.policy, kind="texts", now=NOW), now=NOW)
        self._be_overdue(NOW + timedelta(days=30))

    def _be_overdue(self, now: datetime):
        alerts.alert_if_overdue(now=now)
        Message.objects.filter(kind="overdue").update(state="sent", sent_at=now)
        waiting = Message.objects.filter(state="queued")
        keys = list(waiting.values_list("pk", flat=True))
        waiting.update(state="sent", sent_at=now)
        alerts.alert_if_overdue(now=now)
        Message.objects.filter(pk__in=keys).update(state="queued", sent_at=None)
