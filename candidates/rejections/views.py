"""Views of the recruiter: list, enter, show and complete rejections."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.completeness import PART_COUNT, Missing
from candidates.duplicate_queries import open_addresses
from candidates.errors import AlreadyInvited, CandidateShared, EmployerAddress
from candidates.models import Candidate, Rejection
from candidates.queries import (
    Tab,
    counts_per_tab,
    invitation_expected_at,
    is_invited,
    missing_parts_of,
    rejections_for,
)
from candidates.rejections.forms import RejectionForm
from candidates.rejections.services import Registration, RegistrationOutcome, change_rejection, register_rejection
from core.actors import Actor
from core.formatting import one_line
from core.message_schedule import MessageSchedule
from core.paging import cursor_page
from organisation import audit
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required

PAGE_SIZE = 30
ZONE = ZoneInfo(settings.TIME_ZONE)
TABS = {
    Tab.INCOMPLETE: gettext_lazy("To be completed"),
    Tab.NOTICE: gettext_lazy("Not told yet"),
    Tab.COMPLETE: gettext_lazy("Ready"),
}


@dataclass(frozen=True)
class RejectionDetail:
    """A rejection with what a page derives from it."""

    rejection: Rejection
    missing: tuple[Missing, ...]
    expected_at: datetime | None  # earliest time of the invitation; None when there will be none yet

    @property
    def present_count(self) -> int:
        """Number of the required parts that are filled in."""
        return PART_COUNT - len(self.missing)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.RECRUITER)
@never_cache
def rejections(request: HttpRequest) -> HttpResponse:
    user, name = current_staff(request), one_line(request.GET.get("name", ""))[:100]
    chosen = request.GET.get("tab", "")
    tab = Tab(chosen) if chosen in list(Tab) else Tab.INCOMPLETE
    page = cursor_page(rejections_for(user, tab=tab, name=name), request, size=PAGE_SIZE)
    counts, times = counts_per_tab(user), Policy.objects.current().times
    context = {
        "page": page,
        "rows": [_detail(rejection, times) for rejection in page.object_list],
        "tab": str(tab),
        "tabs": [(str(one), label, counts[one]) for one, label in TABS.items()],
        "is_empty": not any(counts.values()),
        "name": name,
        "address_count": open_addresses(user).count(),
    }
    return render(request, "candidates/rejections/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def rejection_new(request: HttpRequest) -> HttpResponse:
    user = current_staff(request)
    form = RejectionForm(request.POST or None, recruiter=user)
    if not form.is_valid():
        return render(request, "candidates/rejections/form.html", {"form": form, "rejection": None})
    draft = form.draft(recruiter_id=user.pk)
    registration = register_rejection(draft=draft, actor=Actor.of(user), now=timezone.now())
    _report(request, registration)
    return redirect("candidates:rejection", pk=registration.rejection.pk)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.RECRUITER)
@never_cache
def rejection(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible_or_404(request, pk)
    audit.record("candidate.read", found, actor=Actor.of(current_staff(request)), now=timezone.now())
    shown = _detail(found, Policy.objects.current().times)
    candidate = found.application.candidate
    has_talk = bool(candidate.email_failed_at) and Candidate.objects.with_booking().filter(pk=candidate.pk).exists()
    return render(
        request, "candidates/rejections/detail.html", {"shown": shown, "parts": PART_COUNT, "has_talk": has_talk}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def rejection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = current_staff(request), _visible_or_404(request, pk)
    if request.method != "POST":
        if is_invited(found):
            return redirect("candidates:rejection", pk=pk)
        audit.record("candidate.read", found, actor=Actor.of(user), now=timezone.now())
    form = RejectionForm(request.POST or None, recruiter=user, rejection=found)
    if form.is_valid():
        draft = form.draft(recruiter_id=found.recruiter_id)
        try:
            registration = change_rejection(rejection_id=pk, draft=draft, actor=Actor.of(user), now=timezone.now())
        except AlreadyInvited as refusal:
            form.add_error(None, str(refusal))
        except (CandidateShared, EmployerAddress) as refusal:
            form.add_error("email" if "email" in form.changed_data else None, str(refusal))
        else:
            _report(request, registration)
            return redirect("candidates:rejection", pk=pk)
    return render(request, "candidates/rejections/form.html", {"form": form, "rejection": found})


def _visible_or_404(request: HttpRequest, pk: int) -> Rejection:
    visible = Rejection.objects.visible_to(current_staff(request)).select_related(
        "application__candidate", "application__vacancy__department", "reason", "component", "recruiter"
    )
    return get_object_or_404(visible.prefetch_related("strengths"), pk=pk)


def _detail(found: Rejection, times: MessageSchedule) -> RejectionDetail:
    expected_at = None
    if found.completed_at and found.notified_on and not found.application.candidate.messages_stopped_at:
        expected_at = invitation_expected_at(
            notified_on=found.notified_on, invite_from=found.invite_from, now=timezone.now(), zone=ZONE, times=times
        )
    missing = missing_parts_of(found) if found.rejected_by == Rejection.RejectedBy.ORGANISATION else ()
    return RejectionDetail(found, missing, expected_at)


def _report(request: HttpRequest, registration: Registration) -> None:
    if registration.outcome is RegistrationOutcome.KEPT:
        messages.warning(request, str(AlreadyInvited()))
    elif registration.rejection.rejected_by == Rejection.RejectedBy.CANDIDATE:
        messages.success(request, _("Saved. Who withdrew gets no invitation."))
    elif registration.missing:
        labels = ", ".join(part.label for part in registration.missing)
        messages.warning(request, _("Saved, but it waits. Still missing: {words}.").format(words=labels))
    else:
        messages.success(request, _("Saved. This rejection is complete."))
