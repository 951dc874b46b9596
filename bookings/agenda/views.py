"""Agenda pages by day, week and month. Only opening a file is audited, not the list of names."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.availability.day_summary import cap_on
from advisors.availability.intervals import ONE_DAY, day_interval, subtract
from advisors.external_calendars.status import calendar_statuses_for
from advisors.hours.page import TWO_WEEKS, capacity_of
from advisors.hours.week_preview import default_monday
from advisors.models import Advisor
from advisors.permissions import render_in_advisor_zone
from bookings.agenda.queries import (
    bookings_between,
    calendar_of,
    days_of_week,
    items_between,
    month_of,
    next_booking_after,
    rows_of_day,
    span_of,
    to_do_of,
)
from bookings.agenda.team import team_week
from bookings.models import Booking
from core import date_params
from core.actors import Actor
from core.date_params import ONE_WEEK, format_week
from core.timezones import EMPLOYER_ZONE
from core.working_days import monday_of
from organisation import audit
from organisation.models import Policy, Role, User
from organisation.permissions import current_staff, role_required
from organisation.policy.closed_days import closed_reason

TEAM_ON_A_PAGE = 25


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def today(request: HttpRequest) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_day = _today(advisor, now)
    default = max(this_day, _monday_to_open_with(advisor, this_day))
    day = period_or_404(date_params.parse_day, request.GET.get("day"), default=default)
    monday = monday_of(day)
    until = max(monday + ONE_WEEK, this_day + TWO_WEEKS)
    calendar = calendar_of(advisor, policy=policy, since=min(monday, this_day), until=until)
    items = items_between(user, advisor, span_of(advisor, monday, monday + ONE_WEEK))
    of_day = items.on(day_interval(calendar, day)).talks
    context: dict[str, Any] = {
        "day": day,
        "today": this_day,
        "is_today": day == this_day,
        "rows": rows_of_day(calendar, day, items, policy=policy, now=now),
        "talk_count": active_count(of_day),
        "closed": closed_reason(policy, day),
        "is_away": not subtract([day_interval(calendar, day)], calendar.absences),
        "cap": cap_on(calendar, day),
        "next_talk": None if of_day else next_booking_after(user, max(now, day_interval(calendar, day).start)),
        "previous": day - ONE_DAY,
        "next": day + ONE_DAY,
        "week": format_week(monday),
        "days": days_of_week(calendar, monday, items, policy=policy, today=this_day),
        "to_do": to_do_of(user, now=now),
        "room": capacity_of(calendar, policy, now),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_statuses_for(advisor, now=now),
    }
    return render_in_advisor_zone(advisor, request, "bookings/agenda/today.html", context)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def paper(request: HttpRequest) -> HttpResponse:
    """Show a day for printing; audited, because it shows complete phone numbers."""
    user, now = current_staff(request), timezone.now()
    advisor = _advisor_or_404(user)
    day = period_or_404(date_params.parse_day, request.GET.get("day"), default=_today(advisor, now))
    of_day = bookings_between(user, span_of(advisor, day, day + ONE_DAY)).exclude(status=Booking.Status.CANCELLED)
    talks = list(of_day)
    audit.record_each("booking.print", talks, actor=Actor.of(user), now=now)
    context = {"day": day, "talks": talks, "advisor": advisor, "is_today": day == _today(advisor, now)}
    return render_in_advisor_zone(advisor, request, "bookings/agenda/print.html", context)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def week(request: HttpRequest) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_day = _today(advisor, now)
    monday = period_or_404(
        date_params.parse_week, request.GET.get("week"), default=_monday_to_open_with(advisor, this_day)
    )
    calendar = calendar_of(advisor, policy=policy, since=monday, until=monday + ONE_WEEK)
    items = items_between(user, advisor, span_of(advisor, monday, monday + ONE_WEEK))
    days = days_of_week(calendar, monday, items, policy=policy, today=this_day)
    context = {
        "monday": monday,
        "last_day": days[-1].date,
        "week_number": monday.isocalendar().week,
        "this_week": format_week(this_day),
        "is_this_week": monday == monday_of(this_day),
        "previous": format_week(monday - ONE_WEEK),
        "next": format_week(monday + ONE_WEEK),
        "days": days,
        "talk_count": active_count(items.talks),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_statuses_for(advisor, now=now),
    }
    return render_in_advisor_zone(advisor, request, "bookings/agenda/week.html", context)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def month(request: HttpRequest) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    advisor, policy = _advisor_or_404(user), Policy.objects.current()
    this_month = _today(advisor, now).replace(day=1)
    first = period_or_404(date_params.parse_month, request.GET.get("month"), default=this_month)
    before, after = date_params.adjacent_months(first)
    calendar = calendar_of(advisor, policy=policy, since=monday_of(first), until=after + ONE_WEEK)
    weeks = month_of(calendar, first, policy=policy, now=now)
    inside = [day for one in weeks for day in one if day.is_in_month]
    context = {
        "first": first,
        "weeks": [(format_week(one[0].count.date), one) for one in weeks],
        "is_this_month": first == this_month,
        "previous": before,
        "next": after,
        "talk_count": sum(day.count.talks for day in inside),
        "free_count": sum(day.count.free for day in inside),
        "has_hours": bool(calendar.hours),
        "calendar_states": calendar_statuses_for(advisor, now=now),
    }
    return render_in_advisor_zone(advisor, request, "bookings/agenda/month.html", context)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER, Role.APPLICATION_MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    """Show numbers per advisor, no candidates."""
    now = timezone.now()
    today = timezone.localdate(now)
    this_week = monday_of(today)
    advisors = Advisor.objects.active()
    default = default_monday(advisors, today, EMPLOYER_ZONE)
    monday = period_or_404(date_params.parse_week, request.GET.get("week"), default=default)
    keys = advisors.order_by(Lower("user__name"), "pk").values_list("pk", flat=True)
    page = Paginator(keys, TEAM_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "team": team_week(monday, advisors=list(page), policy=Policy.objects.current(), now=now),
        "page": page,
        "monday": monday,
        "week_number": monday.isocalendar().week,
        "this_week": format_week(this_week),
        "is_this_week": monday == this_week,
        "previous": format_week(monday - ONE_WEEK),
        "next": format_week(monday + ONE_WEEK),
        "may_set_up": current_staff(request).is_application_manager,
    }
    return render(request, "bookings/agenda/team.html", context)


def active_count(talks: list[Booking]) -> int:
    return sum(talk.status != Booking.Status.CANCELLED for talk in talks)


def period_or_404(parse: Callable[[str], date], value: str | None, *, default: date) -> date:
    """Parse a query parameter, or return the default when it is absent; raises Http404 when invalid."""
    try:
        return parse(value) if value else default
    except ValueError:
        raise Http404 from None


def _advisor_or_404(user: User) -> Advisor:
    return get_object_or_404(Advisor, user=user)


def _monday_to_open_with(advisor: Advisor, this_day: date) -> date:
    return default_monday([advisor.pk], this_day, ZoneInfo(advisor.time_zone))


def _today(advisor: Advisor, now: datetime) -> date:
    return now.astimezone(ZoneInfo(advisor.time_zone)).date()
