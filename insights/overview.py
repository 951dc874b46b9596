"""Metrics and survey results of a period and department, kept for some minutes.

They read every rejection of the period. Only totals are kept, after what can identify a person was hidden.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from insights.metrics import Metric
from insights.periods import period_for
from insights.queries import metrics_for, rejections_in
from insights.survey_results import SurveyResults, survey_results_for
from organisation.models import Department


@dataclass(frozen=True)
class Overview:
    metrics: list[Metric]
    survey: SurveyResults
    at: datetime  # when it was computed


def overview_for(period: str, department: Department | None, *, now: datetime) -> Overview:
    """Overview of a named period (see `period_for`), at most `FIGURES_SECONDS` old."""
    today = timezone.localdate(now)
    key = f"figures:{today}:{period}:{department.pk if department else 0}:{get_language()}"
    found = cache.get(key)
    if found is None:
        days = period_for(period, today)
        survey = survey_results_for(rejections_in(days, department))
        found = Overview(metrics_for(days, department), survey, now)
        cache.set(key, found, settings.FIGURES_SECONDS)
    return found  # type: ignore[no-any-return]
