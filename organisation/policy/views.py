from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of
from organisation.policy.forms import PolicyForm
from organisation.policy.services import change_policy


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def policy(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST or None, instance=Policy.objects.current())
    if form.is_valid():
        try:
            change_policy(form.policy(), actor=Actor.of(staff_of(request)), now=timezone.now())
        except Refusal as refusal:
            form.add_error("short_name", str(refusal))
        else:
            messages.success(request, _("Saved. It counts for everything that happens from now on."))
            return redirect("organisation:setup")
    return render(request, "organisation/policy/policy.html", {"form": form})
