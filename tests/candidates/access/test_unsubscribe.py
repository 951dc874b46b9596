"""One-click unsubscribe (RFC 8058): only a POST without cookies stops the invitations."""

from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from bookings.invitations.services import invite_due
from candidates.access.services import renew_link, unsubscribe_url_for
from candidates.models import Candidate
from organisation.models import AuditEvent
from outbox.models import Message
from spreekuur.log_filters import mask_tokens
from tests.factories import CANDIDATE, NOW, make_advisor, make_candidate, make_policy, make_rejection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def path_of(candidate):
    return urlsplit(unsubscribe_url_for(candidate)).path


def one_click(path):
    """POST of a mail program (RFC 8058, section 3.2), which has neither cookies nor a CSRF token."""
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

    assert letter.unsubscribe_url == unsubscribe_url_for(candidate)
    assert (response.status_code, stopped_at()) == (200, [NOW])
    assert Message.objects.get(kind="invitation").state == "suppressed"
    assert list(AuditEvent.objects.filter(action="candidate.stop_messages").values_list("actor", flat=True)) == [
        f"candidate:{candidate.pk}"
    ]


def test_get_shows_the_button_and_changes_nothing():
    path = path_of(make_candidate())

    answers = [getattr(Client(), method)(path) for method in ("get", "head")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert '<form method="post" novalidate>' in answers[0].content.decode()
    assert [answers[0][name] for name in ("Cache-Control", "X-Robots-Tag")] == ["no-store", "noindex"]
    assert stopped_at() == [None]


def test_an_unknown_token_gets_the_same_answer_up_to_the_rate_limit():
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

    assert mask_tokens(f'"POST {path} HTTP/1.1" 200') == '"POST /stop/***/ HTTP/1.1" 200'
    assert mask_tokens('"GET /my/stop/ HTTP/1.1" 200') == '"GET /my/stop/ HTTP/1.1" 200'


def test_get_with_an_incomplete_link_shows_an_error(client):
    answer = client.get("/stop/an-old-letter/")

    assert (answer.status_code, "form" in answer.context) == (404, True)
