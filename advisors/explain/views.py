"""Why is this moment not free? An advisor asks it of the own day, an application manager of anybody's."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.explain.explain import explainer_of
from advisors.explain.forms import WhyForm
from advisors.models import Advisor
from advisors.permissions import EDITORS, is_own
from organisation.models import Policy, User
from organisation.permissions import for_role, staff_of

LONGEST_KEY = 18  # digits


@require_http_methods(["GET", "HEAD"])
@for_role(*EDITORS)
def why(request: HttpRequest) -> HttpResponse:
    """`?advisor=3&day=2026-11-26&time=10:00`; of a day alone every start of the grid is told."""
    user, now = staff_of(request), timezone.now()
    advisors = Advisor.objects.editable_by(user).select_related("user").order_by("user__name", "pk")
    advisor = _asked_about(request, user, advisors)
    form = _form(request, advisor, list(advisors) if user.is_application_manager else [], now)
    words: dict[str, object] = {"form": form, "advisor": advisor}
    if advisor and (form.is_valid() or not form.is_bound):
        said = form.cleaned_data if form.is_bound else form.initial
        explainer = explainer_of(
            advisor,
            said["day"],
            policy=Policy.objects.current(),
            now=now,
            channel=said.get("channel") or None,
            language=said.get("language") or None,
        )
        moment = said.get("moment")
        rows = explainer.every_start()
        words |= {
            "day": said["day"],
            "zone": explainer.calendar.zone,
            "rows": rows,
            "free": sum(row.is_free for row in rows),
            "answer": explainer.of(moment) if moment else None,
            "is_own": is_own(request, advisor),
        }
    return render(request, "advisors/explain/explain.html", words)


def _asked_about(request: HttpRequest, user: User, advisors: QuerySet[Advisor]) -> Advisor | None:
    """Somebody else's is 404; without a choice it is the own one, when there is."""
    wanted = request.GET.get("advisor")
    own = advisors.filter(user=user)
    if not wanted:
        return own.first() if user.is_application_manager else get_object_or_404(own)
    if not wanted.isdecimal() or len(wanted) > LONGEST_KEY:
        raise Http404
    return get_object_or_404(advisors, pk=wanted)


def _form(request: HttpRequest, advisor: Advisor | None, others: list[Advisor], now: datetime) -> WhyForm:
    today = now.astimezone(ZoneInfo(advisor.time_zone) if advisor else UTC).date()
    initial: dict[str, int | date] = {"day": today}
    if advisor:
        initial["advisor"] = advisor.pk
    return WhyForm(request.GET if "day" in request.GET else None, advisor=advisor, others=others, initial=initial)
