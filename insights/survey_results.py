"""Results of the survey, without names and never of fewer than five people."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from candidates.models import Rejection
from insights.metrics import MIN_GROUP_SIZE
from talks.models import Survey, SurveyAnswer
from talks.survey_questions import QUESTIONS

SCORED = "recommend_0_10"
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
    asked: int
    answered: int
    means: list[QuestionResult]
    score: QuestionResult
    improvements: list[str]  # suggestions, sorted by text so that their order does not reveal the talk

    @property
    def is_hidden(self) -> bool:
        return self.answered < MIN_GROUP_SIZE


def survey_results_for(rejections: QuerySet[Rejection]) -> SurveyResults:
    """Survey results of these rejections, in three statements."""
    surveys = Survey.objects.filter(booking__invitation__application__rejection__in=rejections.values("pk"))
    numbers = surveys.order_by().aggregate(asked=Count("pk"), answered=Count("answered_at"))
    given = SurveyAnswer.objects.filter(survey__in=surveys.values("pk"))
    results = _question_results(given)
    score = results.pop(SCORED)
    return SurveyResults(**numbers, means=list(results.values()), score=score, improvements=_improvements(given))


def _question_results(given: QuerySet[SurveyAnswer]) -> dict[str, QuestionResult]:
    """Results by question code."""
    counts: dict[str, dict[int, int]] = {code: {} for code, question in QUESTIONS.items() if question.is_scale}
    rows: Any = given.filter(question__in=counts).values_list("question", "answer").order_by().annotate(Count("pk"))
    for code, answer, number in rows:
        counts[code][int(answer)] = number
    return {code: _question_result(code, answers) for code, answers in counts.items()}


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


def _improvements(given: QuerySet[SurveyAnswer]) -> list[str]:
    """Suggestions for improvement; none while fewer than five people wrote one, because they could be recognised."""
    texts = list(given.filter(question="improve").order_by("answer").values_list("answer", flat=True))
    return texts if len(texts) >= MIN_GROUP_SIZE else []
