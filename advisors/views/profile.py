from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.models import Advisor
from advisors.profile_form import ProfileForm
from advisors.profiles import keep_profile
from organisation.actors import Actor
from organisation.doors import for_role, staff_of
from organisation.models import Role, User


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a member of staff (their number, not the advisor's) with the role of advisor."""
    user = get_object_or_404(User.objects.filter(grants__role=Role.ADVISOR), pk=pk)
    known = Advisor.objects.filter(user=user).first()
    form = ProfileForm(request.POST or None, instance=known)
    if form.is_valid():
        advisor = keep_profile(user, form.profile(), actor=Actor.of(staff_of(request)), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("advisors:hours_of", pk=advisor.pk) if known is None else redirect("organisation:staff")
    return render(request, "advisors/profile.html", {"form": form, "member": user, "advisor": known})
