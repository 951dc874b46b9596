"""Mail that came back: the candidate is marked, the recruiter told once, the address put right."""

from datetime import timedelta

import pytest

from candidates.access.services import address_for
from candidates.bounced_addresses import change_address, mark_failed_addresses, stop_after_complaints
from candidates.drafts import PersonDraft
from candidates.duplicates.services import merge_candidates
from candidates.errors import AddressOfHouse
from candidates.models import Candidate
from candidates.rejections.matching import rename
from core.actors import Actor, key_of
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

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
RECRUITER = Actor(key="user:1", origin="web")


def make_failed(candidate, *, reason="bounced", ended_at=NOW, **fields):
    values = {"recipient": candidate.email, "person_key": key_of(candidate), "state": "failed", "ended_at": ended_at}
    return make_message(reason=reason, **values | fields)


def failed_at(candidate):
    return Candidate.objects.get(pk=candidate.pk).email_failed_at


def letters():
    return list(Message.objects.filter(kind="address_failed").order_by("pk").values_list("recipient", flat=True))


@pytest.fixture
def rejection():
    make_policy()
    return make_rejection(candidate=make_candidate(email="weg@kandidaat.example"))


def test_mail_that_came_back_marks_the_address_and_tells_the_recruiter_once(rejection):
    candidate, recruiter = rejection.application.candidate, rejection.recruiter
    make_failed(candidate, recipient="WEG@kandidaat.example")
    make_failed(candidate, reason="address")

    assert [mark_failed_addresses(now=LATER), mark_failed_addresses(now=LATER)] == [1, 0]

    letter = Message.objects.get(kind="address_failed")
    assert (failed_at(candidate), letters()) == (NOW, [recruiter.email])
    assert letter.text.endswith(f"hier: http://localhost:8000/rejections/{rejection.pk}/\n")
    assert candidate.last_name not in letter.text + letter.subject


@pytest.mark.parametrize(("has_talk", "words"), [(False, "Bel de kandidaat"), (True, "Vertel de adviseur")])
def test_the_recruiter_s_letter_says_who_puts_it_right(rejection, has_talk, words):
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
        {"channel": "sms", "recipient": "+31600000001"},
        {"ended_at": NOW - timedelta(days=8)},
        {"person_key": "user:1"},
    ],
)
def test_what_says_nothing_of_this_address_marks_nobody(rejection, fields):
    make_failed(rejection.application.candidate, **fields)

    assert mark_failed_addresses(now=LATER) == 0
    assert (failed_at(rejection.application.candidate), letters()) == (None, [])


def test_every_recruiter_is_told_once_and_for_who_left_the_one_of_the_vacancy(rejection):
    candidate, gone = rejection.application.candidate, make_user(is_active=False)
    second = make_rejection(candidate=candidate, vacancy=make_vacancy(), recruiter=gone)
    make_rejection(candidate=candidate, vacancy=make_vacancy(recruiter=rejection.recruiter))
    make_failed(candidate)

    mark_failed_addresses(now=LATER)

    assert sorted(letters()) == sorted([rejection.recruiter.email, second.application.vacancy.recruiter.email])


@pytest.mark.parametrize("has_talk", [False, True])
def test_where_no_recruiter_is_left_the_application_managers_hear_it(rejection, has_talk):
    if has_talk:
        make_booking(invitation=make_invitation(rejection=rejection))
    User.objects.update(is_active=False)
    chiefs = [make_user(Role.APPLICATION_MANAGER), make_user(Role.APPLICATION_MANAGER)]
    make_failed(rejection.application.candidate)

    assert [mark_failed_addresses(now=LATER), mark_failed_addresses(now=LATER)] == [1, 0]

    text = Message.objects.filter(kind="address_failed").first().text
    assert letters() == [chief.email for chief in chiefs]
    assert f"/admin/vacancies/vacancy/{rejection.application.vacancy_id}/change/" in text
    assert ("Vertel de adviseur" in text, "/rejections/" in text) == (has_talk, False)


def test_a_recruiter_puts_the_address_right_and_what_waits_goes_there(rejection):
    candidate = rejection.application.candidate
    make_failed(candidate)
    mark_failed_addresses(now=LATER)
    waiting = make_message(recipient=candidate.email, person_key=key_of(candidate), text=address_for(candidate))

    changed = [
        change_address(candidate=candidate, email=" goed@kandidaat.example ", actor=RECRUITER, now=LATER)
        for _twice in range(2)
    ]

    candidate.refresh_from_db()
    waiting.refresh_from_db()
    assert changed == [True, False]
    assert (candidate.email, waiting.recipient) == ("goed@kandidaat.example", "goed@kandidaat.example")
    assert waiting.text == address_for(candidate)  # its link still opens
    assert candidate.email_failed_at is None
    assert mark_failed_addresses(now=LATER) == 0
    assert list(AuditEvent.objects.values_list("action", "about")) == [("candidate.correct_address", key_of(candidate))]


def test_an_address_that_was_right_is_marked_again_only_by_what_fails_from_then_on(rejection):
    candidate = rejection.application.candidate
    make_failed(candidate)
    mark_failed_addresses(now=LATER)

    change_address(candidate=candidate, email=candidate.email, actor=RECRUITER, now=LATER)
    before = mark_failed_addresses(now=LATER)
    make_failed(candidate, ended_at=LATER + timedelta(minutes=1))

    assert (before, mark_failed_addresses(now=LATER + timedelta(minutes=2))) == (0, 1)
    assert failed_at(candidate) == LATER + timedelta(minutes=1)


def test_an_address_at_which_mail_arrives_stays(rejection):
    candidate = rejection.application.candidate

    assert change_address(candidate=candidate, email="ander@kandidaat.example", actor=RECRUITER, now=LATER) is False
    assert Candidate.objects.get().email == candidate.email


@pytest.mark.parametrize(
    "email", ["Loopbaan@ziekenhuis-oostmeer.example", "COLLEGA@oostmeer.example", "in@oostmeer.example"]
)
def test_the_private_link_does_not_go_to_an_address_of_the_house(rejection, settings, email):
    settings.INBOX_ADDRESS = "in@oostmeer.example"
    User.objects.filter(pk=make_user(is_active=False).pk).update(email="collega@oostmeer.example")
    Candidate.objects.update(email_failed_at=NOW)

    with pytest.raises(AddressOfHouse):
        change_address(candidate=rejection.application.candidate, email=email, actor=RECRUITER, now=LATER)


def test_another_address_from_elsewhere_takes_the_mark_away():
    candidate = make_candidate(email_failed_at=NOW)
    person = PersonDraft(
        first_name="Sevda", infix="", last_name="Aydin", email="nieuw@kandidaat.example", language="nl"
    )

    rename(candidate, person)

    assert candidate.email_failed_at is None


def test_two_records_made_one_keep_the_mark():
    first, second = (make_candidate(email="zelfde@kandidaat.example") for _number in range(2))
    Candidate.objects.filter(pk=second.pk).update(email_failed_at=NOW)

    merge_candidates(first=first.pk, second=second.pk, actor=RECRUITER, now=LATER)

    assert failed_at(first) == NOW


def test_who_called_a_letter_unwanted_gets_no_more_invitations(rejection):
    candidate = rejection.application.candidate
    make_failed(candidate, reason="complained")

    assert [stop_after_complaints(now=LATER), stop_after_complaints(now=LATER)] == [1, 0]
    assert Candidate.objects.get().messages_stopped_at == LATER
    assert (mark_failed_addresses(now=LATER), letters()) == (0, [])
