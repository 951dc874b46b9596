"""Page where an advisor proposes another vacancy after a talk."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.models import Booking
from core.actors import Actor
from core.errors import Refusal
from core.formatting import one_line
from organisation import audit
from organisation.models import Role
from organisation.permissions import current_staff, role_required
from referrals import services
from referrals.forms import ReferForm
from referrals.queries import check_talk_took_place


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR)
def refer(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Booking.objects.visible_to(current_staff(request)).select_related("invitation__application__candidate")
    booking = get_object_or_404(mine, pk=pk)
    now = timezone.now()
    if {"search", "page"} & request.POST.keys():
        return _search(request, booking, now)
    if request.method == "POST":
        return _propose(request, booking, now)
    audit.record("referral.read", booking, actor=Actor.of(current_staff(request)), now=now)
    opening = _("I spoke with %(name)s.") % {"name": booking.candidate.greeting_name}
    form = ReferForm(booking=booking, initial={"introduction": f"{opening} "})
    return render(request, "referrals/refer.html", _page(booking, form, now))


def _search(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    """Show the vacancies that were sought; what was written and chosen stays. A POST, to keep the text out of urls."""
    kept = {name: request.POST.get(name, "") for name in ("vacancy", "introduction")}
    form = ReferForm(booking=booking, initial=kept, words=_words(request), page=request.POST.get("page"))
    return render(request, "referrals/refer.html", _page(booking, form, now))


def _words(request: HttpRequest) -> str:
    return one_line(request.POST.get("words", ""))[:100]


def _propose(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    form = ReferForm(request.POST, booking=booking, words=_words(request))
    if form.is_valid():
        try:
            referral = services.propose(
                booking=booking,
                vacancy=form.cleaned_data["vacancy"],
                introduction=form.cleaned_data["introduction"],
                actor=Actor.of(current_staff(request)),
                now=now,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The candidate gets a mail with your proposal, and decides first."))
            return redirect("referrals:referral", referral.pk)
    return render(request, "referrals/refer.html", _page(booking, form, now))


def _page(booking: Booking, form: ReferForm, now: datetime) -> dict[str, object]:
    refusal = ""
    try:
        check_talk_took_place(booking, now=now)
    except Refusal as not_now:
        refusal = str(not_now)
    return {"booking": booking, "form": form, "refusal": refusal}
