"""Doors of the recruiter: enter a rejection, complete it, see what came of it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.completeness import PARTS, Missing
from candidates.errors import AlreadyInvited
from candidates.models import Candidate, Rejection
from candidates.queries import Tab, counts_per_tab, is_invited, missing_in, rejections_of, same_person_pairs
from candidates.rejections.forms import RejectionForm
from candidates.rejections.send_date import invitation_expected_at
from candidates.rejections.services import Outcome, Registered, change_rejection, register_rejection
from core.actors import Actor
from core.message_schedule import Times
from organisation import audit
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of

ROWS = 30
ZONE = ZoneInfo(settings.TIME_ZONE)
TABS = {
    Tab.INCOMPLETE: gettext_lazy("To be completed"),
    Tab.NOTICE: gettext_lazy("Not told yet"),
    Tab.COMPLETE: gettext_lazy("Ready"),
}


@dataclass(frozen=True)
class Shown:
    """A rejection as a page shows it."""

    rejection: Rejection
    missing: tuple[Missing, ...]
    expected_at: datetime | None  # when the invitation leaves, if policy invites this candidate

    @property
    def said(self) -> int:
        return PARTS - len(self.missing)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.RECRUITER)
@never_cache
def rejections(request: HttpRequest) -> HttpResponse:
    user, name = staff_of(request), request.GET.get("name", "").replace("\x00", "")[:100]
    chosen = request.GET.get("tab", "")
    tab = Tab(chosen) if chosen in list(Tab) else Tab.INCOMPLETE
    page = Paginator(rejections_of(user, tab=tab, name=name), ROWS).get_page(request.GET.get("page"))
    counts, times = counts_per_tab(user), Policy.objects.current().times
    context = {
        "page": page,
        "rows": [_shown(rejection, times) for rejection in page.object_list],
        "tab": str(tab),
        "tabs": [(str(one), words, counts[one]) for one, words in TABS.items()],
        "is_empty": not any(counts.values()),
        "name": name,
        "pair_count": len(same_person_pairs(user)),
    }
    return render(request, "candidates/rejections/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.RECRUITER)
@never_cache
def rejection_new(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    form = RejectionForm(request.POST or None, recruiter=user)
    if not form.is_valid():
        return render(request, "candidates/rejections/form.html", {"form": form, "rejection": None})
    draft = form.draft(recruiter_id=user.pk)
    registered = register_rejection(draft=draft, actor=Actor.of(user), now=timezone.now())
    _say(request, registered)
    return redirect("candidates:rejection", pk=registered.rejection.pk)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.RECRUITER)
@never_cache
def rejection(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible_or_404(request, pk)
    audit.record("candidate.read", found, actor=Actor.of(staff_of(request)), now=timezone.now())
    shown = _shown(found, Policy.objects.current().times)
    candidate = found.application.candidate
    has_talk = bool(candidate.email_failed_at) and Candidate.objects.with_talk().filter(pk=candidate.pk).exists()
    return render(request, "candidates/rejections/detail.html", {"shown": shown, "parts": PARTS, "has_talk": has_talk})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.RECRUITER)
@never_cache
def rejection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = staff_of(request), _visible_or_404(request, pk)
    if request.method != "POST":
        if is_invited(found):
            return redirect("candidates:rejection", pk=pk)
        audit.record("candidate.read", found, actor=Actor.of(user), now=timezone.now())
    form = RejectionForm(request.POST or None, recruiter=user, rejection=found)
    if form.is_valid():
        draft = form.draft(recruiter_id=found.recruiter_id)
        try:
            registered = change_rejection(rejection_id=pk, draft=draft, actor=Actor.of(user), now=timezone.now())
        except AlreadyInvited as refusal:
            form.add_error(None, str(refusal))
        else:
            _say(request, registered)
            return redirect("candidates:rejection", pk=pk)
    return render(request, "candidates/rejections/form.html", {"form": form, "rejection": found})


def _visible_or_404(request: HttpRequest, pk: int) -> Rejection:
    visible = Rejection.objects.visible_to(staff_of(request)).select_related(
        "application__candidate", "application__vacancy__department", "reason", "component", "recruiter"
    )
    return get_object_or_404(visible.prefetch_related("strengths"), pk=pk)


def _shown(found: Rejection, times: Times) -> Shown:
    expected_at = None
    if found.completed_at and found.notified_on and not found.application.candidate.messages_stopped_at:
        expected_at = invitation_expected_at(notified_on=found.notified_on, now=timezone.now(), zone=ZONE, times=times)
    missing = missing_in(found) if found.rejected_by == Rejection.RejectedBy.ORGANISATION else ()
    return Shown(found, missing, expected_at)


def _say(request: HttpRequest, registered: Registered) -> None:
    if registered.outcome is Outcome.KEPT:
        messages.warning(request, str(AlreadyInvited()))
    elif registered.rejection.rejected_by == Rejection.RejectedBy.CANDIDATE:
        messages.success(request, _("Saved. Who withdrew gets no invitation."))
    elif registered.missing:
        words = ", ".join(part.words for part in registered.missing)
        messages.warning(request, _("Saved, but it waits. Still missing: {words}.").format(words=words))
    else:
        messages.success(request, _("Saved. This rejection is complete."))
