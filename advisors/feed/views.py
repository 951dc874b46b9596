"""The advisor's own page of the feed: what it is, its address, and the four things that can be done with it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.feed import services
from advisors.feed.tokens import address_of, webcal_of
from advisors.models import Advisor, AgendaFeed
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import for_role, staff_of

DEEDS: dict[str, tuple[Callable[..., Any], Promise]] = {
    "switch_on": (services.switch_on, _("Your feed is on. Add its address to your calendar program.")),
    "renew": (services.renew, _("The address is renewed. The old one no longer works: add the new one.")),
    "show_names": (partial(services.show_names, shows=True), _("The titles now show names.")),
    "hide_names": (partial(services.show_names, shows=False), _("The titles no longer show names.")),
    "switch_off": (services.switch_off, _("Your feed is off. Its address no longer works.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADVISOR)
@never_cache
def feed(request: HttpRequest) -> HttpResponse:
    advisor = get_object_or_404(Advisor, user=staff_of(request))
    if request.method == "POST":
        return _do(request, advisor, timezone.now())
    own = AgendaFeed.objects.filter(advisor=advisor).first()
    words = {"feed": own, "address": address_of(own), "webcal": webcal_of(own)} if own else {"feed": None}
    return render(request, "advisors/feed/feed.html", words)


def _do(request: HttpRequest, advisor: Advisor, now: datetime) -> HttpResponse:
    """The button that was pressed says what; a word that is none of ours is nobody's page."""
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    service, told = deed
    service(advisor=advisor, actor=Actor.of(staff_of(request)), now=now)
    messages.success(request, str(told))
    return redirect("advisors:feed")
