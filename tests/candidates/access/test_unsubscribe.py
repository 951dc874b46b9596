"""One click in a mail program (RFC 8058): a POST without cookies stops the invitations; nothing else does."""

from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from bookings.invitations.services import invite_due
from candidates.access.services import renew_link, unsubscribe_address_for
from candidates.models import Candidate
from organisation.models import AuditEvent
from outbox.models import Message
from spreekuur.log_filters import masked
from tests.factories import CANDIDATE, NOW, make_advisor, make_candidate, make_policy, make_rejection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def path_of(candidate):
    return urlsplit(unsubscribe_address_for(candidate)).path


def one_click(path):
    """As RFC 8058, 3.2 has it; a server of the mail program's has no cookie, and no page to take a token from."""
    return Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})


def stopped_at():
    return list(Candidate.objects.order_by("pk").values_list("messages_stopped_at", flat=True))


def test_the_header_of_an_invitation_stops_the_invitations():
    make_policy()
    make_advisor()
    candidate = make_rejection().application.candidate
    invite_due(now=NOW)
    letter = Message.objects.get(kind="invitation")

    response, _again = (one_click(urlsplit(letter.unsubscribe_url).path) for _twice in range(2))

    assert letter.unsubscribe_url == unsubscribe_address_for(candidate)
    assert (response.status_code, stopped_at()) == (200, [NOW])
    assert Message.objects.get(kind="invitation").state == "suppressed"
    assert list(AuditEvent.objects.filter(action="candidate.stop_messages").values_list("actor", flat=True)) == [
        f"candidate:{candidate.pk}"
    ]


def test_looking_at_it_asks_and_changes_nothing():
    path = path_of(make_candidate())

    answers = [getattr(Client(), method)(path) for method in ("get", "head")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert '<form method="post" novalidate>' in answers[0].content.decode()
    assert [answers[0][name] for name in ("Cache-Control", "X-Robots-Tag")] == ["no-store", "noindex"]
    assert stopped_at() == [None]


def test_an_address_that_we_do_not_know_gets_the_same_answer_until_somebody_keeps_guessing():
    candidate, other = make_candidate(), make_candidate()
    revoked = path_of(candidate)
    renew_link(candidate=candidate, actor=CANDIDATE, now=NOW)

    unknown = [one_click(path).status_code for path in (revoked, *[f"/stop/{'x' * 43}/"] * 20)]

    assert unknown == [200] * 20 + [429]
    assert stopped_at() == [None, None]
    assert one_click(path_of(other)).status_code == 200
    assert stopped_at() == [None, NOW]


def test_the_token_stays_out_of_the_logs():
    path = path_of(make_candidate())

    assert masked(f'"POST {path} HTTP/1.1" 200') == '"POST /stop/***/ HTTP/1.1" 200'
    assert masked('"GET /my/stop/ HTTP/1.1" 200') == '"GET /my/stop/ HTTP/1.1" 200'


def test_a_link_that_is_not_whole_says_so_before_anybody_presses(client):
    answer = client.get("/stop/an-old-letter/")

    assert (answer.status_code, "form" in answer.context) == (404, True)
