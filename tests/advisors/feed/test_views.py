"""Feed page of an advisor: switch on, show names, renew, switch off."""

import re

import pytest
import time_machine
from django.db import connection

from advisors.feed import services
from advisors.feed.services import feed_url, token_of, webcal_url
from advisors.models import AgendaFeed
from core.tokens import digest_of
from organisation.models import AuditEvent, Role
from tests.factories import CANDIDATE, NOW, make_advisor, make_policy, make_user

pytestmark = pytest.mark.django_db
PAGE = "/agenda/feed/"


@pytest.fixture
def advisor(client):
    make_policy()
    advisor = make_advisor()
    with time_machine.travel(NOW, tick=False):
        client.force_login(advisor.user)
        client.cookies["django_language"] = "en"
        yield advisor


def do(client, action):
    return client.post(PAGE, {"action": action}, follow=True)


def page_text(answer):
    return " ".join(answer.content.decode().split())


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about", "result"))


def test_a_get_of_the_page_changes_nothing(client, advisor):
    page = page_text(client.get(PAGE))

    assert "Switch the feed on" in page
    assert not AgendaFeed.objects.exists()


def test_switching_on_shows_the_https_and_webcal_addresses(client, advisor):
    page = page_text(do(client, "switch_on"))

    feed = AgendaFeed.objects.get()
    assert "Your feed is on. Add its address to your calendar program." in page
    assert f'value="{feed_url(feed)}" readonly' in page
    assert f'href="{webcal_url(feed)}"' in page
    assert feed.shows_names is False
    assert re.fullmatch(r"http://localhost:8000/feed/[\w-]{43}\.ics", feed_url(feed))
    assert webcal_url(feed) == feed_url(feed).replace("http:", "webcal:")


def test_the_token_is_not_stored(client, advisor):
    do(client, "switch_on")
    token = token_of(AgendaFeed.objects.get())

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {AgendaFeed._meta.db_table}")
        rows = str(cursor.fetchall())

    assert token not in rows + str(trail())
    assert digest_of(token) in rows


def test_the_page_is_not_cached(client, advisor):
    do(client, "switch_on")

    assert "no-store" in client.get(PAGE).headers["Cache-Control"]


def test_a_new_secret_gives_a_new_address(advisor, settings):
    feed = services.switch_on(advisor=advisor, actor=CANDIDATE, now=NOW)
    before = token_of(feed)

    settings.LINK_SECRET = "another secret of this project, long enough to sign with"

    assert token_of(feed) != before


def test_renewing_changes_the_address_and_keeps_the_choice_of_names(client, advisor):
    do(client, "switch_on")
    do(client, "show_names")
    before = AgendaFeed.objects.get()

    page = page_text(do(client, "renew"))

    feed = AgendaFeed.objects.get()
    assert (feed.pk, feed.version, feed.shows_names) == (before.pk, 2, True)
    assert feed.digest == digest_of(token_of(feed)) != before.digest
    assert feed_url(feed) in page
    assert feed_url(before) not in page


def test_names_can_be_shown_and_hidden(client, advisor):
    do(client, "switch_on")

    assert "then sees who was turned down" in page_text(do(client, "show_names"))
    assert AgendaFeed.objects.get().shows_names
    assert "That is the safe choice" in page_text(do(client, "hide_names"))
    assert not AgendaFeed.objects.get().shows_names


def test_switching_off_leaves_nothing(client, advisor):
    do(client, "switch_on")

    assert "Your feed is off. Its address no longer works." in page_text(do(client, "switch_off"))
    assert not AgendaFeed.objects.exists()


def test_every_action_is_audited_once(client, advisor):
    for action in ("switch_on", "show_names", "hide_names", "renew", "switch_off"):
        do(client, action)
        if action != "renew":
            do(client, action)

    about = (f"advisor:{advisor.pk}", "done")
    assert trail() == [
        (f"feed.{action}", *about) for action in ("switch_on", "show_names", "hide_names", "renew", "switch_off")
    ]


@pytest.mark.parametrize("action", ["renew", "show_names", "hide_names", "switch_off"])
def test_actions_without_a_feed_do_nothing(client, advisor, action):
    assert do(client, action).status_code == 200
    assert (AgendaFeed.objects.count(), trail()) == (0, [])


@pytest.mark.parametrize("action", ["", "delete", "__class__"])
def test_an_unknown_action_gives_404_and_changes_nothing(client, advisor, action):
    assert client.post(PAGE, {"action": action}).status_code == 404
    assert not AgendaFeed.objects.exists()


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.MANAGER, Role.APPLICATION_MANAGER])
def test_only_the_advisor_sees_the_feed_page(client, advisor, role):
    client.force_login(make_user(role))

    assert [client.get(PAGE).status_code, client.post(PAGE, {"action": "switch_on"}).status_code] == [404, 404]
    assert not AgendaFeed.objects.exists()


def test_an_advisor_cannot_change_the_feed_of_another(client, advisor):
    colleague = make_advisor(name="Marit de Wit")
    theirs = services.switch_on(advisor=colleague, actor=CANDIDATE, now=NOW)

    do(client, "switch_off")

    assert AgendaFeed.objects.get() == theirs
