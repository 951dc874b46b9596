"""Export and erasure: unique marks are put in every field about a candidate, then all tables are searched."""

import json
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from bookings.appointments.book import book
from bookings.appointments.prepare import save_preparation
from bookings.models import Booking
from candidates.models import CandidateSource, IntakeFile, IntakeLine, Strength
from core.actors import COMMAND, Actor, object_key
from organisation import audit
from organisation.models import AuditEvent
from outbox.inbound.intake import receive
from outbox.models import IncomingMail, IncomingText
from referrals.models import Referral
from spreekuur.privacy import export_candidate
from talks.models import Note, NoteCopy
from tests.factories import (
    NOW,
    make_advisor,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_sms,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MARKS = {
    "first name": "Qwertina",
    "last name": "Vlinderstruik",
    "mail": "qwertina@kandidaat.example",
    "number elsewhere": "ats-998877",
    "explanation": "Uitlegkenmerk",
    "strength": "Sterkkenmerk",
    "question": "Vraagkenmerk",
    "note": "Notitiekenmerk",
    "copy": "Kopiekenmerk",
    "introduction": "Introductiekenmerk",
    "phone": "+31600000055",
    "mail that came in": "Antwoordkenmerk",
    "text that came in": "Smskenmerk",
    "mail about nothing": "Losbriefkenmerk",
    "line of a file": "Bestandskenmerk",
}


def make_story():
    """Candidate with data in every app."""
    make_policy()
    advisor = make_advisor()
    candidate = make_candidate(
        first_name=MARKS["first name"], last_name=MARKS["last name"], email=MARKS["mail"], phone=MARKS["phone"]
    )
    CandidateSource.objects.create(candidate=candidate, source="ats", external_id=MARKS["number elsewhere"])
    rejection = make_rejection(candidate=candidate, explanation=MARKS["explanation"])
    Strength.objects.create(rejection=rejection, text=MARKS["strength"])
    actor = Actor.of(candidate)
    booking = book(
        invitation=make_invitation(rejection=rejection),
        request=make_booking_request(advisor=advisor, phone=MARKS["phone"], wants_sms=True),
        actor=actor,
        now=NOW,
    )
    save_preparation(booking=booking, topic_ids=(), question=MARKS["question"], actor=actor, now=NOW)
    note = Note.objects.create(booking=booking, author=advisor.user, text=MARKS["note"], updated_at=NOW)
    NoteCopy.objects.create(note=note, window=booking.uid, text=MARKS["copy"], updated_at=NOW)
    Referral.objects.create(
        booking=booking, vacancy=make_vacancy(title="Planner"), introduction=MARKS["introduction"], proposed_at=NOW
    )
    receive_replies(booking, candidate)
    cells = {"email": MARKS["mail"], "explanation": MARKS["line of a file"]}
    file = IntakeFile.objects.create(uploaded_by=advisor.user, name="afwijzingen.csv")
    IntakeLine.objects.create(file=file, number=2, cells=cells, width=[2, 2], email=MARKS["mail"])
    return candidate


def receive_replies(booking, candidate):
    """Replies to messages about a talk, and a mail that was forwarded."""
    about, person_key = object_key(booking), object_key(candidate)
    mail = IncomingMail.objects.create(
        digest="1", about=about, sender=MARKS["mail"], text=MARKS["mail that came in"], received_at=NOW
    )
    make_message(about=object_key(mail), person_key="employer", text=MARKS["mail that came in"])
    letter = f"From: {MARKS['mail'].upper()}\nTo: loopbaan@elders.example\n\n{MARKS['mail about nothing']}\n"
    assert receive(letter.encode(), now=NOW) == "forwarded"
    IncomingText.objects.create(
        answers=make_sms(about=about, person_key=person_key),
        about=about,
        person_key=person_key,
        text=MARKS["text that came in"],
        received_at=NOW,
    )


def found_in_tables():
    """Marks per table, over all models."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            content = json.dumps(cursor.fetchall(), default=str, ensure_ascii=False)
        found |= {(name, model._meta.db_table) for name, mark in MARKS.items() if mark in content}
    return found


def test_the_export_contains_everything():
    candidate = make_story()
    out = StringIO()

    call_command("export_candidate", candidate.pk, stdout=out)

    assert [name for name, mark in MARKS.items() if mark not in out.getvalue()] == []


def test_only_keys_in_the_audit_trail_are_left_after_erasure():
    candidate = make_story()
    make_candidate(first_name="Somebody", last_name="Else")
    assert {name for name, _table in found_in_tables()} == set(MARKS)

    call_command("erase_candidate", candidate.pk, stdout=StringIO())

    assert found_in_tables() == set()
    assert type(candidate).objects.count() == 1
    assert AuditEvent.objects.filter(action="candidate.erase", about=f"candidate:{candidate.pk}").count() == 1


def test_the_export_leaves_other_candidates_out():
    make_story()
    other = make_candidate(first_name="Somebody", last_name="Else")
    out = StringIO()

    call_command("export_candidate", other.pk, stdout=out)

    assert [name for name, mark in MARKS.items() if mark in out.getvalue()] == []


def test_the_export_names_who_read_files_and_referrals():
    candidate = make_story()
    booking, referral = Booking.objects.get(), Referral.objects.get()
    for action, about, actor in (
        ("file.read", "booking:999999", "user:1"),
        ("file.read", booking, "user:2"),
        ("referral.read", booking, "user:2"),
        ("referral.read", referral, "user:3"),
    ):
        audit.record(action, about, actor=Actor(key=actor, origin="web"), now=NOW)

    found = export_candidate(candidate, actor=COMMAND, now=NOW)["read_by"]

    assert found == [
        {"action": "file.read", "about": object_key(booking), "actor": "user:2", "at": NOW},
        {"action": "referral.read", "about": object_key(booking), "actor": "user:2", "at": NOW},
        {"action": "referral.read", "about": object_key(referral), "actor": "user:3", "at": NOW},
    ]
