"""The advisor's day, week and month. A list of names is no file: opening a file is what the audit trail keeps."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.availability.day_summary import cap_on
from advisors.availability.intervals import ONE_DAY, day_of, without
from advisors.external_calendars.status import calendar_states_of
from advisors.hours.page import TWO_WEEKS, room_of
from advisors.hours.week_preview import monday_to_open_with
from advisors.models import Advisor
from advisors.permissions import render_on_clock_of
from bookings import date_params
from bookings.agenda.queries import (
    calendar_of,
    days_of_week,
    month_of,
    next_talk_after,
    rows_of_day,
    span_of,
    taken_between,
    talks_between,
    to_do_of,
)
from bookings.date_params import ONE_WEEK, monday_of, week_name
from bookings.models import Booking
from core.actors import Actor
from organisation import audit
from organisation.closed_days import why_closed
from organisation.models import Policy, Role, User
from organisation.permissions import for_role, staff_of


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def today(request: HttpRequest) -> HttpResponse:
    user, now = staff_of(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_day = _today(advisor, now)
    default = max(this_day, _monday_to_open_with(advisor, this_day))
    day = period_or_404(date_params.day_named, request.GET.get("day"), default=default)
    monday = monday_of(day)
    until = max(monday + ONE_WEEK, this_day + TWO_WEEKS)
    calendar = calendar_of(advisor, policy=policy, since=min(monday, this_day), until=until)
    taken = taken_between(user, advisor, span_of(advisor, monday, monday + ONE_WEEK))
    of_day = taken.on(day_of(calendar, day)).talks
    words: dict[str, Any] = {
        "day": day,
        "today": this_day,
        "is_today": day == this_day,
        "rows": rows_of_day(calendar, day, taken, policy=policy, now=now),
        "talk_count": number_of(of_day),
        "closed": why_closed(policy, day),
        "is_away": not without([day_of(calendar, day)], calendar.absences),
        "cap": cap_on(calendar, day),
        "next_talk": None if of_day else next_talk_after(user, max(now, day_of(calendar, day).start)),
        "previous": day - ONE_DAY,
        "next": day + ONE_DAY,
        "week": week_name(monday),
        "days": days_of_week(calendar, monday, taken, policy=policy, today=this_day),
        "to_do": to_do_of(user, now=now),
        "room": room_of(calendar, policy, now),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_states_of(advisor, now=now),
    }
    return render_on_clock_of(advisor, request, "bookings/agenda/today.html", words)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def paper(request: HttpRequest) -> HttpResponse:
    """A day to print. It shows whole phone numbers, so the trail keeps who asked for them."""
    user, now = staff_of(request), timezone.now()
    advisor = _advisor_or_404(user)
    day = period_or_404(date_params.day_named, request.GET.get("day"), default=_today(advisor, now))
    of_day = talks_between(user, span_of(advisor, day, day + ONE_DAY)).exclude(status=Booking.Status.CANCELLED)
    talks = list(of_day)
    audit.record_each("booking.print", talks, actor=Actor.of(user), now=now)
    words = {"day": day, "talks": talks, "advisor": advisor, "is_today": day == _today(advisor, now)}
    return render_on_clock_of(advisor, request, "bookings/agenda/print.html", words)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def week(request: HttpRequest) -> HttpResponse:
    user, now = staff_of(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_day = _today(advisor, now)
    monday = period_or_404(
        date_params.monday_named, request.GET.get("week"), default=_monday_to_open_with(advisor, this_day)
    )
    calendar = calendar_of(advisor, policy=policy, since=monday, until=monday + ONE_WEEK)
    taken = taken_between(user, advisor, span_of(advisor, monday, monday + ONE_WEEK))
    days = days_of_week(calendar, monday, taken, policy=policy, today=this_day)
    words = {
        "monday": monday,
        "last_day": days[-1].date,
        "week_number": monday.isocalendar().week,
        "this_week": week_name(this_day),
        "is_this_week": monday == monday_of(this_day),
        "previous": week_name(monday - ONE_WEEK),
        "next": week_name(monday + ONE_WEEK),
        "days": days,
        "talk_count": number_of(taken.talks),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_states_of(advisor, now=now),
    }
    return render_on_clock_of(advisor, request, "bookings/agenda/week.html", words)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def month(request: HttpRequest) -> HttpResponse:
    user, now = staff_of(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_month = _today(advisor, now).replace(day=1)
    first = period_or_404(date_params.month_named, request.GET.get("month"), default=this_month)
    before, after = date_params.months_around(first)
    calendar = calendar_of(advisor, policy=policy, since=monday_of(first), until=after + ONE_WEEK)
    weeks = month_of(calendar, first, policy=policy, now=now)
    inside = [day for one in weeks for day in one if day.is_in_month]
    words = {
        "first": first,
        "weeks": [(week_name(one[0].count.date), one) for one in weeks],
        "is_this_month": first == this_month,
        "previous": before,
        "next": after,
        "talk_count": sum(day.count.talks for day in inside),
        "free_count": sum(day.count.free for day in inside),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_states_of(advisor, now=now),
    }
    return render_on_clock_of(advisor, request, "bookings/agenda/month.html", words)


def number_of(talks: list[Booking]) -> int:
    return sum(talk.status != Booking.Status.CANCELLED for talk in talks)


def period_or_404(read: Callable[[str], date], said: str | None, *, default: date) -> date:
    """What the address says in the words of `bookings.periods`, or what it means when it says nothing."""
    try:
        return read(said) if said else default
    except ValueError:
        raise Http404 from None


def _advisor_or_404(user: User) -> Advisor:
    return get_object_or_404(Advisor, user=user)


def _monday_to_open_with(advisor: Advisor, this_day: date) -> date:
    return monday_to_open_with([advisor.pk], this_day, ZoneInfo(advisor.time_zone))


def _today(advisor: Advisor, now: datetime) -> date:
    return now.astimezone(ZoneInfo(advisor.time_zone)).date()
