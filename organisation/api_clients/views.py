from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from organisation.api_clients.services import add_client, revoke_client
from organisation.models import ApiClient, Role
from organisation.permissions import for_role, staff_of
from organisation.policy.forms import ClientForm


@require_http_methods(["GET", "HEAD"])
@for_role(Role.APPLICATION_MANAGER)
def clients(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/api_clients/list.html", {"clients": ApiClient.objects.order_by("-is_active", "name")})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def client_new(request: HttpRequest) -> HttpResponse:
    """The answer to the POST shows the token; no other page ever does, so there is no redirect."""
    form = ClientForm(request.POST or None)
    if form.is_valid():
        wish = {"name": form.cleaned_data["name"], "source": form.cleaned_data["source"]}
        try:
            client, token = add_client(**wish, actor=Actor.of(staff_of(request)), now=timezone.now())
        except Refusal as refusal:
            form.add_error("source", str(refusal))
        else:
            response = render(request, "organisation/api_clients/token.html", {"client": client, "token": token})
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "organisation/api_clients/new.html", {"form": form})


@require_http_methods(["POST"])
@for_role(Role.APPLICATION_MANAGER)
def client_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(ApiClient, pk=pk)
    revoke_client(client, actor=Actor.of(staff_of(request)), now=timezone.now())
    messages.success(request, _("The token of this program opens nothing any more."))
    return redirect("organisation:clients")
