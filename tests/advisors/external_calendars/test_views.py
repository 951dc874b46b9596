from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.external_calendars import caldav
from advisors.models import OtherCalendar
from tests.factories import NOW, make_other_calendar

pytestmark = pytest.mark.django_db
PAGE = "/agenda/calendars/"
ICS = "https://outlook.example/owa/secret.ics"


def words_of(client, page=PAGE, **how):
    return " ".join(client.get(page, **how).content.decode().split())


def test_without_calendars_the_page_says_what_they_are_for(client, advisor):
    assert "No other calendars yet" in words_of(client)


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
        ({"failing_since": NOW, "problem": "not_there"}, ["Could not be read since 10:00.", "There is nothing at"]),
        ({"read_at": NOW, "skipped_events": 2}, ["2 appointments in it could not be understood"]),
    ],
)
def test_the_page_tells_what_was_read_when(client, advisor, fields, words):
    make_other_calendar(advisor=advisor, address=ICS, **fields)
    page = words_of(client)

    assert [word for word in [*words, "outlook.example"] if word not in page] == []
    assert "secret.ics" not in page


def test_a_calendar_that_cannot_be_written_says_so(client, advisor):
    make_other_calendar(advisor=advisor, kind="caldav", gets_talks=True, writing_problem="sign_in_needed")

    assert "Your talks could not be written into it. The server does not let us in." in words_of(client)


def test_an_advisor_connects_an_ics_address(client, advisor):
    answer = client.post(f"{PAGE}{advisor.pk}/new/ics/", {"name": "Outlook", "address": ICS}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert "It is read within a minute" in answer.content.decode()
    assert OtherCalendar.objects.values_list("advisor", "address").get() == (advisor.pk, ICS)


def test_what_was_typed_stays_when_it_is_refused(client, advisor):
    typed = {"name": "Werk", "address": "http://10.0.0.1/", "username": "benali", "password": "geheim"}
    page = client.post(f"{PAGE}{advisor.pk}/new/caldav/", typed).content.decode()

    assert "This address lies in an internal network" in page
    assert [word for word in typed.values() if f'value="{word}"' not in page] == []


def test_without_the_extra_the_page_of_caldav_says_so(client, advisor, monkeypatch):
    monkeypatch.setattr(caldav, "dav_client", None)

    page = words_of(client, f"{PAGE}{advisor.pk}/new/caldav/")
    assert ("CalDAV is not installed on this site." in page, "<input" in page.partition("<main")[2]) == (True, False)


def test_an_advisor_asks_to_read_now_and_removes(client, advisor):
    calendar = make_other_calendar(advisor=advisor, due_at=NOW + timedelta(hours=1))

    answer = client.post(f"{PAGE}{calendar.pk}/read/", follow=True)
    assert ("Outlook is read within a minute." in answer.content.decode()) is True
    assert OtherCalendar.objects.get().due_at == NOW
    client.post(f"{PAGE}{calendar.pk}/remove/")
    assert OtherCalendar.objects.count() == 0


def test_a_calendar_of_a_colleague_does_not_exist(client, advisor):
    other = make_other_calendar()

    deeds = [f"{other.pk}/read/", f"{other.pk}/remove/", f"{other.advisor_id}/new/ics/"]
    assert [client.post(PAGE + deed).status_code for deed in deeds] == [404, 404, 404]
    assert client.get(f"{PAGE}{advisor.pk}/new/other/").status_code == 404


def test_the_application_manager_helps(client, advisor, chief):
    calendar = make_other_calendar(advisor=advisor)

    page = words_of(client, f"/setup/staff/{advisor.pk}/calendars/")
    assert "Other calendars of Youssef Benali" in page
    answer = client.post(f"{PAGE}{calendar.pk}/remove/")
    assert (answer.url, OtherCalendar.objects.count()) == (f"/setup/staff/{advisor.pk}/calendars/", 0)


@pytest.mark.parametrize("page", ["/today/", "/agenda/"])
def test_the_agenda_tells_how_old_the_busy_times_are(client, advisor, page):
    make_other_calendar(advisor=advisor, read_at=NOW - timedelta(minutes=48), failing_since=NOW, problem="too_slow")

    assert "could not be read since 09:12" in words_of(client, page)


def test_the_page_costs_the_same_for_one_calendar_and_five(client, advisor):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    make_other_calendar(advisor=advisor)
    cost()
    one = cost()
    for _number in range(4):
        make_other_calendar(advisor=advisor, read_at=NOW)
    assert cost() == one
