"""The demo, or the demo with five years of data beside it, in the database of the environment.

Prints a session per demo account and a candidate's private link as JSON. The rows of five years belong to the demo's
staff and to others in equal parts: every one of forty recruiters has a fortieth of the rejections.
"""

import argparse
import json
import sys
from datetime import timedelta
from importlib import import_module

import django

django.setup()  # before models are imported

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from advisors.models import Advisor, AgendaEntry  # noqa: E402
from bookings.models import Booking, Invitation, WaitlistEntry  # noqa: E402
from candidates.access.services import link_url_for  # noqa: E402
from candidates.models import AccessLink, Application, Candidate, Rejection, Strength  # noqa: E402
from core.actors import SYSTEM  # noqa: E402
from organisation import audit  # noqa: E402
from organisation.models import AuditEvent, Role, User  # noqa: E402
from outbox.models import Message  # noqa: E402
from referrals.models import Referral  # noqa: E402
from spreekuur.demo_loader import load  # noqa: E402
from talks.models import Note, Survey, SurveyAnswer  # noqa: E402
from tests.bench.history import NEW_UUID, TALK, TALK_AND_BUFFER, copy  # noqa: E402
from tests.factories import make_advisor, make_user, make_vacancy  # noqa: E402
from vacancies.models import Vacancy  # noqa: E402

REJECTIONS, BOOKINGS, MESSAGES, AUDIT_EVENTS = 60_000, 40_000, 300_000, 500_000
ADVISORS, RECRUITERS, VACANCIES = 100, 40, 2_000
REFERRALS, SURVEYS, WAITING = 4_000, 20_000, 300
ACTIONS = ["candidate.read", "booking.book", "booking.move", "booking.cancel", "file.read", "note.write", "sign_in"]
OPEN = 0.02  # of the rejections: incomplete, and invitations still open
OF_ENTRY, OF_BOOKING = (
    ("busy_from", "busy_until", "talk_from", "talk_until"),
    ("starts_at", "ends_at", "booked_at", "closed_at"),
)


def grow(now):
    """Rows of five years, by copies that the database makes of one row each."""
    advisors = list(Advisor.objects.all())
    advisors += [make_advisor(name=f"Adviseur {number}") for number in range(ADVISORS - len(advisors))]
    recruiters = list(User.objects.filter(grants__role=Role.RECRUITER))
    recruiters += [make_user(Role.RECRUITER, name=f"Recruiter {n}") for n in range(RECRUITERS - len(recruiters))]
    department = Vacancy.objects.first().department
    model = make_vacancy(recruiter=recruiters[0], department=department)
    vacancies = Vacancy.objects.bulk_create(
        Vacancy(title=f"Functie {number}", department=department, recruiter=recruiters[number % RECRUITERS])
        for number in range(VACANCIES)
    )
    application = _copy_rejections(model, vacancies, recruiters, now)
    invitation = _copy_invitations(application, now)
    booking = _copy_bookings(invitation, advisors, now)
    _copy_what_follows(booking, vacancies, now)
    _copy_logs(advisors[0].user, now)


def _copy_rejections(model, vacancies, recruiters, now):
    first = Candidate.objects.create(
        first_name="Sevda", last_name="Aydin", email="groei@kandidaat.example", language="nl"
    )
    link = AccessLink.objects.create(candidate=first, digest="growth")
    application = Application.objects.create(candidate=first, vacancy=vacancies[0], stage="interview_1")
    rejection = Rejection.objects.create(application=application, recruiter=recruiters[0])
    Rejection.objects.filter(pk=rejection.pk).update(
        created_at=now - timedelta(days=1),
        notified_on=now.date() - timedelta(days=1),
        notified_by="phone",
        reason=Rejection.objects.filter(reason__isnull=False).first().reason,
        explanation="Nog geen diploma voor dit werk, wel de ervaring.",
        completed_at=now,
    )
    keys = [recruiter.pk for recruiter in recruiters]
    giver = f"(ARRAY{keys})[1 + n % {len(keys)}]"
    days = "row.created_at - (n % 1800) * interval '1 day'"
    address = "'groei-' || n % 59900 || '@kandidaat.example'"  # a hundred are there twice
    copy(first, REJECTIONS, last_name="'Aydin ' || (n % 5000)", email=address)
    copy(link, REJECTIONS, candidate_id=f"{first.pk} + n", key=NEW_UUID["postgresql"], digest="'growth-' || n")
    copy(
        application,
        REJECTIONS,
        candidate_id=f"{first.pk} + n",
        vacancy_id=f"{vacancies[0].pk} + n % {VACANCIES}",
    )
    incomplete = f"n % {round(1 / OPEN)} = 0"
    copy(
        Rejection.objects.get(pk=rejection.pk),
        REJECTIONS,
        application_id=f"{application.pk} + n",
        recruiter_id=giver,
        created_at=days,
        completed_at=f"CASE WHEN {incomplete} THEN NULL ELSE {days} END",
    )
    strength = Strength.objects.create(rejection=rejection, text="Rustig werken onder druk")
    copy(strength, REJECTIONS, rejection_id=f"{rejection.pk} + n")
    return application


def _copy_invitations(application, now):
    invitation = Invitation.objects.create(
        application=application, sent_at=now - timedelta(days=1), open_until=now.date() + timedelta(days=20)
    )
    copy(
        invitation,
        REJECTIONS,
        application_id=f"{application.pk} + n",
        key=NEW_UUID["postgresql"],
        sent_at="row.sent_at - (n % 1800) * interval '1 day'",
        open_until="row.open_until - (n % 1800)",
    )
    return invitation


