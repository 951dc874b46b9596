from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.invitations.status import InvitationOutcome, with_names_for, with_outcome
from bookings.models import Booking, Invitation
from organisation.models import Role, RoleGrant
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_waitlist_entry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        make_policy()
        yield


def page(client, user, query=""):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return " ".join(client.get("/invitations/" + query).content.decode().split())


def outcome_of(invitation):
    """Outcome of the invitation; a filter by it, and by no other one, finds the invitation as well."""
    invitations = Invitation.objects.filter(pk=invitation.pk)
    outcome = with_outcome(invitations, day=TODAY).get().outcome
    found = [one for one in InvitationOutcome if with_outcome(invitations, day=TODAY, only=one).exists()]
    assert found == [outcome]
    return outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, InvitationOutcome.WAITING),
        ({"reminded_at": NOW}, InvitationOutcome.REMINDED),
        ({"open_until": TODAY}, InvitationOutcome.WAITING),
        ({"open_until": TODAY - timedelta(days=1), "reminded_at": NOW}, InvitationOutcome.ENDED),
        ({"withdrawn_at": NOW}, InvitationOutcome.ENDED),
        ({"declined_at": NOW, "reminded_at": NOW}, InvitationOutcome.STOPPED),
    ],
)
def test_without_a_talk_the_outcome_follows_the_invitation(fields, outcome):
    assert outcome_of(make_invitation(**fields)) == outcome


def test_outcome_says_that_the_candidate_stopped_messages():
    invitation = make_invitation()
    invitation.candidate.messages_stopped_at = NOW
    invitation.candidate.save()

    assert outcome_of(invitation) == InvitationOutcome.STOPPED


def test_outcome_says_that_the_candidate_is_on_the_waitlist():
    entry = make_waitlist_entry(invitation=make_invitation(reminded_at=NOW))

    assert outcome_of(entry.invitation) == InvitationOutcome.ON_LIST


def make_failed_letter(invitation, **fields):
    values = {"kind": "invitation", "about": f"invitation:{invitation.pk}", "state": "failed", "ended_at": NOW}
    return make_message(**values | fields)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, InvitationOutcome.UNDELIVERED),
        ({"kind": "invitation_reminder"}, InvitationOutcome.WAITING),
        ({"state": "queued"}, InvitationOutcome.WAITING),
        ({"about": "invitation:0"}, InvitationOutcome.WAITING),
    ],
)
def test_outcome_says_that_the_message_failed(fields, outcome):
    invitation = make_invitation()
    make_failed_letter(invitation, **fields)

    assert outcome_of(invitation) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"reminded_at": NOW}, InvitationOutcome.UNDELIVERED),
        ({"open_until": TODAY - timedelta(days=1)}, InvitationOutcome.UNDELIVERED),
        ({"declined_at": NOW}, InvitationOutcome.STOPPED),
    ],
)
def test_failed_message_goes_before_no_response(fields, outcome):
    invitation = make_invitation(**fields)
    make_failed_letter(invitation)

    assert outcome_of(invitation) == outcome


@pytest.mark.parametrize("query", ["", "?outcome=undelivered"])
@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECRUITER])
def test_the_list_says_that_a_letter_could_not_be_delivered(client, role, query):
    user = make_user(role)
    vacancy = make_vacancy(recruiter=user if role == Role.RECRUITER else None)
    make_failed_letter(make_invitation(rejection=make_rejection(vacancy=vacancy)))

    assert '<span class="badge late">The letter could not be delivered</span>' in page(client, user, query)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("booked", InvitationOutcome.BOOKED),
        ("completed", InvitationOutcome.TALKED),
        ("no_show", InvitationOutcome.MISSED),
        ("cancelled", InvitationOutcome.CANCELLED),
    ],
)
def test_status_of_a_booking_goes_first(status, outcome):
    invitation = make_invitation(open_until=TODAY - timedelta(days=1))
    mark(make_booking(invitation=invitation), status)

    assert outcome_of(invitation) == outcome


def mark(booking, status):
    gone = {"entry": None, "cancelled_at": NOW} if status == "cancelled" else {}
    Booking.objects.filter(pk=booking.pk).update(status=status, **gone)
    return booking


def test_latest_booking_decides():
    invitation = make_invitation()
    mark(make_booking(invitation=invitation, booked_at=NOW - timedelta(days=2)), "cancelled")
    make_booking(invitation=invitation, booked_at=NOW)

    assert outcome_of(invitation) == InvitationOutcome.BOOKED


