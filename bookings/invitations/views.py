"""List of invitations for recruiters and advisors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.invitations.status import InvitationOutcome, with_names_for, with_outcome
from bookings.models import Invitation, WaitlistEntry
from core.paging import cursor_page
from organisation.models import Role
from organisation.permissions import current_staff, role_required

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR, Role.RECRUITER)
def invitations(request: HttpRequest) -> HttpResponse:
    """List invitations with their outcome, filtered by `?outcome=`."""
    user = current_staff(request)
    visible = Invitation.objects.visible_to(user).select_related(
        "application__candidate", "application__vacancy", "application__rejection"
    )
    requested = request.GET.get("outcome", "")
    outcome = requested if requested in InvitationOutcome.values else ""
    found = with_names_for(with_outcome(visible, day=timezone.localdate(), only=outcome), user=user)
    context = {
        "page": cursor_page(found, request, size=ON_A_PAGE),
        "outcomes": InvitationOutcome.choices,
        "outcome": outcome,
        "is_recruiter": user.is_recruiter,
        "waiting_count": WaitlistEntry.objects.waiting().visible_to(user).count(),
    }
    return render(request, "bookings/invitations/list.html", context)
