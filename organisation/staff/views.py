from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import EmailTaken, Refusal
from organisation.models import Role, User
from organisation.permissions import for_role, staff_of
from organisation.queries import TalksAhead, talks_ahead_of
from organisation.staff.forms import StaffForm
from organisation.staff.services import StaffWish, add_staff, change_staff, invite_again


@require_http_methods(["GET", "HEAD"])
@for_role(Role.APPLICATION_MANAGER)
def staff(request: HttpRequest) -> HttpResponse:
    people = User.objects.prefetch_related("grants").order_by("-is_active", "name")
    return render(request, "organisation/staff/list.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def staff_new(request: HttpRequest) -> HttpResponse:
    form = StaffForm(request.POST or None)
    if form.is_valid():
        by = staff_of(request)
        try:
            user = add_staff(form.wish(), by=by, actor=Actor.of(by), now=timezone.now())
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("Saved. A mail with a link to choose a password is on its way."))
            return _after(user)
    return render(request, "organisation/staff/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def staff_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Talks that stand are named before a role or account is withdrawn, and once more when they remain."""
    user, now = get_object_or_404(User, pk=pk), timezone.now()
    ahead = talks_ahead_of(user, now=now)
    form = StaffForm.of(user, request.POST or None)
    if form.is_valid():
        by = staff_of(request)
        try:
            change_staff(user, form.wish(), by=by, actor=Actor.of(by), now=now)
        except Refusal as refusal:
            form.add_error("email" if isinstance(refusal, EmailTaken) else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation:staff_member", pk=pk) if _left_behind(form.wish(), ahead) else _after(user)
    return render(request, "organisation/staff/member.html", {"form": form, "member": user, "ahead": ahead})


@require_http_methods(["POST"])
@for_role(Role.APPLICATION_MANAGER)
def staff_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        invite_again(user, actor=Actor.of(staff_of(request)), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A mail with a new link is on its way. Older links stop working once it is used."))
    return redirect("organisation:staff_member", pk=user.pk)


def _left_behind(wish: StaffWish, ahead: TalksAhead) -> bool:
    return bool(ahead.count) and not (wish.is_active and Role.ADVISOR in wish.roles)


def _after(user: User) -> HttpResponse:
    """An advisor needs a profile first; the page for it lies a floor higher, by its name."""
    if user.is_advisor and not hasattr(user, "advisor"):
        return redirect("bookings:profile", pk=user.pk)
    return redirect("organisation:staff")
