"""The page on keeping and erasing."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.models import Candidate
from organisation.models import AuditEvent, Policy, RetentionRun
from spreekuur.retention_run import continue_run
from tests.factories import NOW, make_policy, make_rejection, make_user

pytestmark = pytest.mark.django_db
PAGE = "/setup/retention/"


def fill(number, *, kept_by="contact", erase_on=date(2026, 12, 24)):
    people = {"first_name": "Sevda", "last_name": "Aydin", "email": "s@kandidaat.example", "language": "nl"}
    return Candidate.objects.bulk_create(
        Candidate(**people, erase_on=erase_on, kept_by=kept_by) for _number in range(number)
    )


@pytest.fixture
def manager(client):
    client.force_login(make_user("application_manager"))
    client.cookies["django_language"] = "en"
    return client


def words_of(response):
    return " ".join(response.content.decode().split())


@time_machine.travel(NOW, tick=False)
def test_the_page_shows_keys_days_and_reasons_without_names(manager):
    candidate = make_rejection().application.candidate
    continue_run(now=NOW)

    words = words_of(manager.get(PAGE))

    assert f"candidate {candidate.pk}" in words
    assert "Rejection or last contact" in words
    assert [name for name in ("Sevda", "Aydin", candidate.email) if name in words] == []
    assert "No run was finished in the last day" not in words


@time_machine.travel(NOW, tick=False)
def test_the_page_shows_who_was_erased(manager):
    with time_machine.travel(NOW - timedelta(days=40), tick=False):
        candidate = make_rejection().application.candidate
    continue_run(now=NOW)

    response = manager.get(PAGE)

    assert [about for about, _actor, _entry in response.context["erased"]] == [f"candidate {candidate.pk}"]
    assert response.context["lines"] == []


def test_every_candidate_is_on_one_page_in_the_order_of_erasure(manager):
    fill(30), fill(28, erase_on=date(2026, 12, 1)), fill(3, kept_by="talk")
    seen, position = [], ""

    while True:
        found = manager.get(PAGE, {"after": position}).context["found"]
        seen += [(one.erase_on, one.pk) for one in found.candidates]
        position = found.next_position
        if not position:
            break

    assert seen == sorted(Candidate.objects.values_list("erase_on", "pk"))


def test_the_page_can_show_those_whom_one_thing_keeps(manager):
    fill(3)
    (kept,) = fill(1, kept_by="talk")

    found = manager.get(PAGE, {"kept_by": "talk"}).context["found"]

    assert found.candidates == [kept]


@pytest.mark.parametrize(
    "odd", [{"after": "2026-13-45.1"}, {"after": "x"}, {"after": "2026-12-01." + "9" * 20}, {"kept_by": "x"}]
)
def test_an_odd_address_shows_the_first_page(manager, odd):
    fill(1)

    response = manager.get(PAGE, odd)

    assert (response.status_code, len(response.context["lines"])) == (200, 1)


def test_the_page_warns_when_the_worker_did_not_run(manager):
    RetentionRun.objects.create(day=NOW.date(), started_at=NOW, finished_at=NOW)

    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert "No run was finished in the last day" in words_of(manager.get(PAGE))


def statements_of(client):
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    return len(captured)


def test_the_number_of_statements_is_the_same_for_few_and_many(manager):
    fill(1)
    manager.get(PAGE)
    with_one = statements_of(manager)
    fill(100)
    for number in range(30):
        RetentionRun.objects.create(day=date(2026, 1, 1) + timedelta(days=number), started_at=NOW)

    assert statements_of(manager) == with_one


def test_the_periods_are_stored_and_audited(manager):
    make_policy()
    periods = {"retention_days": 14, "message_retention_days": 120, "audit_retention_months": 36}

    answer = manager.post(PAGE, periods)

    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert Policy.objects.filter(**periods).count() == 1
    changed = AuditEvent.objects.filter(action="policy.change").values_list("about", flat=True)
    assert sorted(changed) == sorted(f"policy:{name}" for name in periods)


@pytest.mark.parametrize(
    "wrong",
    [{"retention_days": "29"}, {"retention_days": "0"}, {"audit_retention_months": "11"}, {"retention_days": ""}],
)
def test_a_period_that_the_law_does_not_allow_is_refused(manager, wrong):
    make_policy()
    periods = {"retention_days": "14", "message_retention_days": "120", "audit_retention_months": "36"}

    answer = manager.post(PAGE, periods | wrong)

    assert (answer.status_code, set(answer.context["form"].errors)) == (200, set(wrong))
    assert Policy.objects.get().retention_days == 28


def test_only_application_managers_change_the_periods(client):
    client.force_login(make_user("manager", "recruiter", "advisor"))

    assert client.post(PAGE, {"retention_days": "14"}).status_code == 404
