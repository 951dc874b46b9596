"""Views in which the application manager lists, adds and revokes API clients."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.paging import numbered_page
from organisation.api_clients.services import create_api_client, revoke_api_client
from organisation.models import ApiClient, Role
from organisation.permissions import current_staff, role_required
from organisation.policy.forms import ApiClientForm

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def clients(request: HttpRequest) -> HttpResponse:
    clients = ApiClient.objects.order_by("-is_active", "name", "pk")
    page = numbered_page(clients, request.GET.get("page"), size=PAGE_SIZE)
    return render(request, "organisation/api_clients/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def client_new(request: HttpRequest) -> HttpResponse:
    """Create a client on POST and show its token, without a redirect: no other page can show it."""
    form = ApiClientForm(request.POST or None)
    if form.is_valid():
        name, source, actor = form.cleaned_data["name"], form.cleaned_data["source"], Actor.of(current_staff(request))
        try:
            client, token = create_api_client(name=name, source=source, actor=actor, now=timezone.now())
        except Refusal as refusal:
            form.add_error("source", str(refusal))
        else:
            response = render(request, "organisation/api_clients/token.html", {"client": client, "token": token})
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "organisation/api_clients/new.html", {"form": form})


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER)
def client_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(ApiClient, pk=pk)
    revoke_api_client(client, actor=Actor.of(current_staff(request)), now=timezone.now())
    messages.success(request, _("The token of this program opens nothing any more."))
    return redirect("organisation:clients")
