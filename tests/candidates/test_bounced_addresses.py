"""Bounced mail: the candidate is marked, the recruiter notified once, the address corrected."""

from datetime import timedelta

import pytest

from candidates.access.services import link_url_for
from candidates.bounced_addresses import correct_address, mark_failed_addresses, stop_after_complaints
from candidates.duplicates.services import merge_candidates
from candidates.errors import EmployerAddress
from candidates.models import Candidate
from core.actors import Actor, object_key
from organisation.models import AuditEvent, Role, User
from outbox.models import Message
from tests.factories import (
    NOW,
    make_booking,
    make_candidate,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(hours=1)
RECRUITER = Actor(key="user:1", origin="web")


def make_failed(candidate, *, reason="bounced", ended_at=NOW, **fields):
    values = {
        "recipient": candidate.email,
        "person_key": object_key(candidate),
        "state": "failed",
        "ended_at": ended_at,
    }
    return make_message(reason=reason, **values | fields)


def failed_at(candidate):
    return Candidate.objects.get(pk=candidate.pk).email_failed_at


def recipients():
    return list(Message.objects.filter(kind="address_failed").order_by("pk").values_list("recipient", flat=True))


@pytest.fixture
def rejection():
    make_policy()
    return make_rejection(candidate=make_candidate(email="weg@kandidaat.example"))


def test_bounced_mail_marks_the_address_and_notifies_the_recruiter_once(rejection):
    candidate, recruiter = rejection.application.candidate, rejection.recruiter
    make_failed(candidate, recipient="WEG@kandidaat.example")
    make_failed(candidate, reason="address")

    assert [mark_failed_addresses(now=LATER), mark_failed_addresses(now=LATER)] == [1, 0]

    letter = Message.objects.get(kind="address_failed")
    assert (failed_at(candidate), recipients()) == (NOW, [recruiter.email])
    assert letter.text.endswith(f"hier: http://localhost:8000/rejections/{rejection.pk}/\n")
    assert candidate.last_name not in letter.text + letter.subject


@pytest.mark.parametrize(("has_talk", "words"), [(False, "Bel de kandidaat"), (True, "Vertel de adviseur")])
def test_the_notice_says_who_can_correct_the_address(rejection, has_talk, words):
    if has_talk:
        make_booking(invitation=make_invitation(rejection=rejection))
    make_failed(rejection.application.candidate)

    mark_failed_addresses(now=LATER)

    assert words in Message.objects.get(kind="address_failed").text


@pytest.mark.parametrize(
    "fields",
    [
        {"recipient": "vroeger@kandidaat.example"},
        {"reason": "refused"},
        {"state": "sent", "sent_at": NOW},
        {"transport": "sms", "recipient": "+31600000001"},
        {"ended_at": NOW - timedelta(days=8)},
        {"person_key": "user:1"},
    ],
)
def test_other_failures_do_not_mark_the_address(rejection, fields):
    make_failed(rejection.application.candidate, **fields)

    assert mark_failed_addresses(now=LATER) == 0
    assert (failed_at(rejection.application.candidate), recipients()) == (None, [])


def test_every_recruiter_is_notified_once_and_the_one_of_the_vacancy_for_a_former_recruiter(rejection):
    candidate, gone = rejection.application.candidate, make_user(is_active=False)
    second = make_rejection(candidate=candidate, vacancy=make_vacancy(), recruiter=gone)
    make_rejection(candidate=candidate, vacancy=make_vacancy(recruiter=rejection.recruiter))
    make_failed(candidate)

    mark_failed_addresses(now=LATER)

    assert sorted(recipients()) == sorted([rejection.recruiter.email, second.application.vacancy.recruiter.email])


@pytest.mark.parametrize("has_talk", [False, True])
def test_application_managers_are_notified_without_any_active_recruiter(rejection, has_talk):
    if has_talk:
        make_booking(invitation=make_invitation(rejection=rejection))
    User.objects.update(is_active=False)
    managers = [make_user(Role.APPLICATION_MANAGER), make_user(Role.APPLICATION_MANAGER)]
    make_failed(rejection.application.candidate)

    assert [mark_failed_addresses(now=LATER), mark_failed_addresses(now=LATER)] == [1, 0]

    text = Message.objects.filter(kind="address_failed").first().text
    assert recipients() == [manager.email for manager in managers]
    assert f"/admin/vacancies/vacancy/{rejection.application.vacancy_id}/change/" in text
    assert ("Vertel de adviseur" in text, "/rejections/" in text) == (has_talk, False)


def test_a_corrected_address_also_counts_for_queued_messages(rejection):
    candidate, actor = rejection.application.candidate, Actor.of(rejection.recruiter)
    make_failed(candidate)
    mark_failed_addresses(now=LATER)
    waiting = make_message(recipient=candidate.email, person_key=object_key(candidate), text=link_url_for(candidate))

    changed = [
        correct_address(candidate=candidate, email=" goed@kandidaat.example ", actor=actor, now=LATER)
        for _twice in range(2)
    ]

    candidate.refresh_from_db()
    waiting.refresh_from_db()
    assert changed == [True, False]
    assert (candidate.email, waiting.recipient) == ("goed@kandidaat.example", "goed@kandidaat.example")
    assert waiting.text == link_url_for(Candidate.objects.get())  # its link is the new one
    assert candidate.email_failed_at is None
    assert mark_failed_addresses(now=LATER) == 0
    assert list(AuditEvent.objects.values_list("action", "about")) == [
        ("candidate.change_address", object_key(candidate)),
        ("link.renew", object_key(candidate)),
    ]


def test_a_confirmed_address_is_marked_again_by_later_failures_only(rejection):
    candidate = rejection.application.candidate
    make_failed(candidate)
    mark_failed_addresses(now=LATER)

    correct_address(candidate=candidate, email=candidate.email, actor=RECRUITER, now=LATER)
    before = mark_failed_addresses(now=LATER)
    make_failed(candidate, ended_at=LATER + timedelta(minutes=1))

    assert (before, mark_failed_addresses(now=LATER + timedelta(minutes=2))) == (0, 1)
    assert failed_at(candidate) == LATER + timedelta(minutes=1)


def test_an_address_that_works_is_not_changed(rejection):
    candidate = rejection.application.candidate

    assert correct_address(candidate=candidate, email="ander@kandidaat.example", actor=RECRUITER, now=LATER) is False
    assert Candidate.objects.get().email == candidate.email


@pytest.mark.parametrize(
    "email", ["Loopbaan@ziekenhuis-oostmeer.example", "COLLEGA@oostmeer.example", "in@oostmeer.example"]
)
def test_an_address_of_the_employer_is_refused(rejection, settings, email):
    settings.INBOX_ADDRESS = "in@oostmeer.example"
    User.objects.filter(pk=make_user(is_active=False).pk).update(email="collega@oostmeer.example")
    Candidate.objects.update(email_failed_at=NOW)

    with pytest.raises(EmployerAddress):
        correct_address(candidate=rejection.application.candidate, email=email, actor=RECRUITER, now=LATER)


def test_merged_candidates_keep_the_mark():
    first, second = (make_candidate(email="zelfde@kandidaat.example") for _number in range(2))
    Candidate.objects.filter(pk=second.pk).update(email_failed_at=NOW)

    merge_candidates(first=first.pk, second=second.pk, actor=RECRUITER, now=LATER)

    assert failed_at(first) == NOW


def test_a_spam_complaint_stops_invitations(rejection):
    candidate = rejection.application.candidate
    make_failed(candidate, reason="complained")

    assert [stop_after_complaints(now=LATER), stop_after_complaints(now=LATER)] == [1, 0]
    assert Candidate.objects.get().messages_stopped_at == LATER
    assert (mark_failed_addresses(now=LATER), recipients()) == (0, [])
