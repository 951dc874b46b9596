"""Doors of the demo."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.formatting import day_in_words, time_in_words
from outbox.staff.demo_views import only_in_demo
from spreekuur.demo_clock import Jump, jumps, turn_forward


class ForwardForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, jumps: list[Jump]) -> None:
        super().__init__(data)
        self._until = {jump.code: jump.until for jump in jumps}
        self.fields["to"] = forms.ChoiceField(
            label=_("To which moment?"),
            widget=forms.RadioSelect,
            choices=[(jump.code, f"{jump.label} ({in_words(jump.until)})") for jump in jumps],
        )

    def until(self) -> datetime:
        return self._until[self.cleaned_data["to"]]


@only_in_demo
@require_http_methods(["GET", "HEAD", "POST"])
def demo_forward(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = ForwardForm(request.POST or None, jumps=jumps(now))
    if not form.is_valid():
        return render(request, "demo_forward.html", {"form": form})
    sent = turn_forward(now=now, until=form.until())
    words = ngettext("%(number)d message has left.", "%(number)d messages have left.", sent)
    messages.success(request, words % {"number": sent})
    return redirect("outbox:demo_outbox")


def in_words(moment: datetime) -> str:
    language, zone = get_language() or settings.LANGUAGE_CODE, ZoneInfo(settings.TIME_ZONE)
    return f"{day_in_words(moment, language, zone)}, {time_in_words(moment, language, zone)}"
