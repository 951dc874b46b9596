from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisation.models import AuditEvent
from referrals.models import Referral
from tests.factories import (
    NOW,
    make_advisor,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_referral,
    make_rejection,
    make_sent_referral,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def page_text(response):
    return " ".join(response.content.decode().split())


def page_of(referral, path=""):
    return f"/referrals/{referral.pk}/{path}"


def read_of(user):
    entries = AuditEvent.objects.filter(action="referral.read", actor=f"user:{user.pk}")
    return list(entries.values_list("about", flat=True))


def test_the_recruiter_sees_open_referrals_and_their_answer_dates(client):
    referral = make_sent_referral()
    recruiter = referral.vacancy.recruiter
    client.force_login(recruiter)

    words = page_text(client.get("/referrals/"))

    for text in ["One person waits for your answer.", "Sevda Aydin", "answer by Monday 30 November", "I get in touch"]:
        assert text in words
    assert read_of(recruiter) == [f"referral:{referral.pk}"]


def test_an_overdue_referral_is_marked(client):
    referral = make_sent_referral()
    Referral.objects.update(answer_by="2026-11-20")
    client.force_login(referral.vacancy.recruiter)

    assert "overdue: answer was due Friday 20 November" in page_text(client.get("/referrals/"))


def test_the_inbox_is_empty_before_consent_and_after_a_withdrawal(client):
    vacancy = make_vacancy()
    waits = make_referral(vacancy=vacancy)
    gone = make_sent_referral(vacancy=vacancy, withdrawn_at=NOW)
    client.force_login(vacancy.recruiter)

    assert "Nobody waits for your answer." in page_text(client.get("/referrals/"))
    assert [client.get(page_of(one)).status_code for one in (waits, gone)] == [404, 404]


def test_the_recruiter_accepts(client):
    make_policy()
    referral = make_sent_referral()
    client.force_login(referral.vacancy.recruiter)

    response = client.post(page_of(referral, "answer/"), {"accepts": "1"}, follow=True)

    referral.refresh_from_db()
    assert (referral.state, response.redirect_chain) == ("accepted", [(page_of(referral), 302)])
    assert "Save the outcome" in page_text(response)


def test_a_decline_without_reason_shows_an_error_at_the_field(client):
    referral = make_sent_referral()
    client.force_login(referral.vacancy.recruiter)

    response = client.post(page_of(referral, "answer/"), {"reason": ""})

    assert response.context["answer_form"].errors == {
        "reason": ["Say why it does not fit. The candidate may read this."]
    }


def test_a_decline_that_comes_too_late_keeps_the_typed_reason_and_is_explained(client):
    referral = make_sent_referral()
    Referral.objects.update(state="accepted", answered_at=NOW)
    client.force_login(referral.vacancy.recruiter)

    response = client.post(page_of(referral, "answer/"), {"reason": "Toch niet."})

    assert "This introduction was already answered." in page_text(response)


@pytest.mark.parametrize("path", ["answer/", "outcome/"])
def test_a_withdrawal_meanwhile_is_reported_without_personal_data(client, path):
    referral = make_sent_referral(withdrawn_at=NOW)
    client.force_login(referral.vacancy.recruiter)

    response = client.post(page_of(referral, path), {"accepts": "1", "outcome": "hired"}, follow=True)

    assert response.redirect_chain == [("/referrals/", 302)]
    assert "The candidate has withdrawn this introduction." in page_text(response)
    assert "Sevda" not in page_text(response)


def test_the_recruiter_records_the_outcome(client):
    make_policy()
    referral = make_sent_referral()
    Referral.objects.update(state="accepted", answered_at=NOW)
    client.force_login(referral.vacancy.recruiter)

    client.post(page_of(referral, "outcome/"), {"outcome": "interview"})
    response = client.post(page_of(referral, "outcome/"), {"outcome": "hired"}, follow=True)

    referral.refresh_from_db()
    assert (referral.state, referral.outcome) == ("closed", "hired")
    assert "Save the outcome" not in page_text(response)


def test_an_outcome_must_be_chosen(client):
    referral = make_sent_referral()
    Referral.objects.update(state="accepted", answered_at=NOW)
    client.force_login(referral.vacancy.recruiter)

    response = client.post(page_of(referral, "outcome/"))

    assert response.context["outcome_form"].errors == {"outcome": ["Choose what came of it."]}


def test_the_advisor_sees_the_timeline_but_cannot_answer(client):
    referral = make_sent_referral()
    advisor = referral.booking.advisor.user
    client.force_login(advisor)

    words = page_text(client.get(page_of(referral)))

    assert "I get in touch" not in words
    assert "Answer of the recruiter, at the latest: <time>Monday 30 November</time>" in words
    assert client.post(page_of(referral, "answer/"), {"accepts": "1"}).status_code == 404
    assert read_of(advisor) == [f"referral:{referral.pk}"]


def test_a_user_with_both_roles_sees_both_lists(client):
    user = make_user("advisor", "recruiter")
    advisor = make_advisor(user=user, hours=False)
    make_referral(booking=make_completed_booking(advisor=advisor), vacancy=make_vacancy(title="Planner OK"))
    make_sent_referral(vacancy=make_vacancy(title="Receptionist", recruiter=user))
    client.force_login(user)

    words = page_text(client.get("/referrals/"))

    assert "Planner OK" in words
    assert "Receptionist" in words


def test_a_user_with_both_roles_cannot_answer_before_consent(client):
    user = make_user("advisor", "recruiter")
    advisor = make_advisor(user=user, hours=False)
    vacancy = make_vacancy(recruiter=user)
    referral = make_referral(booking=make_completed_booking(advisor=advisor), vacancy=vacancy)
    client.force_login(user)

    assert "I get in touch" not in page_text(client.get(page_of(referral)))
    assert client.post(page_of(referral, "answer/"), {"accepts": "1"}).status_code == 404


def test_an_advisor_does_not_see_a_referral_after_giving_the_rejection(client):
    user = make_user("advisor", "recruiter")
    rejection = make_rejection(vacancy=make_vacancy(recruiter=user))
    booking = make_completed_booking(
        advisor=make_advisor(user=user, hours=False), invitation=make_invitation(rejection=rejection)
    )
    client.force_login(user)

    assert client.get(page_of(make_referral(booking=booking))).status_code == 404


@pytest.mark.parametrize("roles", [["recruiter"], ["advisor"], ["manager"], ["application_manager"], []])
def test_other_users_get_404(client, roles):
    referral = make_sent_referral()
    client.force_login(make_user(*roles))

    answers = [
        client.get(page_of(referral)),
        client.post(page_of(referral, "answer/"), {"accepts": "1"}),
        client.post(page_of(referral, "outcome/"), {"outcome": "hired"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    referral.refresh_from_db()
    assert referral.state == "sent"


@pytest.mark.parametrize("role", ["manager", "application_manager"])
def test_the_inbox_gives_404_for_other_roles(client, role):
    client.force_login(make_user(role))

    assert client.get("/referrals/").status_code == 404


def test_an_anonymous_visitor_is_sent_to_the_sign_in_page(client):
    assert client.get("/referrals/")["Location"] == "/account/login/?next=/referrals/"


def test_an_empty_inbox_explains_its_purpose(client):
    client.force_login(make_user("advisor", "recruiter"))

    words = page_text(client.get("/referrals/"))

    assert "No referrals yet" in words
    assert "you get a mail" in words


def test_answers_need_a_post(client):
    referral = make_sent_referral()
    client.force_login(referral.vacancy.recruiter)

    statuses = [client.get(page_of(referral, path), {"accepts": "1"}).status_code for path in ("answer/", "outcome/")]
    client.get(page_of(referral), {"accepts": "1", "outcome": "hired"})

    referral.refresh_from_db()
    assert (statuses, referral.state) == ([405, 405], "sent")


def statements_of(client, url):
    with CaptureQueriesContext(connection) as statements:
        client.get(url)
    return len(statements)


def fill_inbox(advisor, vacancy, days):
    for day in days:
        start = NOW - timedelta(days=7 + day)
        booking = make_completed_booking(advisor=advisor, starts_at=start)
        make_sent_referral(booking=booking, vacancy=vacancy)
        answered = make_completed_booking(advisor=advisor, starts_at=start + timedelta(hours=1))
        make_referral(booking=answered, vacancy=vacancy, state="accepted", consented_at=NOW, answered_at=NOW)


def test_the_inbox_takes_as_many_statements_for_thirty_as_for_one(client):
    user = make_user("advisor", "recruiter")
    advisor, vacancy = make_advisor(user=user, hours=False), make_vacancy(recruiter=user)
    client.force_login(user)

    fill_inbox(advisor, vacancy, range(1))
    client.get("/referrals/")
    with_one = statements_of(client, "/referrals/")
    fill_inbox(advisor, vacancy, range(1, 30))

    assert statements_of(client, "/referrals/") == with_one