def _copy_bookings(invitation, advisors, now):
    at = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    entry = AgendaEntry.objects.create(
        advisor=advisors[-1],
        kind="booking",
        busy_from=at,
        busy_until=at + TALK_AND_BUFFER,
        talk_from=at,
        talk_until=at + TALK,
    )
    booking = Booking.objects.create(
        invitation=invitation,
        advisor=advisors[-1],
        entry=entry,
        starts_at=at,
        ends_at=at + TALK,
        channel="phone",
        language="nl",
        phone="+31600000001",
        booked_at=at - timedelta(days=3),
        status=Booking.Status.COMPLETED,
        closed_at=at + TALK,
    )
    keys = [advisor.pk for advisor in advisors]
    advisor = f"(ARRAY{keys})[1 + n % {len(keys)}]"
    earlier = {
        column: f"row.{column} - (n / {len(keys)} * 4 + 2400) * interval '1 hour'"
        for column in (*OF_ENTRY, *OF_BOOKING)
    }
    own = {column: earlier[column] for column in OF_ENTRY}
    copy(entry, BOOKINGS, advisor_id=advisor, **own)
    own = {column: earlier[column] for column in OF_BOOKING}
    copy(
        booking,
        BOOKINGS,
        invitation_id=f"{invitation.pk} + n",
        entry_id=f"{entry.pk} + n",
        advisor_id=advisor,
        uid=NEW_UUID["postgresql"],
        **own,
    )
    return booking


def _copy_what_follows(booking, vacancies, now):
    note = Note.objects.create(
        booking=booking, author=booking.advisor.user, text="Gesproken over werk.", updated_at=now
    )
    copy(note, BOOKINGS, booking_id=f"{booking.pk} + n")
    survey = Survey.objects.create(booking=booking, asked_at=now, answered_at=now)
    copy(survey, SURVEYS, booking_id=f"{booking.pk} + n")
    for question, answer in {"recommend_0_10": "8", "improve": "Bel eerder"}.items():
        row = SurveyAnswer.objects.create(survey=survey, question=question, answer=answer)
        copy(row, SURVEYS, survey_id=f"{survey.pk} + n")
    referral = Referral.objects.create(
        booking=booking,
        vacancy=vacancies[0],
        introduction="Werkt graag met mensen.",
        state="sent",
        proposed_at=now,
        consented_at=now,
        answer_by=now.date() + timedelta(days=5),
    )
    place = f"{vacancies[0].pk} + n % {VACANCIES}"
    state = "CASE WHEN n % 20 = 0 THEN 'sent' ELSE 'accepted' END"
    copy(referral, REFERRALS, booking_id=f"{booking.pk} + n", vacancy_id=place, state=state)
    waiting = Invitation.objects.filter(bookings=None, open_until__gte=now.date())[:WAITING]
    WaitlistEntry.objects.bulk_create(WaitlistEntry(invitation=one, language="nl", joined_at=now) for one in waiting)


def _copy_logs(user, now):
    message = Message.objects.order_by("-pk").first()
    gone = "CASE WHEN n % 200 = 0 THEN 'failed' ELSE 'sent' END"
    ended = "CASE WHEN n % 200 = 0 THEN row.created_at - n * interval '9 minutes' END"
    copy(
        message,
        MESSAGES,
        key=NEW_UUID["postgresql"],
        dedupe_key="'growth-' || n",
        state=gone,
        ended_at=ended,
        reason="CASE WHEN n % 200 = 0 THEN 'bounced' ELSE '' END",
        sent_at="row.created_at - n * interval '9 minutes'",
        created_at="row.created_at - n * interval '9 minutes'",
        not_before="row.not_before - n * interval '9 minutes'",
        first_due_at="row.first_due_at - n * interval '9 minutes'",
        leased_until="NULL",
        lease="NULL",
        is_standby="false",
        fallback_for_id="NULL",
    )
    audit.record("candidate.read", user, actor=SYSTEM, now=now)
    event = AuditEvent.objects.first()
    copy(
        event,
        AUDIT_EVENTS,
        actor=f"'user:' || ({user.pk} + n % 100)",
        about="'candidate:' || n % 60000",
        action=f"(ARRAY{ACTIONS})[1 + n % {len(ACTIONS)}]",
        at="row.at - n * interval '5 minutes'",
    )


def sessions():
    """A signed-in session per role, of the demo's first account that has no other role."""
    found = {}
    for role in Role.values:
        user = User.objects.filter(grants__role=role).exclude(grants__role__in=set(Role.values) - {role}).first()
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        found[role] = store.session_key
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grown", action="store_true")
    now, is_grown = timezone.now(), parser.parse_args().grown
    with transaction.atomic():
        if is_grown:
            grow(now)
        else:
            load(now=now)
            for user in User.objects.all():  # accounts of the demo are refused in production
                User.objects.filter(pk=user.pk).update(email=f"growth-{user.email}")
        booking = Booking.objects.filter(status=Booking.Status.BOOKED).first()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    link = link_url_for(booking.candidate).removeprefix("https://spreekuur.example")
    json.dump({} if is_grown else {"sessions": sessions(), "link": link}, sys.stdout)


if __name__ == "__main__":
    main()
