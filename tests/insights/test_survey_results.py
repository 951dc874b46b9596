import pytest

from candidates.models import Rejection
from insights.survey_results import survey_results_for
from tests.factories import make_survey, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def results(survey):
    return {one.text: (one.people, one.mean, one.score) for one in [*survey.means, survey.score] if one.people}


def test_means_and_the_net_promoter_score():
    for reason, recommend in [("5", "10"), ("4", "9"), ("4", "8"), ("3", "6"), ("5", "9")]:
        make_survey(answers={"reason_clear": reason, "recommend_0_10": recommend, "apply_again": "yes"})
    make_survey()

    found = survey_results_for(Rejection.objects.all())

    assert (found.asked, found.answered, found.is_hidden) == (6, 5, False)
    assert results(found) == {
        "Ik weet nu waarom ik het niet geworden ben.": (5, 4.2, None),
        "Zou je anderen aanraden om bij ons te solliciteren?": (5, None, 40),  # 3 of 5 less 1 of 5
    }


@pytest.mark.parametrize(("people", "shown"), [(4, []), (5, ["Bel 0", "Bel 1", "Bel 2", "Bel 3", "Bel 4"])])
def test_answers_of_fewer_than_five_people_are_not_shown(people, shown):
    for number in reversed(range(people)):
        make_survey(answers={"improve": f"Bel {number}"})

    found = survey_results_for(Rejection.objects.all())

    assert (found.improvements, found.is_hidden) == (shown, people < 5)


def test_the_number_of_statements_is_the_same_for_few_and_many(django_assert_num_queries):
    for number in range(1, 31):
        make_survey(answers={"reason_clear": "4"})
        if number in (1, 30):
            with django_assert_num_queries(3):
                survey_results_for(Rejection.objects.all())


def test_the_manager_sees_survey_results_below_the_metrics(client):
    for number in range(5):
        make_survey(answers={"reason_clear": "4", "improve": f"Woord {number}"})
    client.force_login(make_user("manager"))

    words = " ".join(client.get("/figures/").content.decode().split())

    assert "5 van 5 vragenlijsten zijn ingevuld." in words
    assert "<strong> 4,0 </strong>" in words
    assert "<li>Woord 3</li>" in words
