from datetime import timedelta

import pytest
import time_machine

from candidates.access.services import link_url_for
from organisation.models import AuditEvent
from referrals.models import Referral
from tests.factories import NOW, make_candidate, make_policy, make_referral, make_sent_referral, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        yield


def page_of(referral):
    return f"/my/referrals/{referral.pk}/"


def sign_in(client, candidate):
    client.get(link_url_for(candidate).removeprefix("http://localhost:8000"))
    client.cookies["django_language"] = "en"


def test_the_proposal_names_the_advisor_the_vacancy_and_the_shared_data(client):
    make_policy()
    referral = make_referral()
    sign_in(client, referral.candidate)

    response = client.get(page_of(referral))

    words = " ".join(response.content.decode().split())
    for text in [
        "Youssef Benali thinks this job fits you: Medewerker recovery at OK en Anesthesie.",
        "What Marloes Tienstra will read",
        "Sevda blijft rustig als het spannend wordt.</textarea>",
        "your name: Sevda Aydin",
        f"your e-mail address: {referral.candidate.email}",
        "Eis 0",
        "Yes, introduce me",
        "No, thank you",
    ]:
        assert text in words


def test_the_link_in_the_mail_leads_to_the_proposal(client):
    referral = make_referral()
    path = link_url_for(referral.candidate, f"referrals/{referral.pk}/").removeprefix("http://localhost:8000")

    response = client.get(path)

    assert (response.status_code, response["Location"]) == (302, page_of(referral))


def test_a_get_changes_nothing(client):
    referral = make_referral()
    sign_in(client, referral.candidate)

    for _ in range(2):
        client.get(page_of(referral), {"choice": "yes", "introduction": "Ja."})

    referral.refresh_from_db()
    assert (referral.state, AuditEvent.objects.count()) == ("awaiting_consent", 0)


def test_the_candidate_changes_the_text_and_consents(client):
    referral = make_referral()
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": "yes", "introduction": "Ik blijf rustig."}, follow=True)

    referral.refresh_from_db()
    assert (referral.state, referral.introduction) == ("sent", "Ik blijf rustig.")
    assert "We asked for an answer by Monday 30 November." in response.content.decode()
    assert "Withdraw my introduction" in response.content.decode()


def test_the_candidate_refuses_without_a_reason(client):
    referral = make_referral()
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": "no"}, follow=True)

    referral.refresh_from_db()
    assert referral.state == "refused"
    assert "You said no. That is fine." in response.content.decode()


def test_an_empty_text_shows_an_error_at_its_field(client):
    referral = make_referral()
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": "yes", "introduction": " "})

    assert response.status_code == 200
    assert response.context["form"].errors == {"introduction": ["Write a few words for the recruiter."]}


def test_a_vacancy_that_closed_meanwhile_shows_an_error(client):
    referral = make_referral()
    sign_in(client, referral.candidate)
    type(referral.vacancy).objects.filter(pk=referral.vacancy_id).update(status="filled")

    response = client.post(page_of(referral), {"choice": "yes", "introduction": "Mijn eigen woorden."})

    assert "This vacancy has been closed in the meantime." in response.content.decode()


def test_a_text_that_comes_too_late_stays_in_the_form(client):
    referral = make_sent_referral()
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": "yes", "introduction": "Mijn eigen woorden."})

    assert "You already said yes" in response.content.decode()
    assert response.context["form"]["introduction"].value() == "Mijn eigen woorden."


@pytest.mark.parametrize("state", ["sent", "accepted", "closed"])
def test_the_candidate_withdraws_consent(client, state):
    referral = make_sent_referral()
    Referral.objects.update(state=state, outcome="hired" if state == "closed" else "")
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": "withdraw"}, follow=True)

    referral.refresh_from_db()
    assert referral.withdrawn_at is not None
    assert "You have withdrawn." in response.content.decode()
    assert "Withdraw my introduction" not in response.content.decode()


def test_the_timeline_shows_the_answer_and_its_reason(client):
    referral = make_sent_referral()
    Referral.objects.update(state="declined", answered_at=NOW, answer_reason="De plek is <b>vergeven</b>.")
    sign_in(client, referral.candidate)

    words = client.get(page_of(referral)).content.decode()

    assert "The recruiter: does not fit now" in words
    assert "De plek is &lt;b&gt;vergeven&lt;/b&gt;." in words


def test_another_candidate_gets_404(client):
    referral = make_referral()
    sign_in(client, make_candidate())

    answers = [client.get(page_of(referral)), client.post(page_of(referral), {"choice": "no"})]

    assert [answer.status_code for answer in answers] == [404, 404]
    referral.refresh_from_db()
    assert referral.state == "awaiting_consent"


def test_without_a_session_the_page_offers_a_new_link(client):
    referral = make_referral()
    client.force_login(make_user("advisor", "recruiter", "manager", "application_manager"))

    response = client.get(page_of(referral))

    assert (response.status_code, response["Location"]) == (302, "/link/ended/")


@pytest.mark.parametrize("choice", ["", "perhaps"])
def test_an_unknown_choice_changes_nothing(client, choice):
    referral = make_referral()
    sign_in(client, referral.candidate)

    response = client.post(page_of(referral), {"choice": choice, "introduction": "Ik."})

    referral.refresh_from_db()
    assert (response.status_code, referral.state) == (200, "awaiting_consent")
