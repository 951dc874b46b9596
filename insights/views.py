from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from insights.forms import FilterForm
from insights.metrics import FEWEST
from insights.periods import period_of
from insights.queries import figures_of, rejections_in
from insights.survey_results import surveyed
from organisation.models import Role
from organisation.permissions import for_role


@require_http_methods(["GET", "HEAD"])
@for_role(Role.MANAGER)
def overview(request: HttpRequest) -> HttpResponse:
    """Totals only; an odd filter shows everything rather than an error."""
    form = FilterForm(request.GET)
    form.is_valid()
    period = period_of(form.cleaned_data.get("period", ""), timezone.localdate())
    department = form.cleaned_data.get("department")
    figures = figures_of(period, department)
    page = {
        "form": form,
        "figures": figures,
        "is_empty": not figures[0].number,
        "fewest": FEWEST,
        "survey": surveyed(rejections_in(period, department)),
    }
    return render(request, "insights/overview.html", page)
