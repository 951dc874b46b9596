"""Views in which the application manager adds and changes accounts of staff."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.formatting import one_line
from organisation.errors import EmailTaken
from organisation.models import Role, RoleRequest, User
from organisation.permissions import current_staff, role_required
from organisation.queries import UpcomingBookings, upcoming_bookings_of
from organisation.staff.forms import StaffForm
from organisation.staff.services import StaffDetails, add_staff, change_staff, decide_role_request, resend_invitation

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def staff(request: HttpRequest) -> HttpResponse:
    name = one_line(request.GET.get("name", ""))[:100]
    people = User.objects.prefetch_related("grants").order_by("-is_active", "name", "pk")
    if name:
        people = people.filter(Q(name__icontains=name) | Q(email__icontains=name))
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "organisation/staff/list.html", {"page": page, "name": name})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def staff_new(request: HttpRequest) -> HttpResponse:
    form = StaffForm(request.POST or None)
    if form.is_valid():
        by = current_staff(request)
        try:
            user = add_staff(form.details(), by=by, actor=Actor.of(by), now=timezone.now())
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("Saved. A mail with a link to choose a password is on its way."))
            return _redirect_after(user)
    return render(request, "organisation/staff/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def staff_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an account; the page warns about upcoming bookings of an advisor who loses the role or account."""
    user, now = get_object_or_404(User, pk=pk), timezone.now()
    ahead = upcoming_bookings_of(user, now=now)
    form = StaffForm.of(user, request.POST or None)
    if form.is_valid():
        by = current_staff(request)
        try:
            change_staff(user, form.details(), by=by, actor=Actor.of(by), now=now)
        except Refusal as refusal:
            form.add_error("email" if isinstance(refusal, EmailTaken) else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            if user.role_requests.exists():
                messages.info(
                    request, _("A role for yourself starts when a colleague has confirmed it. We mailed them.")
                )
            if _leaves_bookings(form.details(), ahead):
                return redirect("organisation:staff_member", pk=pk)
            return _redirect_after(user)
    return render(request, "organisation/staff/member.html", {"form": form, "member": user, "ahead": ahead})


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER)
def staff_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        resend_invitation(user, actor=Actor.of(current_staff(request)), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A mail with a new link is on its way. Older links stop working once it is used."))
    return redirect("organisation:staff_member", pk=user.pk)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER, Role.MANAGER)
def role_requests(request: HttpRequest) -> HttpResponse:
    """Roles that application managers asked for themselves and that somebody else confirms."""
    asked = RoleRequest.objects.select_related("user")[:PAGE_SIZE]
    return render(request, "organisation/staff/role_requests.html", {"asked": asked})


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER, Role.MANAGER)
def role_request(request: HttpRequest, pk: int) -> HttpResponse:
    by, is_confirmed = current_staff(request), request.POST.get("answer") == "confirm"
    try:
        decide_role_request(pk, is_confirmed=is_confirmed, by=by, actor=Actor.of(by), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role is confirmed.") if is_confirmed else _("The role is declined."))
    return redirect("organisation:role_requests")


def _leaves_bookings(details: StaffDetails, ahead: UpcomingBookings) -> bool:
    return bool(ahead.count) and not (details.is_active and Role.ADVISOR in details.roles)


def _redirect_after(user: User) -> HttpResponse:
    """Redirect to the form of the profile that a new advisor needs, which belongs to a higher app; else to the list."""
    if user.is_advisor and not hasattr(user, "advisor"):
        return redirect("bookings:profile", pk=user.pk)
    return redirect("organisation:staff")
