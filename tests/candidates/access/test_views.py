import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.access.services import link_url_for, renew_link
from candidates.access.tokens import link_token
from candidates.models import Candidate
from organisation.models import AuditEvent
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, make_candidate, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def messages_inserted(queries):
    return sum("INSERT" in query["sql"] and '"outbox_message"' in query["sql"] for query in queries)


def body_of(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def path_for(candidate, destination=""):
    return link_url_for(candidate, destination).removeprefix("http://localhost:8000")


def test_open_link_starts_a_session_at_a_clean_address(client):
    candidate = make_candidate()

    response = client.get(path_for(candidate, "stop/"))

    assert (response.status_code, response["Location"]) == (302, "/my/stop/")
    assert client.get("/my/stop/").status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"


def test_open_link_without_destination_leads_to_the_first_page(client):
    response = client.get(path_for(make_candidate()))

    assert (response.status_code, response["Location"]) == (302, "/my/")


def test_open_link_sets_the_language_of_the_candidate(client):
    client.get(path_for(make_candidate(language="en")))

    assert client.cookies["django_language"].value == "en"


def test_open_link_keeps_a_chosen_language(client):
    client.cookies["django_language"] = "nl"

    response = client.get(path_for(make_candidate(language="en")))

    assert "django_language" not in response.cookies


def test_head_on_a_link_answers_the_same_and_opens_nothing(client):
    response = client.head(path_for(make_candidate(), "stop/"))

    assert (response.status_code, response["Location"]) == (302, "/my/stop/")
    assert client.get("/my/stop/")["Location"] == reverse("candidates:link_ended")


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t[::-1], lambda t: t + "x", lambda t: "é" + t, lambda t: "%00"]
)
def test_a_mistyped_link_offers_a_new_one(client, change):
    make_policy()
    link = make_candidate().link

    response = client.get(f"/u/{change(link_token(link.key, link.version))}/stop/")

    assert response.status_code == 404
    assert f'action="{reverse("candidates:new_link")}"' in response.content.decode()


def test_a_revoked_link_opens_nothing_and_ends_its_sessions(client):
    candidate = make_candidate()
    old = path_for(candidate, "stop/")
    client.get(old)

    renew_link(candidate=candidate, actor=CANDIDATE, now=NOW)

    assert client.get("/my/stop/")["Location"] == reverse("candidates:link_ended")
    assert client.get(old).status_code == 404


def test_an_expired_session_redirects_to_the_request_for_a_new_link(client):
    client.get(path_for(make_candidate()))

    with time_machine.travel(NOW.replace(hour=NOW.hour + 3), tick=False):
        response = client.get("/my/stop/", follow=True)

    assert response.redirect_chain == [(reverse("candidates:link_ended"), 302)]
    assert response.status_code == 200


def test_new_link_is_mailed_to_the_known_address_only(client):
    make_policy()
    candidate = make_candidate(email="Sevda@kandidaat.example")

    client.post("/link/", {"email": "sevda@KANDIDAAT.example"})

    message = Message.objects.get()
    assert (message.recipient, message.person_key) == ("Sevda@kandidaat.example", f"candidate:{candidate.pk}")
    assert link_url_for(candidate) in message.text
    assert message.sender_email == "loopbaan@ziekenhuis-oostmeer.example"


def test_new_link_answers_the_same_for_an_unknown_address(client):
    make_policy()
    make_candidate(email="known@kandidaat.example")

    known = client.post("/link/", {"email": "known@kandidaat.example"})
    unknown = client.post("/link/", {"email": "other@kandidaat.example"})

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert body_of(known).replace("known@", "other@") == body_of(unknown)
    assert Message.objects.count() == 1
    assert Candidate.objects.count() == 1


def test_new_link_does_the_same_work_for_an_unknown_address_and_rolls_it_back(client):
    make_policy()
    make_candidate(email="known@kandidaat.example")

    with CaptureQueriesContext(connection) as known:
        client.post("/link/", {"email": "known@kandidaat.example"})
    with CaptureQueriesContext(connection) as unknown:
        client.post("/link/", {"email": "other@kandidaat.example"})

    assert [messages_inserted(queries) for queries in (known, unknown)] == [1, 1]


def test_new_link_does_not_revoke_earlier_links(client):
    make_policy()
    candidate = make_candidate(email="known@kandidaat.example")
    address = path_for(candidate)

    client.post("/link/", {"email": "known@kandidaat.example"})

    assert client.get(address).status_code == 302


def test_new_link_is_sent_three_times_an_hour_at_most(client):
    make_policy()
    make_candidate(email="known@kandidaat.example")

    for minute in range(5):
        with time_machine.travel(NOW.replace(minute=minute), tick=False):
            assert client.post("/link/", {"email": "known@kandidaat.example"}).status_code == 200

    assert Message.objects.count() == 3


def test_new_link_limits_requests_for_many_addresses(client):
    make_policy()

    answers = [client.post("/link/", {"email": f"x{number}@kandidaat.example"}).status_code for number in range(11)]

    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x@kandidaat.example\r\nBcc: y@z.example", "a" * 300])
def test_new_link_shows_the_error_of_an_invalid_address(client, email):
    response = client.post("/link/", {"email": email})

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Message.objects.exists()


def test_stop_changes_nothing_on_get(client):
    candidate = make_candidate()
    client.get(path_for(candidate))

    client.get("/my/stop/")
    client.head("/my/stop/")

    candidate.refresh_from_db()
    assert candidate.messages_stopped_at is None


def test_stop_stores_the_opt_out_and_confirms_it(client):
    candidate = make_candidate()
    client.get(path_for(candidate))

    response = client.post("/my/stop/", follow=True)

    candidate.refresh_from_db()
    assert candidate.messages_stopped_at == NOW
    assert response.redirect_chain == [("/my/stop/", 302)]
    assert AuditEvent.objects.get().actor == f"candidate:{candidate.pk}"


def test_stop_twice_keeps_the_first_time(client):
    candidate = make_candidate()
    client.get(path_for(candidate))
    client.post("/my/stop/")

    with time_machine.travel(NOW.replace(minute=30), tick=False):
        client.post("/my/stop/")

    candidate.refresh_from_db()
    assert candidate.messages_stopped_at == NOW


def test_stop_withdraws_a_queued_invitation_and_keeps_messages_about_a_booking(client):
    make_policy()
    candidate = make_candidate()
    about = {"person_key": f"candidate:{candidate.pk}", "language": "nl", "recipient": "x@y.example", "text": "words"}
    offer = Message.objects.create(
        kind="invitation",
        transport="mail",
        dedupe_key="a",
        about="invitation:1",
        created_at=NOW,
        not_before=NOW,
        **about,
    )
    talk = Message.objects.create(
        kind="confirmation",
        transport="mail",
        dedupe_key="b",
        about="booking:1",
        created_at=NOW,
        not_before=NOW,
        **about,
    )
    client.get(path_for(candidate))

    client.post("/my/stop/")

    offer.refresh_from_db()
    talk.refresh_from_db()
    assert (offer.state, offer.reason, talk.state) == ("suppressed", "withdrawn", "queued")
