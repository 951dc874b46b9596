"""Every page of staff: at most a page of rows, and as many statements with a page of rows as with one row."""

from dataclasses import is_dataclass
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from bookings.models import WaitlistEntry
from core.actors import SYSTEM
from organisation import audit
from organisation.models import ApiClient, Department, Location, Role
from talks.models import Survey
from tests.factories import (
    NOW,
    make_advisor,
    make_candidate,
    make_completed_booking,
    make_external_calendar,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_sent_referral,
    make_survey,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
MANY = 31  # more than any page holds
APPS = ("bookings", "candidates", "insights", "organisation", "outbox", "referrals")
WITH_QUERY = (
    "candidates:rejections?tab=ready",
    "candidates:rejections?tab=notice",
    "referrals:inbox?proposed=1",
    "outbox:messages?shown=waiting",
    "bookings:invitations?outcome=waiting",
)
"""Variants of a page with another list."""


@pytest.fixture
def person(settings):
    settings.FIGURES_SECONDS = 0
    make_policy()
    user = make_user(Role.ADVISOR, Role.RECRUITER, Role.MANAGER, Role.APPLICATION_MANAGER)
    make_advisor(user=user)
    return user


def add_one_of_each(person, number):
    """A row for each list that somebody with every role reads; remarks count in steps of five."""
    email = f"{make_candidate().pk}@kandidaat.example"
    for _one in range(2):  # a duplicate
        make_rejection(vacancy=make_vacancy(recruiter=person), candidate=make_candidate(email=email))
    make_invitation(rejection=make_rejection(vacancy=make_vacancy(recruiter=person)))
    WaitlistEntry.objects.create(invitation=make_invitation(), language="nl", joined_at=NOW)
    booking = make_completed_booking(advisor=person.advisor, starts_at=NOW - timedelta(days=3, hours=number))
    make_sent_referral(booking=booking)
    make_sent_referral(vacancy=make_vacancy(recruiter=person))
    make_external_calendar(advisor=make_advisor())
    Location.objects.create(name=f"Locatie {number} van ons", address="Kade 1", city="Zwolle")
    Department.objects.create(name=f"Afdeling {number} van ons")
    ApiClient.objects.create(name=f"ATS {number}", source=f"ats{number}", token_digest=f"{number:064}")
    make_message()
    audit.record("policy.change", person, actor=SYSTEM, now=NOW)
    for _one in range(1 if Survey.objects.exists() else 5):
        make_survey(answers={"improve": "Bel"})


def pages():
    """Urls of the pages without arguments, and of the variants."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in APPS:
            names = [one.name for one in resolver.url_patterns if not one.pattern.regex.groups]
            yield from (reverse(f"{resolver.namespace}:{name}") for name in names)
    for variant in WITH_QUERY:
        name, mark, query = variant.partition("?")
        yield reverse(name) + mark + query


def longest_list(answer):
    """Number of rows of the longest list of objects in a page's context."""
    values = [value for layer in answer.context or () for value in layer.flatten().values()]
    lists = [getattr(value, "object_list", value) for value in values]
    found = [rows for rows in lists if isinstance(rows, list | tuple) or hasattr(rows, "query")]
    return max(
        (len(rows) for rows in found if len(rows) and (isinstance(rows[0], Model) or is_dataclass(rows[0]))), default=0
    )


def walk(client):
    """(rows, statements) per page that answers."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a server does by itself: without, plans suit the rows of other tests
    found = {}
    for path in pages():
        client.get(path)  # its session, and what is read once
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        if answer.status_code == 200:
            found[path] = longest_list(answer), len(asked)
    return found


@time_machine.travel(NOW, tick=False)
def test_every_page_has_a_page_size_and_asks_the_same_with_many_rows(client, person):
    client.force_login(person)
    add_one_of_each(person, 0)
    few = walk(client)
    for number in range(1, MANY):
        add_one_of_each(person, number)

    many = walk(client)

    grown = {path: (few[path][1], asked) for path, (_rows, asked) in many.items() if asked != few[path][1]}
    long = {path: rows for path, (rows, _asked) in many.items() if rows >= MANY}
    assert (grown, long) == ({}, {})
    assert len(many) > 25
