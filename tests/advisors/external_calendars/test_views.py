from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.external_calendars import caldav
from advisors.models import ExternalCalendar
from core.encryption import DecryptionFailed
from tests.factories import NOW, make_external_calendar

pytestmark = pytest.mark.django_db
PAGE = "/agenda/calendars/"
ICS = "https://outlook.example/owa/secret.ics"


def page_text(client, page=PAGE, **how):
    return " ".join(client.get(page, **how).content.decode().split())


def test_without_calendars_the_page_explains_their_purpose(client, advisor):
    assert "No other calendars yet" in page_text(client)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["Not read yet."]),
        ({"read_at": NOW - timedelta(minutes=48)}, ["Read at 09:12."]),
        ({"read_at": NOW - timedelta(days=1)}, ["Read on Sunday 22 November 10:00."]),
        (
            {"read_at": NOW - timedelta(minutes=48), "failing_since": NOW, "problem": "sign_in_needed"},
            [
                "Could not be read since 09:12.",
                "The server does not let us in.",
                "The busy times that we read before still count.",
                "Needs attention",
            ],
        ),
        ({"failing_since": NOW, "problem": DecryptionFailed.code}, ["The saved password can no longer be opened."]),
        ({"failing_since": NOW, "problem": "not_there"}, ["Could not be read since 10:00.", "There is nothing at"]),
        (
            {"read_at": NOW, "skipped_events": 2, "skipped_days": ["2026-11-02", "2026-12-03"]},
            ["2 appointments in it could not be understood", "Look at these days yourself: Thu 3 December."],
        ),
    ],
)
def test_the_page_shows_the_status_of_a_calendar(client, advisor, fields, words):
    make_external_calendar(advisor=advisor, address=ICS, **fields)
    page = page_text(client)

    assert [word for word in [*words, "outlook.example"] if word not in page] == []
    assert "secret.ics" not in page


def test_the_page_shows_a_write_error(client, advisor):
    make_external_calendar(advisor=advisor, kind="caldav", gets_talks=True, writing_problem="sign_in_needed")

    assert "Your talks could not be written into it. The server does not let us in." in page_text(client)


def test_an_advisor_connects_an_ics_address(client, advisor):
    answer = client.post(f"{PAGE}{advisor.pk}/new/ics/", {"name": "Outlook", "address": ICS}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert "It is read within a minute" in answer.content.decode()
    assert ExternalCalendar.objects.values_list("advisor", "address").get() == (advisor.pk, ICS)


def test_refused_input_stays_in_the_form(client, advisor):
    typed = {"name": "Werk", "address": "http://10.0.0.1/", "username": "benali", "password": "geheim"}
    page = client.post(f"{PAGE}{advisor.pk}/new/caldav/", typed).content.decode()

    assert "This address lies in an internal network" in page
    assert [word for word in typed.values() if f'value="{word}"' not in page] == []


def test_without_the_extra_the_caldav_page_says_so(client, advisor, monkeypatch):
    monkeypatch.setattr(caldav, "caldav_client", None)

    page = page_text(client, f"{PAGE}{advisor.pk}/new/caldav/")
    assert ("CalDAV is not installed on this site." in page, "<input" in page.partition("<main")[2]) == (True, False)


def test_an_advisor_requests_a_read_and_removes_a_calendar(client, advisor):
    calendar = make_external_calendar(advisor=advisor, due_at=NOW + timedelta(hours=1))

    answer = client.post(f"{PAGE}{calendar.pk}/read/", follow=True)
    assert ("Outlook is read within a minute." in answer.content.decode()) is True
    assert ExternalCalendar.objects.get().due_at == NOW
    client.post(f"{PAGE}{calendar.pk}/remove/")
    assert ExternalCalendar.objects.count() == 0


def test_calendars_of_a_colleague_give_404(client, advisor):
    other = make_external_calendar()

    actions = [f"{other.pk}/read/", f"{other.pk}/remove/", f"{other.advisor_id}/new/ics/"]
    assert [client.post(PAGE + action).status_code for action in actions] == [404, 404, 404]
    assert client.get(f"{PAGE}{advisor.pk}/new/other/").status_code == 404


def test_the_application_manager_manages_calendars_of_an_advisor(client, advisor, application_manager):
    calendar = make_external_calendar(advisor=advisor)

    page = page_text(client, f"/setup/staff/{advisor.pk}/calendars/")
    assert "Other calendars of Youssef Benali" in page
    answer = client.post(f"{PAGE}{calendar.pk}/remove/")
    assert (answer.url, ExternalCalendar.objects.count()) == (f"/setup/staff/{advisor.pk}/calendars/", 0)


@pytest.mark.parametrize("page", ["/today/", "/agenda/"])
def test_the_agenda_shows_the_age_of_external_busy_times(client, advisor, page):
    make_external_calendar(advisor=advisor, read_at=NOW - timedelta(minutes=48), failing_since=NOW, problem="too_slow")

    assert "could not be read since 09:12" in page_text(client, page)


def test_the_page_takes_as_many_statements_for_five_calendars_as_for_one(client, advisor):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    make_external_calendar(advisor=advisor)
    cost()
    one = cost()
    for _number in range(4):
        make_external_calendar(advisor=advisor, read_at=NOW)
    assert cost() == one
