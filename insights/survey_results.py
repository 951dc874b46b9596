"""What candidates answered to the survey, without names and never of fewer than five people."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from candidates.models import Rejection
from insights.metrics import FEWEST
from talks.models import Survey, SurveyAnswer
from talks.survey_questions import QUESTIONS

SCORED = "recommend_0_10"
PROMOTERS, DETRACTORS = range(9, 11), range(7)  # of 0 to 10


@dataclass(frozen=True)
class Opinion:
    """One question: how many people answered, and the mean of 1 to 5 or the net promoter score of -100 to 100."""

    words: str
    people: int
    mean: float | None = None
    score: int | None = None

    @property
    def is_hidden(self) -> bool:
        return self.people < FEWEST


@dataclass(frozen=True)
class Surveyed:
    asked: int
    answered: int
    means: list[Opinion]
    score: Opinion
    improvements: list[str]  # what to do better, in alphabetical order: not in the order of the talks

    @property
    def is_hidden(self) -> bool:
        return self.answered < FEWEST


def surveyed(rejections: QuerySet[Rejection]) -> Surveyed:
    """Three statements, whatever there is."""
    surveys = Survey.objects.filter(booking__invitation__application__rejection__in=rejections.values("pk"))
    numbers = surveys.order_by().aggregate(asked=Count("pk"), answered=Count("answered_at"))
    given = SurveyAnswer.objects.filter(survey__in=surveys.values("pk"))
    opinions = _opinions(given)
    score = opinions.pop(SCORED)
    return Surveyed(**numbers, means=list(opinions.values()), score=score, improvements=_improvements(given))


def _opinions(given: QuerySet[SurveyAnswer]) -> dict[str, Opinion]:
    """By the code of their question."""
    counts: dict[str, dict[int, int]] = {code: {} for code, asked in QUESTIONS.items() if asked.is_scale}
    rows: Any = given.filter(question__in=counts).values_list("question", "answer").order_by().annotate(Count("pk"))
    for code, answer, number in rows:
        counts[code][int(answer)] = number
    return {code: _opinion(code, answers) for code, answers in counts.items()}


def _opinion(code: str, answers: dict[int, int]) -> Opinion:
    """`answers`: how many gave which number."""
    words, people = str(QUESTIONS[code].words), sum(answers.values())
    if not people:
        return Opinion(words, 0)
    if code == SCORED:
        net = sum(times * ((number in PROMOTERS) - (number in DETRACTORS)) for number, times in answers.items())
        return Opinion(words, people, score=round(100 * net / people))
    mean = sum(number * times for number, times in answers.items()) / people
    return Opinion(words, people, mean=round(mean, 1))


def _improvements(given: QuerySet[SurveyAnswer]) -> list[str]:
    """Nothing while fewer than five people wrote something: one of few is easily recognised."""
    words = list(given.filter(question="improve").order_by("answer").values_list("answer", flat=True))
    return words if len(words) >= FEWEST else []
