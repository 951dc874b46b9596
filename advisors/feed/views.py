"""Page where advisors manage the feed of their own agenda."""

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
from advisors.feed.services import feed_url, webcal_url
from advisors.models import Advisor, AgendaFeed
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import current_staff, role_required

ACTIONS: dict[str, tuple[Callable[..., Any], Promise]] = {
    "switch_on": (services.switch_on, _("Your feed is on. Add its address to your calendar program.")),
    "renew": (services.renew, _("The address is renewed. The old one no longer works: add the new one.")),
    "show_names": (partial(services.show_names, shows=True), _("The titles now show names.")),
    "hide_names": (partial(services.show_names, shows=False), _("The titles no longer show names.")),
    "switch_off": (services.switch_off, _("Your feed is off. Its address no longer works.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR)
@never_cache
def feed(request: HttpRequest) -> HttpResponse:
    advisor = get_object_or_404(Advisor, user=current_staff(request))
    if request.method == "POST":
        return _perform(request, advisor, timezone.now())
    own = AgendaFeed.objects.filter(advisor=advisor).first()
    context = {"feed": own, "address": feed_url(own), "webcal": webcal_url(own)} if own else {"feed": None}
    return render(request, "advisors/feed/feed.html", context)


def _perform(request: HttpRequest, advisor: Advisor, now: datetime) -> HttpResponse:
    """Perform the action of the button that was pressed; an unknown action is 404."""
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        raise Http404
    service, message = action
    service(advisor=advisor, actor=Actor.of(current_staff(request)), now=now)
    messages.success(request, str(message))
    return redirect("advisors:feed")
