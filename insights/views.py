from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from insights.forms import FilterForm
from insights.metrics import MIN_GROUP_SIZE
from insights.overview import overview_for
from insights.periods import period_for
from insights.queries import rejections_in
from insights.survey_results import improvements_for
from organisation.models import Role
from organisation.permissions import role_required

REMARKS_ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER)
def overview(request: HttpRequest) -> HttpResponse:
    """Metrics and survey results. An invalid filter shows everything instead of an error."""
    form = FilterForm(request.GET)
    form.is_valid()
    now, period, department = timezone.now(), form.cleaned_data.get("period", ""), form.cleaned_data.get("department")
    found = overview_for(period, department, now=now)
    rejections = rejections_in(period_for(period, timezone.localdate(now)), department)
    remarks = improvements_for(rejections, last=found.survey.last_improvement)
    page = {
        "form": form,
        "metrics": found.metrics,
        "computed_at": found.at,
        "is_empty": not found.metrics[0].number,
        "fewest": MIN_GROUP_SIZE,
        "survey": found.survey,
        "remarks": Paginator(remarks, REMARKS_ON_A_PAGE).get_page(request.GET.get("remarks")),
    }
    return render(request, "insights/overview.html", page)
