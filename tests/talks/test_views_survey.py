import pytest
import time_machine

from candidates.access.tokens import link_token
from talks.models import Survey, SurveyAnswer
from tests.factories import NOW, make_completed_booking, make_policy, make_survey

pytestmark = pytest.mark.django_db
ANSWERS = {"found_via": "somebody", "recommend_0_10": "9", "reason_clear": "5", "improve": "Bel eerder."}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def survey():
    make_policy()
    return make_survey()


def sign_in(client, booking):
    link = booking.candidate.link
    client.get(f"/u/{link_token(link.key, link.version)}/")
    return client


def path_of(survey):
    return f"/my/appointments/{survey.booking_id}/survey/"


def test_answers_are_stored_and_shown_again(client, survey):
    sign_in(client, survey.booking)

    response = client.post(path_of(survey), {**ANSWERS, "kept_informed": ""})

    assert response.headers["Location"] == f"/my/appointments/{survey.booking_id}/"
    assert dict(SurveyAnswer.objects.values_list("question", "answer")) == ANSWERS
    page = client.get(path_of(survey))
    assert page.context["form"].initial == ANSWERS
    assert page.content.decode().count("Geen antwoord") == 3  # to take back one that was given
    assert "Sla je antwoorden op" in page.content.decode()


def test_all_questions_but_one_may_be_skipped(client, survey):
    sign_in(client, survey.booking).post(path_of(survey), {"taken_seriously": "4"})

    survey.refresh_from_db()
    assert (survey.answered_at, survey.answers.count()) == (NOW, 1)


def test_an_empty_survey_is_not_an_answer(client, survey):
    response = sign_in(client, survey.booking).post(path_of(survey), {"improve": " "})

    survey.refresh_from_db()
    assert (response.status_code, survey.answered_at) == (400, None)
    assert "Je hebt nog niets ingevuld." in response.content.decode()


def test_removing_every_answer_makes_the_survey_unanswered(client, survey):
    sign_in(client, survey.booking)
    client.post(path_of(survey), ANSWERS)

    client.post(path_of(survey), dict.fromkeys(ANSWERS, ""))

    survey.refresh_from_db()
    assert (survey.answered_at, survey.answers.count()) == (None, 0)


@pytest.mark.parametrize(
    "odd", [{"reason_clear": "6"}, {"recommend_0_10": "-1"}, {"found_via": "x"}, {"improve": "a" * 1001}]
)
def test_invalid_input_is_refused_and_stays_in_the_form(client, survey, odd):
    sign_in(client, survey.booking)

    response = client.post(path_of(survey), {"taken_seriously": "4"} | odd)

    assert (response.status_code, Survey.objects.get().answered_at) == (400, None)
    assert response.context["form"]["taken_seriously"].value() == "4"


def test_surveys_of_others_and_missing_surveys_give_404(client, survey):
    sign_in(client, make_completed_booking())
    unasked = make_completed_booking()

    assert client.get(path_of(survey)).status_code == 404
    assert sign_in(client, unasked).get(f"/my/appointments/{unasked.pk}/survey/").status_code == 404


def test_the_page_of_the_talk_links_to_the_survey_once_it_was_sent(client, survey):
    unasked = make_completed_booking()

    asked = sign_in(client, survey.booking).get(f"/my/appointments/{survey.booking_id}/").content.decode()
    other = sign_in(client, unasked).get(f"/my/appointments/{unasked.pk}/").content.decode()

    assert (path_of(survey) in asked, "survey" in other) == (True, False)


def test_the_advisor_does_not_see_the_answers(client, survey):
    SurveyAnswer.objects.create(survey=survey, question="improve", answer="De adviseur was te laat")
    client.force_login(survey.booking.advisor.user)

    assert "te laat" not in client.get(f"/talks/{survey.booking_id}/").content.decode()
