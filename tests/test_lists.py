"""Ten lists of staff have a page size, and ask as many statements with a page of rows as with one row."""

from datetime import timedelta

import pytest
import time_machine
from django.core.paginator import Page
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import WaitlistEntry
from core.actors import SYSTEM
from organisation import audit
from organisation.models import Role
from talks.models import Survey
from tests.factories import (
    NOW,
    make_advisor,
    make_candidate,
    make_completed_booking,
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


@pytest.fixture
def person():
    make_policy()
    return make_user(Role.ADVISOR, Role.RECRUITER, Role.MANAGER, Role.APPLICATION_MANAGER)


def add_rejection(person):
    return make_rejection(vacancy=make_vacancy(recruiter=person))


def add_duplicate(person):
    email = f"{make_candidate().pk}@kandidaat.example"
    for _one in range(2):
        make_rejection(vacancy=make_vacancy(recruiter=person), candidate=make_candidate(email=email))


def add_waiting(person):
    WaitlistEntry.objects.create(invitation=make_invitation(), language="nl", joined_at=NOW)


def add_proposal(person):
    advisor = getattr(person, "advisor", None) or make_advisor(user=person)
    booking = make_completed_booking(advisor=advisor, starts_at=NOW - timedelta(days=3, hours=advisor.bookings.count()))
    make_sent_referral(booking=booking)


def add_remark(person):
    """Remarks count in steps of five."""
    for _one in range(1 if Survey.objects.exists() else 5):
        make_survey(answers={"improve": "Bel"})


LISTS = {  # url name with its query, what it shows, and the name of the page in the context
    "candidates:rejections?tab=ready": (add_rejection, "page"),
    "candidates:duplicates": (add_duplicate, "page"),
    "bookings:invitations": (lambda person: make_invitation(rejection=add_rejection(person)), "page"),
    "bookings:waiting_list": (add_waiting, "page"),
    "referrals:inbox": (lambda person: make_sent_referral(vacancy=make_vacancy(recruiter=person)), "waiting"),
    "referrals:inbox?proposed=1": (add_proposal, "proposed"),
    "organisation:staff": (lambda person: make_user(Role.ADVISOR), "page"),
    "organisation:audit": (lambda person: audit.record("policy.change", person, actor=SYSTEM, now=NOW), "page"),
    "outbox:messages": (lambda person: make_message(), "page"),
    "insights:overview": (add_remark, "remarks"),
}


def read(client, name):
    """Rows on the page, and the number of statements."""
    url_name, _mark, query = name.partition("?")
    client.get(reverse(url_name))  # its session and what is read once
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{reverse(url_name)}?{query}")
    shown = answer.context[LISTS[name][1]]
    return len(shown.object_list if isinstance(shown, Page) else shown), len(asked)


@pytest.mark.parametrize("name", LISTS)
@time_machine.travel(NOW, tick=False)
def test_a_list_has_a_page_size_and_asks_the_same_with_many_rows(client, person, name):
    add, _page = LISTS[name]
    client.force_login(person)
    add(person)
    _rows, few = read(client, name)
    for _row in range(MANY - 1):
        add(person)

    rows, many = read(client, name)

    assert (rows < MANY, many) == (True, few)
