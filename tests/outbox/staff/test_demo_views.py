from datetime import timedelta

import pytest
from django.urls import reverse

from outbox.models import Message
from tests.factories import NOW, make_message, make_sms

pytestmark = pytest.mark.django_db
OUTBOX = reverse("outbox:demo_outbox")
ITEMS = ("demo_message", "demo_attachment")
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def page_of(message, client):
    url = reverse("outbox:demo_message", args=[message.pk])
    return client.get(url, headers={"accept-language": "en"}).content.decode()


def test_outside_the_demo_there_is_no_outbox(client, settings):
    settings.DEMO = False
    message = make_message(calendar=CALENDAR, calendar_method="REQUEST")

    pages = [OUTBOX, reverse("demo_forward"), *(reverse(f"outbox:{name}", args=[message.pk]) for name in ITEMS)]

    assert [client.get(page).status_code for page in pages] == [404, 404, 404, 404]


def test_an_empty_outbox_explains_itself(client):
    assert "empty" in client.get(OUTBOX).content.decode()


def test_the_newest_message_is_on_top(client):
    make_message(subject="Eerste", created_at=NOW)
    make_message(subject="Tweede", created_at=NOW + timedelta(minutes=1))

    page = client.get(OUTBOX).content.decode()

    assert page.index("Tweede") < page.index("Eerste")


def test_the_outbox_filters_by_recipient(client):
    letter = make_message(subject="Voor Sevda")
    make_message(subject="Voor een ander", recipient_name="Een ander")

    page = client.get(OUTBOX, {"to": letter.recipient}).content.decode()

    assert ("Voor Sevda" in page, "Voor een ander" in page) == (True, False)


@pytest.mark.parametrize("wanted", ["?to=nobody", "?page=99"])
def test_an_unknown_filter_is_ignored(client, wanted):
    make_message()

    assert client.get(OUTBOX + wanted).status_code == 200


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, django_assert_max_num_queries):
    make_message()
    with django_assert_max_num_queries(8) as one:
        client.get(OUTBOX)
    for _number in range(29):
        make_message()

    with django_assert_num_queries(len(one)):
        client.get(OUTBOX)


def test_a_mail_has_working_links_and_escaped_markup(client):
    message = make_message(text="Kies je moment: https://oostmeer.example/u/abc/\n\n<script>alert(1)</script>")

    page = page_of(message, client)

    assert '<a href="https://oostmeer.example/u/abc/">Kies je moment</a>' in page
    assert "<script>alert(1)</script>" not in page
    assert "loopbaan@ziekenhuis-oostmeer.example" in page


def test_an_sms_looks_as_on_a_phone(client):
    page = page_of(make_sms(text="Anders? https://oostmeer.example/a/k7"), client)

    assert '<section class="phone">' in page
    assert 'href="https://oostmeer.example/a/k7"' in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "sent", "sent_at": NOW, "is_uncertain": True}, ["Monday 23 November at 10:00", "sent twice"]),
        ({"state": "delivered", "sent_at": NOW, "delivered_at": NOW}, ["Monday 23 November at 10:00", "has arrived"]),
        ({"state": "failed", "sent_at": NOW, "ended_at": NOW, "reason": "bounced"}, ["did not arrive", "came back"]),
        ({"not_before": NOW + timedelta(days=1), "reason": "away"}, ["Tuesday 24 November", "does not answer"]),
        ({"state": "suppressed", "ended_at": NOW, "reason": "withdrawn"}, ["no longer needed"]),
        ({"state": "failed", "ended_at": NOW, "reason": "address"}, ["Nothing can be delivered"]),
    ],
)
def test_the_page_shows_the_state(client, fields, words):
    page = page_of(make_message(**fields), client)

    assert [word for word in words if word not in page] == []


def test_an_sms_and_its_fallback_link_to_each_other(client):
    text = make_sms(state="sent", sent_at=NOW)
    letter = make_message(fallback_for=text, is_dormant=True)

    pages = page_of(text, client), page_of(letter, client)

    assert reverse("outbox:demo_message", args=[letter.pk]) in pages[0]
    assert reverse("outbox:demo_message", args=[text.pk]) in pages[1]
    assert "Leaves only when the text message does not arrive." in pages[1]
    assert "Standing by" in client.get(OUTBOX, headers={"accept-language": "en"}).content.decode()


def test_the_attachment_is_a_calendar_object(client):
    message = make_message(calendar=CALENDAR, calendar_method="REQUEST")

    response = client.get(reverse("outbox:demo_attachment", args=[message.pk]))

    assert response.content.decode() == CALENDAR
    assert response["Content-Type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_a_mail_without_calendar_has_no_attachment(client):
    message = make_message()

    assert client.get(reverse("outbox:demo_attachment", args=[message.pk])).status_code == 404
    assert "invite.ics" not in page_of(message, client)


def test_reading_changes_nothing(client):
    message = make_message(calendar=CALENDAR, calendar_method="REQUEST")
    before = Message.objects.values().get()

    page_of(message, client)

    assert Message.objects.values().get() == before
