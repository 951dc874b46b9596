"""Results of the survey, without names, never of fewer than five people and only in steps of five.

Of 14 answers to a question the first ten count: a mean before and after one answer would tell that answer. An answer
that is changed counts as new, so that it waits for four others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from candidates.models import Rejection
from insights.metrics import MIN_GROUP_SIZE, Metric
from talks.models import Survey, SurveyAnswer
from talks.survey_questions import QUESTIONS

SCORED, IMPROVE = "recommend_0_10", "improve"
MAX_IMPROVEMENTS = 200  # shown, the newest
PROMOTERS, DETRACTORS = range(9, 11), range(7)  # of 0 to 10


@dataclass(frozen=True)
class QuestionResult:
    """Result of one question: number of answers, and the mean (1 to 5) or the net promoter score (-100 to 100)."""

    text: str
    people: int
    mean: float | None = None
    score: int | None = None

    @property
    def is_hidden(self) -> bool:
        return self.people < MIN_GROUP_SIZE


@dataclass(frozen=True)
class SurveyResults:
    asked: int | None  # None when it would tell who did not answer
    answered: int
    means: list[QuestionResult]
    score: QuestionResult
    last_improvement: int  # key of the newest suggestion that counts; 0 without one

    @property
    def is_hidden(self) -> bool:
        return self.answered < MIN_GROUP_SIZE


def survey_results_for(rejections: QuerySet[Rejection]) -> SurveyResults:
    """Survey results of these rejections, in four statements."""
    surveys = Survey.objects.filter(booking__invitation__application__rejection__in=rejections.values("pk"))
    numbers = surveys.order_by().aggregate(asked=Count("pk"), answered=Count("answered_at"))
    asked, answered = Metric("", numbers["asked"], numbers["asked"]), _in_steps(numbers["answered"])
    given = _answers_for(rejections)
    results = _question_results(given)
    return SurveyResults(
        asked=None if Metric("", answered, answered, asked).has_small_rest else asked.number,
        answered=answered,
        score=results.pop(SCORED),
        means=list(results.values()),
        last_improvement=_last_improvement(given.filter(question=IMPROVE)),
    )


def improvements_for(rejections: QuerySet[Rejection], *, last: int) -> QuerySet[SurveyAnswer, str]:
    """The newest suggestions for improvement up to the `last` one that counts.

    Sorted by text, so that their order does not reveal the talk.
    """
    given = _answers_for(rejections).filter(question=IMPROVE, pk__lte=last)
    newest = list(given.order_by("-pk").values_list("pk", flat=True)[:MAX_IMPROVEMENTS])
    return SurveyAnswer.objects.filter(pk__in=newest).order_by("answer", "pk").values_list("answer", flat=True)


def _answers_for(rejections: QuerySet[Rejection]) -> QuerySet[SurveyAnswer]:
    return SurveyAnswer.objects.filter(survey__booking__invitation__application__rejection__in=rejections.values("pk"))


def _in_steps(people: int) -> int:
    return people - people % MIN_GROUP_SIZE


def _question_results(given: QuerySet[SurveyAnswer]) -> dict[str, QuestionResult]:
    """Results by question code."""
    counts: dict[str, dict[int, int]] = {code: {} for code, question in QUESTIONS.items() if question.is_scale}
    scaled = given.filter(question__in=counts).order_by()
    rows: Any = scaled.values_list("question", "answer").annotate(Count("pk"))
    for code, answer, number in rows:
        counts[code][int(answer)] = number
    surplus = {code: sum(answers.values()) % MIN_GROUP_SIZE for code, answers in counts.items()}
    for code, answer, place in _last_answers(scaled):
        if place <= surplus[code]:
            counts[code][int(answer)] -= 1
    return {code: _question_result(code, answers) for code, answers in counts.items()}


def _last_answers(given: QuerySet[SurveyAnswer]) -> Iterable[tuple[str, str, int]]:
    """The last four answers to each question, with their place from the end."""
    place = Window(RowNumber(), partition_by=[F("question")], order_by=F("pk").desc())
    last = given.annotate(place=place).filter(place__lt=MIN_GROUP_SIZE)
    return last.values_list("question", "answer", "place")


def _question_result(code: str, answers: dict[int, int]) -> QuestionResult:
    """Result of a question; `answers` has the number of people per answer."""
    text, people = str(QUESTIONS[code].text), sum(answers.values())
    if not people:
        return QuestionResult(text, 0)
    if code == SCORED:
        net = sum(times * ((number in PROMOTERS) - (number in DETRACTORS)) for number, times in answers.items())
        return QuestionResult(text, people, score=round(100 * net / people))
    mean = sum(number * times for number, times in answers.items()) / people
    return QuestionResult(text, people, mean=round(mean, 1))


def _last_improvement(texts: QuerySet[SurveyAnswer]) -> int:
    """Key up to which suggestions count, in steps of five: a new one alone would tell who was asked last."""
    surplus = texts.count() % MIN_GROUP_SIZE
    return texts.order_by("-pk").values_list("pk", flat=True)[surplus : surplus + 1].first() or 0
