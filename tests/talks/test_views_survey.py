import pytest
import time_machine

from candidates.access.tokens import token_of
from talks.models import Survey, SurveyAnswer
from tests.factories import NOW, make_held_booking, make_policy, make_survey

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


def came_in(client, booking):
    link = booking.candidate.link
    client.get(f"/u/{token_of(link.key, link.version)}/")
    return client


def path_of(survey):
    return f"/my/appointments/{survey.booking_id}/survey/"


def test_what_is_answered_is_kept_and_shown_again(client, survey):
    came_in(client, survey.booking)

    response = client.post(path_of(survey), {**ANSWERS, "kept_informed": ""})

    assert response.headers["Location"] == f"/my/appointments/{survey.booking_id}/"
    assert dict(SurveyAnswer.objects.values_list("question", "answer")) == ANSWERS
    page = client.get(path_of(survey))
    assert page.context["form"].initial == ANSWERS
    assert page.content.decode().count("Geen antwoord") == 3  # to take back one that was given
    assert "Sla je antwoorden op" in page.content.decode()


def test_everything_but_one_question_may_be_skipped(client, survey):
    came_in(client, survey.booking).post(path_of(survey), {"taken_seriously": "4"})

    survey.refresh_from_db()
    assert (survey.answered_at, survey.answers.count()) == (NOW, 1)


def test_nothing_at_all_is_no_answer(client, survey):
    response = came_in(client, survey.booking).post(path_of(survey), {"improve": " "})

    survey.refresh_from_db()
    assert (response.status_code, survey.answered_at) == (400, None)
    assert "Je hebt nog niets ingevuld." in response.content.decode()


def test_who_takes_every_answer_back_has_not_answered(client, survey):
    came_in(client, survey.booking)
    client.post(path_of(survey), ANSWERS)

    client.post(path_of(survey), dict.fromkeys(ANSWERS, ""))

    survey.refresh_from_db()
    assert (survey.answered_at, survey.answers.count()) == (None, 0)


@pytest.mark.parametrize(
    "odd", [{"reason_clear": "6"}, {"recommend_0_10": "-1"}, {"found_via": "x"}, {"improve": "a" * 1001}]
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(client, survey, odd):
    came_in(client, survey.booking)

    response = client.post(path_of(survey), {"taken_seriously": "4"} | odd)

    assert (response.status_code, Survey.objects.get().answered_at) == (400, None)
    assert response.context["form"]["taken_seriously"].value() == "4"


def test_a_word_of_somebody_else_and_a_talk_without_a_survey_are_not_found(client, survey):
    came_in(client, make_held_booking())
    unasked = make_held_booking()

    assert client.get(path_of(survey)).status_code == 404
    assert came_in(client, unasked).get(f"/my/appointments/{unasked.pk}/survey/").status_code == 404


def test_the_page_of_the_talk_leads_to_it_once_it_was_asked(client, survey):
    unasked = make_held_booking()

    asked = came_in(client, survey.booking).get(f"/my/appointments/{survey.booking_id}/").content.decode()
    other = came_in(client, unasked).get(f"/my/appointments/{unasked.pk}/").content.decode()

    assert (path_of(survey) in asked, "survey" in other) == (True, False)


def test_the_advisor_does_not_see_the_answers(client, survey):
    SurveyAnswer.objects.create(survey=survey, question="improve", answer="De adviseur was te laat")
    client.force_login(survey.booking.advisor.user)

    assert "te laat" not in client.get(f"/talks/{survey.booking_id}/").content.decode()
