"""Where a candidate is, so that times are said as their clock shows them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from candidates.access.forms import ZoneForm
from candidates.access.session import for_candidate
from candidates.contact import choose_zone
from candidates.models import Candidate
from core.actors import Actor


@require_http_methods(["GET", "HEAD", "POST"])
@for_candidate
def time_zone(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    form = ZoneForm(request.POST or None, initial={"time_zone": candidate.time_zone})
    back = _page_to_return_to(request)
    if request.method == "POST" and form.is_valid():
        zone = form.cleaned_data["time_zone"]
        choose_zone(candidate=candidate, zone=zone, actor=Actor.of(candidate), now=timezone.now())
        return redirect(back)
    status = 400 if form.errors else 200
    return render(request, "candidates/access/time_zone.html", {"form": form, "back": back}, status=status)


def _page_to_return_to(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_own = asked.startswith("/my/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_own else reverse("bookings:home")
