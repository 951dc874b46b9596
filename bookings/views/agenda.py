"""The advisor's day and week. A list of names is no file: opening a file is what the audit trail keeps."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.hours import TWO_WEEKS, room_of
from advisors.models import Advisor
from advisors.slots import Span
from advisors.stretches import ONE_DAY
from bookings.agenda import ONE_WEEK, calendar_of, days_of_week, monday_of, rows_of_day, talks_between, to_do_of
from organisation.doors import for_role, staff_of
from organisation.models import Policy, Role, User

CALENDAR_YEARS = range(2000, 2200)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def today(request: HttpRequest) -> HttpResponse:
    user, now = staff_of(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_day = now.astimezone(ZoneInfo(advisor.time_zone)).date()
    day = _day_or_404(request.GET.get("day"), default=this_day)
    monday = monday_of(day)
    until = max(monday + ONE_WEEK, this_day + TWO_WEEKS)
    calendar = calendar_of(advisor, policy=policy, since=min(monday, this_day), until=until)
    week_talks = _talks_of_week(user, advisor, monday)
    of_day = [talk for talk in week_talks if talk.starts_at.astimezone(calendar.zone).date() == day]
    words: dict[str, Any] = {
        "day": day,
        "is_today": day == this_day,
        "rows": rows_of_day(calendar, day, of_day, now=now),
        "talk_count": sum(talk.status != talk.Status.CANCELLED for talk in of_day),
        "previous": day - ONE_DAY,
        "next": day + ONE_DAY,
        "week": f"{monday:%G-W%V}",
        "days": days_of_week(calendar, monday, week_talks, today=this_day),
        "to_do": to_do_of(user, now=now),
        "room": room_of(calendar, policy, now),
        "has_hours": bool(calendar.hours),
    }
    return render(request, "bookings/today.html", words)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def week(request: HttpRequest) -> HttpResponse:
    user, now = staff_of(request), timezone.now()
    advisor = _advisor_or_404(user)
    this_day = now.astimezone(ZoneInfo(advisor.time_zone)).date()
    monday = _monday_or_404(request.GET.get("week"), default=monday_of(this_day))
    policy = Policy.objects.current()
    calendar = calendar_of(advisor, policy=policy, since=monday, until=monday + ONE_WEEK)
    talks = _talks_of_week(user, advisor, monday)
    days = days_of_week(calendar, monday, talks, today=this_day)
    words = {
        "monday": monday,
        "last_day": days[-1].date,
        "week_number": monday.isocalendar().week,
        "is_this_week": monday == monday_of(this_day),
        "previous": f"{monday - ONE_WEEK:%G-W%V}",
        "next": f"{monday + ONE_WEEK:%G-W%V}",
        "days": days,
        "talk_count": sum(talk.status != talk.Status.CANCELLED for talk in talks),
        "has_hours": bool(calendar.hours),
    }
    return render(request, "bookings/week.html", words)


def _advisor_or_404(user: User) -> Advisor:
    return get_object_or_404(Advisor, user=user)


def _talks_of_week(user: User, advisor: Advisor, monday: date) -> list[Any]:
    zone = ZoneInfo(advisor.time_zone)
    start, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (monday, monday + ONE_WEEK))
    return list(talks_between(user, Span(start.astimezone(UTC), end.astimezone(UTC))))


def _day_or_404(said: str | None, *, default: date) -> date:
    """ "2026-11-24"."""
    if not said:
        return default
    try:
        return _in_reach(date.fromisoformat(said))
    except ValueError:
        raise Http404 from None


def _monday_or_404(said: str | None, *, default: date) -> date:
    """ "2026-W48", as ISO 8601 counts weeks."""
    if not said:
        return default
    year, _, number = said.partition("-W")
    try:
        return _in_reach(date.fromisocalendar(int(year), int(number), 1))
    except ValueError:
        raise Http404 from None


def _in_reach(day: date) -> date:
    if day.year not in CALENDAR_YEARS:
        raise ValueError(day)
    return day
