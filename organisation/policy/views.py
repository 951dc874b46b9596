"""Views of the policy and of the message schedule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.formatting import active_language, format_day, format_time
from core.message_schedule import DEFAULT_SCHEDULE, LIMITS, MessageSchedule
from core.timezones import EMPLOYER_ZONE
from core.working_days import next_invitation_time
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required
from organisation.policy.forms import PolicyForm
from organisation.policy.message_schedule_form import MessageScheduleForm, to_input
from organisation.policy.services import change_message_schedule, change_policy

THURSDAY, TEN = 3, time(10)
ONE_DAY = timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def policy(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST or None, instance=Policy.objects.current())
    if form.is_valid():
        try:
            change_policy(form.policy(), actor=Actor.of(current_staff(request)), now=timezone.now())
        except Refusal as refusal:
            form.add_error("short_name", str(refusal))
        else:
            messages.success(request, _("Saved. It counts for everything that happens from now on."))
            return redirect("organisation:setup")
    return render(request, "organisation/policy/policy.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def message_schedule(request: HttpRequest) -> HttpResponse:
    """Show and store the times of messages; the button `usual` resets one field without storing it."""
    times, data, reset = Policy.objects.current().times, request.POST.copy(), request.POST.get("usual", "")
    if reset in LIMITS:
        data[reset] = to_input(getattr(DEFAULT_SCHEDULE, reset))
    form = MessageScheduleForm(data if request.method == "POST" else None, times=times)
    if form.is_valid():
        times = replace(form.times(), closed_days=times.closed_days)
        if not reset:
            change_message_schedule(times, actor=Actor.of(current_staff(request)), now=timezone.now())
            messages.success(request, _("Saved. Reminders that were written already keep their hour."))
            return redirect("organisation:timetable")
    context = {"form": form, "examples": list(_examples(times, timezone.now()))}
    return render(request, "organisation/policy/message_schedule.html", context)


def _examples(times: MessageSchedule, now: datetime) -> Iterator[str]:
    """Example sentences: a candidate who is notified today, and an appointment on a Thursday at ten."""
    today = timezone.localdate(now)
    day_after = datetime.combine(today + ONE_DAY, time(), tzinfo=EMPLOYER_ZONE)
    invited_at = _day_and_time(next_invitation_time(day_after, EMPLOYER_ZONE, times))
    yield _("Who is turned down today is invited on %(moment)s at the earliest.") % {"moment": invited_at}
    days_ahead = (THURSDAY - 2 - today.weekday()) % 7 + 2
    starts_at = datetime.combine(today + timedelta(days=days_ahead), TEN, tzinfo=EMPLOYER_ZONE)
    before = starts_at.date() - ONE_DAY
    yield _("A talk on %(talk)s: mail on %(mail)s, text message on %(text)s.") % {
        "talk": _day_and_time(starts_at),
        "mail": _day_and_time(_at(before, times.mail_reminder_at)),
        "text": _day_and_time(_at(before, times.text_reminder_at)),
    }
    if times.advisor_note_minutes_before:
        note_at = starts_at - timedelta(minutes=times.advisor_note_minutes_before)
        yield _("Note to the advisor: %(moment)s.") % {"moment": _day_and_time(note_at)}


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=EMPLOYER_ZONE)


def _day_and_time(at: datetime) -> str:
    language = active_language()
    words = {"day": format_day(at, language, EMPLOYER_ZONE), "time": format_time(at, language, EMPLOYER_ZONE)}
    return _("%(day)s at %(time)s") % words
