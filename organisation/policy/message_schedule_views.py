from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.formatting import day_in_words, time_in_words
from core.message_schedule import LIMITS, USUAL, Times
from core.timezones import HOME
from core.working_days import next_invitation_moment
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of
from organisation.policy.message_schedule_form import TimetableForm, typed
from organisation.policy.services import change_timetable

THURSDAY, TEN = 3, time(10)
ONE_DAY = timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def timetable(request: HttpRequest) -> HttpResponse:
    """All moments in one form; `usual` sets one field back, and keeps nothing yet."""
    times, data, back = Policy.objects.current().times, request.POST.copy(), request.POST.get("usual", "")
    if back in LIMITS:
        data[back] = typed(getattr(USUAL, back))
    form = TimetableForm(data if request.method == "POST" else None, times=times)
    if form.is_valid():
        times = replace(form.times(), closed_days=times.closed_days)
        if not back:
            change_timetable(times, actor=Actor.of(staff_of(request)), now=timezone.now())
            messages.success(request, _("Saved. Reminders that were written already keep their hour."))
            return redirect("organisation:timetable")
    words = {"form": form, "examples": list(_examples(times, timezone.now()))}
    return render(request, "organisation/policy/message_schedule.html", words)


def _examples(times: Times, now: datetime) -> Iterator[str]:
    """What these times come to, in sentences: of somebody who is told today, and of a talk on a Thursday at ten."""
    today = timezone.localdate(now)
    invited = next_invitation_moment(datetime.combine(today + ONE_DAY, time(), tzinfo=HOME), HOME, times)
    yield _("Who is turned down today is invited on %(moment)s at the earliest.") % {"moment": _moment(invited)}
    talk = datetime.combine(today + timedelta(days=(THURSDAY - 2 - today.weekday()) % 7 + 2), TEN, tzinfo=HOME)
    before = talk.date() - ONE_DAY
    yield _("A talk on %(talk)s: mail on %(mail)s, text message on %(text)s.") % {
        "talk": _moment(talk),
        "mail": _moment(_at(before, times.mail_reminder_at)),
        "text": _moment(_at(before, times.text_reminder_at)),
    }
    if times.advisor_note_minutes_before:
        note = talk - timedelta(minutes=times.advisor_note_minutes_before)
        yield _("Note to the advisor: %(moment)s.") % {"moment": _moment(note)}


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=HOME)


def _moment(at: datetime) -> str:
    language = get_language() or "nl"
    words = {"day": day_in_words(at, language, HOME), "time": time_in_words(at, language, HOME)}
    return _("%(day)s at %(time)s") % words
