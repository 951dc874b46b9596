"""Views that exist only in the demo."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.formatting import active_language, format_day, format_time
from outbox.staff.demo_views import demo_only
from spreekuur.demo_clock import ClockJump, advance_clock, jumps


class ForwardForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, jumps: list[ClockJump]) -> None:
        super().__init__(data)
        self._until = {jump.code: jump.until for jump in jumps}
        self.fields["to"] = forms.ChoiceField(
            label=_("To which moment?"),
            widget=forms.RadioSelect,
            choices=[(jump.code, f"{jump.label} ({_day_and_time(jump.until)})") for jump in jumps],
        )

    def until(self) -> datetime:
        return self._until[self.cleaned_data["to"]]


@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
def demo_forward(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = ForwardForm(request.POST or None, jumps=jumps(now))
    if not form.is_valid():
        return render(request, "demo_forward.html", {"form": form})
    sent = advance_clock(now=now, until=form.until())
    message = ngettext("%(number)d message has left.", "%(number)d messages have left.", sent)
    messages.success(request, message % {"number": sent})
    return redirect("outbox:demo_outbox")


def _day_and_time(value: datetime) -> str:
    language, zone = active_language(), ZoneInfo(settings.TIME_ZONE)
    return f"{format_day(value, language, zone)}, {format_time(value, language, zone)}"
