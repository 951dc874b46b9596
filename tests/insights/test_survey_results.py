from datetime import timedelta

import pytest
import time_machine

from candidates.models import Rejection
from insights.survey_results import improvements_for, survey_results_for
from tests.factories import NOW, make_survey, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def results(survey):
    return {one.text: (one.people, one.mean, one.score) for one in [*survey.means, survey.score] if one.people}


def test_means_and_the_net_promoter_score():
    for reason, recommend in [("5", "10"), ("4", "9"), ("4", "8"), ("3", "6"), ("5", "9")]:
        make_survey(answers={"reason_clear": reason, "recommend_0_10": recommend, "apply_again": "yes"})
    for _number in range(5):
        make_survey()

    found = survey_results_for(Rejection.objects.all())

    assert (found.asked, found.answered, found.is_hidden) == (10, 5, False)
    assert results(found) == {
        "Ik weet nu waarom ik het niet geworden ben.": (5, 4.2, None),
        "Zou je anderen aanraden om bij ons te solliciteren?": (5, None, 40),  # 3 of 5 less 1 of 5
    }


def test_results_change_in_steps_of_five_answers():
    means = []
    for number in range(1, 12):
        make_survey(answers={"reason_clear": "5" if number == 9 else "1", "improve": f"Bel {number:02}"})
        found = survey_results_for(Rejection.objects.all())
        means.append((found.answered, *[mean for _people, mean, _score in results(found).values()]))

    assert means == [(0,)] * 4 + [(5, 1.0)] * 5 + [(10, 1.4)] * 2
    assert improvements_for(Rejection.objects.all(), last=found.last_improvement).count() == 10


def test_each_question_counts_its_own_answers_in_steps_of_five():
    for number in range(10):
        make_survey(answers={"recommend_0_10": "9"} | ({} if number == 3 else {"reason_clear": "4"}))
    results_before = results(survey_results_for(Rejection.objects.all()))
    make_survey(answers={"reason_clear": "1"})

    assert {people for people, *_rest in results_before.values()} == {5, 10}
    assert (10, 3.7, None) in results(survey_results_for(Rejection.objects.all())).values()


@pytest.mark.parametrize(("asked", "shown"), [(5, 5), (6, None), (9, None), (10, 10)])
def test_the_number_asked_is_not_shown_when_it_tells_who_did_not_answer(asked, shown):
    for number in range(asked):
        make_survey(answers={"reason_clear": "4"} if number < 5 else None)

    assert survey_results_for(Rejection.objects.all()).asked == shown


@pytest.mark.parametrize(("people", "shown"), [(4, []), (5, ["Bel 0", "Bel 1", "Bel 2", "Bel 3", "Bel 4"])])
def test_answers_of_fewer_than_five_people_are_not_shown(people, shown):
    for number in reversed(range(people)):
        make_survey(answers={"improve": f"Bel {number}"})

    found = survey_results_for(Rejection.objects.all())

    improvements = improvements_for(Rejection.objects.all(), last=found.last_improvement)
    assert (list(improvements), found.is_hidden) == (shown, people < 5)


def test_the_number_of_statements_is_the_same_for_few_and_many(django_assert_num_queries):
    for number in range(1, 31):
        make_survey(answers={"reason_clear": "4"})
        if number in (1, 30):
            with django_assert_num_queries(5):
                survey_results_for(Rejection.objects.all())


def test_the_manager_sees_survey_results_below_the_metrics(client):
    for number in range(5):
        make_survey(answers={"reason_clear": "4", "improve": f"Woord {number}"})
    client.force_login(make_user("manager"))

    words = " ".join(client.get("/figures/").content.decode().split())

    assert "5 van 5 vragenlijsten zijn ingevuld." in words
    assert "<strong> 4,0 </strong>" in words
    assert "<li>Woord 3</li>" in words


def test_figures_are_kept_for_some_minutes(client, settings):
    make_survey(answers={"reason_clear": "4"})
    client.force_login(make_user("manager"))

    with time_machine.travel(NOW, tick=False) as clock:
        shown = [_asked(client)]
        for _number in range(4):
            make_survey(answers={"reason_clear": "4"})
        clock.shift(settings.FIGURES_SECONDS - 1)
        shown.append(_asked(client))
        clock.shift(2)
        shown.append(_asked(client))

    assert shown == [(0, NOW), (0, NOW), (5, NOW + timedelta(seconds=settings.FIGURES_SECONDS + 1))]


def _asked(client):
    context = client.get("/figures/").context
    return context["survey"].answered, context["computed_at"]
