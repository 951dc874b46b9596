"""Correct an email address: current messages are sent once to the new one."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext

from bookings.appointments.correct_address import correct_address
from bookings.models import Booking, Invitation
from candidates.errors import EmployerAddress
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Role
from outbox.models import Message
from tests.factories import (
    NOW,
    WEDNESDAY_TEN,
    make_booking,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NEW = "goed@kandidaat.example"


@pytest.fixture
def rejection():
    make_policy()
    rejection = make_rejection()
    Candidate.objects.update(email_failed_at=NOW)
    return rejection


def corrected(rejection, *, user=None, now=NOW):
    candidate = Candidate.objects.get(pk=rejection.application.candidate_id)
    actor = Actor.of(user or rejection.recruiter)
    return correct_address(candidate=candidate, email=NEW, actor=actor, now=now)


def waiting():
    """Messages to the new address that still leave."""
    queued = Message.objects.filter(state="queued").exclude(kind="address_changed")
    return list(queued.order_by("pk").values_list("kind", "recipient"))


def test_an_invitation_without_an_answer_leaves_again(rejection):
    invitation = make_invitation(rejection=rejection)
    make_message(kind="invitation", about=f"invitation:{invitation.pk}", state="sent", sent_at=NOW)
    make_message(kind="invitation_reminder", about=f"invitation:{invitation.pk}")

    letters = [corrected(rejection), corrected(rejection)]

    assert letters == [1, 0]
    assert waiting() == [("invitation", NEW)]
    assert Message.objects.get(kind="invitation", state="queued").only_at_office_hours is True


def test_an_upcoming_booking_is_confirmed_again_with_its_invite(rejection):
    booking = make_booking(invitation=make_invitation(rejection=rejection), starts_at=WEDNESDAY_TEN, sequence=3)
    make_message(kind="moved", about=f"booking:{booking.pk}")

    assert corrected(rejection, user=booking.advisor.user) == 1
    (letter,) = Message.objects.filter(state="queued").exclude(kind="address_changed")
    assert (letter.kind, letter.recipient, letter.calendar_method) == ("confirmation", NEW, "REQUEST")
    assert "SEQUENCE:3" in letter.calendar
    assert f"mailto:{NEW}" in letter.calendar.replace("\r\n ", "")


@pytest.mark.parametrize(
    "change",
    [
        {"declined_at": NOW},
        {"withdrawn_at": NOW},
        {"open_until": (NOW - timedelta(days=1)).date()},
    ],
)
def test_an_ended_invitation_is_not_sent_again(rejection, change):
    make_invitation(rejection=rejection)
    Invitation.objects.update(**change)

    assert (corrected(rejection), waiting()) == (0, [])


def test_a_candidate_who_opted_out_gets_no_messages(rejection):
    make_invitation(rejection=rejection)
    Candidate.objects.update(messages_stopped_at=NOW)

    assert (corrected(rejection), waiting()) == (0, [])


def test_a_recruiter_sees_the_bounce_and_corrects_the_address(client, rejection):
    make_invitation(rejection=rejection)
    client.force_login(rejection.recruiter)
    page = f"/rejections/{rejection.pk}/"

    before = client.get(page).content.decode()
    wrong = client.post(f"{page}address/", {"email": "geen adres"})
    right = client.post(f"{page}address/", {"email": NEW})

    assert f'href="{page}address/"' in before
    assert (wrong.status_code, wrong.context["form"].errors.keys()) == (200, {"email"})
    assert (right.status_code, right["Location"]) == (302, page)
    assert waiting() == [("invitation", NEW)]


def test_another_recruiter_does_not_reach_the_address(client, rejection):
    client.force_login(make_user(Role.RECRUITER))

    assert client.post(f"/rejections/{rejection.pk}/address/", {"email": NEW}).status_code == 404
    assert Candidate.objects.get().email != NEW


def test_the_page_exists_only_while_mail_bounces(client, rejection):
    client.force_login(rejection.recruiter)
    page = f"/rejections/{rejection.pk}/"
    Candidate.objects.update(email_failed_at=None)

    assert client.post(f"{page}address/", {"email": NEW}).status_code == 404
    assert "address/" not in client.get(page).content.decode()
    assert Candidate.objects.get().email != NEW


def test_an_address_of_a_colleague_is_refused_in_the_form(client, rejection):
    client.force_login(rejection.recruiter)

    answer = client.post(f"/rejections/{rejection.pk}/address/", {"email": rejection.recruiter.email})

    with translation.override("nl"):
        assert answer.context["form"].errors == {"email": [str(EmployerAddress())]}


@pytest.mark.parametrize("status", ["booked", "cancelled", "completed", "no_show"])
def test_after_a_booking_the_advisor_corrects_the_address_and_not_the_recruiter(client, rejection, status):
    booking = make_booking(invitation=make_invitation(rejection=rejection), starts_at=WEDNESDAY_TEN)
    given_back = {"entry": None, "cancelled_at": NOW} if status == "cancelled" else {}
    Booking.objects.update(status=status, **given_back)
    page, file = f"/rejections/{rejection.pk}/", f"/talks/{booking.pk}/"

    client.force_login(rejection.recruiter)
    recruiter = [client.post(f"{place}address/", {"email": NEW}).status_code for place in (page, file)]
    is_shown = "address/" in client.get(page).content.decode()
    client.force_login(booking.advisor.user)
    before = client.get(file).content.decode()
    advisor = client.post(f"{file}address/", {"email": NEW})

    assert (recruiter, is_shown) == ([404, 404], False)
    assert '<p class="message late">' in before
    assert f'href="{file}address/"' in before
    assert (advisor.status_code, advisor["Location"], Candidate.objects.get().email) == (302, file, NEW)


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.APPLICATION_MANAGER])
def test_a_recruiter_of_another_rejection_cannot_correct_the_address(client, rejection, role):
    booking = make_booking(invitation=make_invitation(rejection=rejection), starts_at=WEDNESDAY_TEN)
    user = booking.advisor.user if role == Role.ADVISOR else make_user(role)
    client.force_login(user)
    before = client.get(f"/talks/{booking.pk}/address/").status_code
    make_rejection(candidate=rejection.application.candidate, recruiter=user)

    assert (before, client.get(f"/talks/{booking.pk}/address/").status_code) == (200, 404)


@pytest.mark.parametrize("has_letter", [True, False])
def test_saving_shows_the_same_message_whatever_is_sent(client, rejection, has_letter):
    if has_letter:
        make_invitation(rejection=rejection)
    client.force_login(rejection.recruiter)

    answer = client.post(f"/rejections/{rejection.pk}/address/", {"email": NEW}, follow=True)

    with translation.override("nl"):
        words = gettext("Saved. From now on our mail goes to this address.")
    assert [str(said) for said in answer.context["messages"]] == [words]


def test_a_retried_message_goes_to_the_new_address(rejection):
    person = {"person_key": f"candidate:{rejection.application.candidate_id}", "recipient": "sevda@kandidaat.example"}
    Candidate.objects.update(email=person["recipient"])
    make_message(kind="referral_proposal", state="failed", reason="bounced", ended_at=NOW, **person)
    make_message(kind="new_link", state="sent", sent_at=NOW, **person)

    corrected(rejection)

    letters = dict(Message.objects.values_list("kind", "recipient"))
    assert letters == {
        "referral_proposal": NEW,
        "new_link": person["recipient"],
        "address_changed": person["recipient"],
    }
