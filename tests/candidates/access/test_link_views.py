"""Renew or revoke a private link: recruiter, advisor, candidate; and its end with erasure."""

import pytest
import time_machine

from candidates.access.services import link_url_for
from candidates.models import AccessLink, Candidate
from core.actors import COMMAND
from organisation.models import AuditEvent, Role
from outbox.models import Message
from spreekuur.privacy import erase_candidate
from tests.factories import NOW, make_booking, make_invitation, make_policy, make_rejection, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    make_policy()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking():
    return make_booking(invitation=make_invitation(rejection=make_rejection()))


def link():
    """Path of the private link as it is now."""
    url = link_url_for(Candidate.objects.get())
    return url[url.index("/u/") :]


def mails():
    return list(Message.objects.values_list("kind", "recipient"))


def opened(client, path):
    return client.get(path).status_code


@pytest.mark.parametrize("role", ["recruiter", "advisor"])
@pytest.mark.parametrize(("action", "is_mailed"), [("renew", True), ("revoke", False)])
def test_staff_end_a_link_and_its_sessions(client, booking, role, action, is_mailed):
    rejection = booking.invitation.application.rejection
    is_recruiter = role == "recruiter"
    user = rejection.recruiter if is_recruiter else booking.advisor.user
    page = f"/rejections/{rejection.pk}/" if is_recruiter else f"/talks/{booking.pk}/"
    old, candidate = link(), type(client)()
    candidate.get(old)
    client.force_login(user)

    shown = client.get(page).content.decode()
    answer = client.post(f"{page}link/", {"action": action})

    assert f'action="{page}link/"' in shown
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert (opened(client, old), opened(client, link()), candidate.get("/my/")["Location"]) == (
        404,
        302,
        "/link/ended/",
    )
    assert mails() == ([("new_link", booking.candidate.email)] if is_mailed else [])
    assert AuditEvent.objects.filter(action=f"link.{action}", actor=f"user:{user.pk}").count() == 1


def test_every_queued_mail_holds_the_link_that_works_after_two_renewals_in_a_minute(client, booking):
    client.force_login(booking.advisor.user)

    for _click in range(2):
        client.post(f"/talks/{booking.pk}/link/", {"action": "renew"})

    assert [link() in text for text in Message.objects.values_list("text", flat=True)] == [True, True]


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.ADVISOR, Role.MANAGER, Role.APPLICATION_MANAGER])
def test_other_staff_find_no_link(client, booking, role):
    old = link()
    client.force_login(make_user(role))
    paths = (f"/rejections/{booking.invitation.application.rejection.pk}/link/", f"/talks/{booking.pk}/link/")

    assert [client.post(path, {"action": "revoke"}).status_code for path in paths] == [404, 404]
    assert link() == old


@pytest.mark.parametrize("fields", [{}, {"action": ""}, {"action": "erase"}])
def test_an_unknown_action_is_not_found(client, booking, fields):
    old = link()
    client.force_login(booking.advisor.user)

    assert client.post(f"/talks/{booking.pk}/link/", fields).status_code == 404
    assert link() == old


@pytest.mark.parametrize(("action", "is_mailed"), [("renew", True), ("revoke", False)])
def test_a_candidate_ends_the_own_link(client, booking, action, is_mailed):
    old = link()
    client.get(old)

    shown = [client.get(path).content.decode() for path in ("/my/", "/my/link/")]
    answer = client.post("/my/link/", {"action": action})

    assert ('href="/my/link/"' in shown[0], booking.candidate.email in shown[1]) == (True, True)
    assert answer.status_code == 200
    assert (opened(client, old), client.get("/my/")["Location"]) == (404, "/link/ended/")
    assert mails() == ([("new_link", booking.candidate.email)] if is_mailed else [])


def test_after_the_end_the_candidate_asks_for_a_new_link(client, booking):
    client.get(link())
    client.post("/my/link/", {"action": "revoke"})

    client.post("/link/", {"email": booking.candidate.email})

    assert link() in Message.objects.get(kind="new_link").text
    assert opened(client, link()) == 302


def test_the_link_ends_with_erasure(client, booking):
    old = link()
    client.get(old)

    erase_candidate(booking.candidate, actor=COMMAND, now=NOW)

    assert (client.get("/my/")["Location"], opened(client, old)) == ("/link/ended/", 404)
    assert AccessLink.objects.count() == 0
