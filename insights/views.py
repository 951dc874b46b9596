from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from insights.forms import FilterForm
from insights.metrics import MIN_GROUP_SIZE
from insights.periods import period_for
from insights.queries import metrics_for, rejections_in
from insights.survey_results import survey_results_for
from organisation.models import Role
from organisation.permissions import role_required

REMARKS_ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER)
def overview(request: HttpRequest) -> HttpResponse:
    """Metrics and survey results. An invalid filter shows everything instead of an error."""
    form = FilterForm(request.GET)
    form.is_valid()
    period = period_for(form.cleaned_data.get("period", ""), timezone.localdate())
    department = form.cleaned_data.get("department")
    metrics = metrics_for(period, department)
    survey = survey_results_for(rejections_in(period, department))
    page = {
        "form": form,
        "metrics": metrics,
        "is_empty": not metrics[0].number,
        "fewest": MIN_GROUP_SIZE,
        "survey": survey,
        "remarks": Paginator(survey.improvements, REMARKS_ON_A_PAGE).get_page(request.GET.get("remarks")),
    }
    return render(request, "insights/overview.html", page)