def names_for(user):
    rows = with_names_for(Invitation.objects.visible_to(user), user=user).order_by("pk")
    return [(row.may_know_name, row.file_id) for row in rows]


def test_advisor_sees_names_of_own_bookings_only():
    advisor = make_advisor()
    own = make_booking(advisor=advisor)
    make_booking()
    make_invitation()

    assert names_for(advisor.user) == [(True, own.pk), (False, None), (False, None)]


def test_an_advisor_who_gave_the_rejection_has_no_file_of_it():
    advisor = make_advisor()
    booking = make_booking(advisor=advisor)
    rejection = booking.invitation.application.rejection
    rejection.recruiter = advisor.user
    rejection.save()

    assert names_for(advisor.user) == [(False, None)]


def test_a_recruiter_sees_own_vacancies_with_names():
    recruiter = make_user(Role.RECRUITER)
    make_invitation(rejection=make_rejection(vacancy=make_vacancy(recruiter=recruiter)))
    make_invitation()

    assert names_for(recruiter) == [(True, None)]


def test_advisor_who_is_recruiter_sees_names_of_both():
    advisor = make_advisor()
    RoleGrant.objects.create(user=advisor.user, role=Role.RECRUITER)
    make_invitation(rejection=make_rejection(vacancy=make_vacancy(recruiter=advisor.user)))
    own = make_booking(advisor=advisor)
    make_invitation()

    assert names_for(advisor.user) == [(True, None), (True, own.pk), (False, None)]


def test_the_page_of_an_advisor_hides_the_names_of_others(client):
    make_booking(invitation=make_invitation(rejection=make_rejection(vacancy=make_vacancy(title="Laborant"))))

    html = page(client, make_advisor().user)

    assert "Candidate for Laborant" in html
    assert "Talk on Tue 24 Nov, 10:30" in html
    assert "Aydin" not in html


def test_the_page_of_a_recruiter_leads_to_the_rejection(client):
    recruiter = make_user(Role.RECRUITER)
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter))
    make_invitation(rejection=rejection, reminded_at=NOW)

    html = page(client, recruiter)

    assert f'<a href="/rejections/{rejection.pk}/"><strong>Sevda Aydin</strong></a>' in html
    assert "Sent on 22 Nov, open until 14 Dec" in html
    assert "reminded on 23 Nov" in html


def test_the_filter_shows_one_outcome(client):
    advisor = make_advisor()
    make_booking(advisor=advisor)
    make_invitation(rejection=make_rejection(vacancy=make_vacancy(title="Laborant")))

    html = page(client, advisor.user, "?outcome=waiting")

    assert ("Candidate for Laborant" in html, "Sevda Aydin" in html) == (True, False)


@pytest.mark.parametrize(("query", "words"), [("", "Nobody is invited yet"), ("?outcome=stopped", "Nobody here")])
def test_an_empty_list_says_what_will_come(client, query, words):
    assert words in page(client, make_advisor().user, query)


@pytest.mark.parametrize("query", ["?outcome=zzz", "?page=zzz", "?page=999"])
def test_invalid_filter_shows_the_whole_list(client, query):
    make_invitation()

    assert "Candidate for Anesthesiemedewerker" in page(client, make_advisor().user, query)


@pytest.mark.parametrize("roles", [[Role.APPLICATION_MANAGER], [Role.MANAGER], []])
def test_list_is_for_advisors_and_recruiters_only(client, roles):
    client.force_login(make_user(*roles))

    assert client.get("/invitations/").status_code == 404


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECRUITER])
def test_list_takes_the_same_statements_for_thirty_invitations(client, role):
    user = make_user(role)
    vacancy = make_vacancy(recruiter=user if role == Role.RECRUITER else None)
    advisor = make_advisor(user=user) if role == Role.ADVISOR else make_advisor()
    make_invited(advisor, vacancy, range(1))
    client.force_login(user)
    with CaptureQueriesContext(connection) as one:
        client.get("/invitations/")
    make_invited(advisor, vacancy, range(1, 30))

    with CaptureQueriesContext(connection) as thirty:
        client.get("/invitations/")

    assert len(thirty) == len(one)


def make_invited(advisor, vacancy, numbers):
    for number in numbers:
        invitation = make_invitation(rejection=make_rejection(vacancy=vacancy))
        make_booking(advisor=advisor, invitation=invitation, starts_at=NOW + timedelta(days=number))
