"""Page that explains why a slot is not free: an advisor's own slots; any advisor's for an application manager."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.explain.explain import explainer_for
from advisors.explain.forms import WhyForm
from advisors.models import Advisor
from advisors.permissions import EDITORS, is_own
from organisation.models import Policy, User
from organisation.permissions import current_staff, role_required

LONGEST_KEY = 18  # digits


@require_http_methods(["GET", "HEAD"])
@role_required(*EDITORS)
def why(request: HttpRequest) -> HttpResponse:
    """Explain `?advisor=3&day=2026-11-26&time=10:00`; without a time every start of the day."""
    user, now = current_staff(request), timezone.now()
    advisors = Advisor.objects.editable_by(user).select_related("user").order_by("user__name", "pk")
    advisor = _requested_advisor(request, user, advisors)
    form = _form(request, advisor, list(advisors) if user.is_application_manager else [], now)
    context: dict[str, object] = {"form": form, "advisor": advisor}
    if advisor and (form.is_valid() or not form.is_bound):
        values = form.cleaned_data if form.is_bound else form.initial
        explainer = explainer_for(
            advisor,
            values["day"],
            policy=Policy.objects.current(),
            now=now,
            channel=values.get("channel") or None,
            language=values.get("language") or None,
        )
        starts_at = values.get("starts_at")
        rows = explainer.every_start()
        context |= {
            "day": values["day"],
            "zone": explainer.calendar.zone,
            "rows": rows,
            "free": sum(row.is_free for row in rows),
            "answer": explainer.explain(starts_at) if starts_at else None,
            "is_own": is_own(request, advisor),
        }
    return render(request, "advisors/explain/explain.html", context)


def _requested_advisor(request: HttpRequest, user: User, advisors: QuerySet[Advisor]) -> Advisor | None:
    """Advisor in the query string; by default the user's own. 404 for an advisor whom the user may not edit."""
    requested = request.GET.get("advisor")
    own = advisors.filter(user=user)
    if not requested:
        return own.first() if user.is_application_manager else get_object_or_404(own)
    if not requested.isdecimal() or len(requested) > LONGEST_KEY:
        raise Http404
    return get_object_or_404(advisors, pk=requested)


def _form(request: HttpRequest, advisor: Advisor | None, others: list[Advisor], now: datetime) -> WhyForm:
    today = now.astimezone(ZoneInfo(advisor.time_zone) if advisor else UTC).date()
    initial: dict[str, int | date] = {"day": today}
    if advisor:
        initial["advisor"] = advisor.pk
    return WhyForm(request.GET if "day" in request.GET else None, advisor=advisor, others=others, initial=initial)
