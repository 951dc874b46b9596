"""Views that renew or revoke a private link: for the candidate, and for the recruiter who is asked to."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates.access.services import renew_and_mail_link, revoke_link
from candidates.access.session import candidate_required, close_session
from candidates.models import Candidate, Rejection
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import current_staff, role_required

RENEW, REVOKE = "renew", "revoke"


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def own_link(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    """Let the candidate end the link, with or without a new one by mail; the session ends with it."""
    done = ""
    if request.method == "POST":
        done = _change(request, candidate, actor=Actor.of(candidate))
        close_session(request)
    return render(request, "candidates/access/own_link.html", {"candidate": candidate, "done": done})


@require_http_methods(["POST"])
@role_required(Role.RECRUITER)
def rejection_link(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Rejection.objects.visible_to(current_staff(request))
    rejection = get_object_or_404(visible.select_related("application__candidate"), pk=pk)
    change_link(request, rejection.application.candidate)
    return redirect("candidates:rejection", pk=pk)


def change_link(request: HttpRequest, candidate: Candidate) -> None:
    """Renew or revoke the link for a member of staff, and report it. The caller checks who may. Raises Http404."""
    if _change(request, candidate, actor=Actor.of(current_staff(request))) == RENEW:
        messages.success(request, _("The old link has ended. A new one is on its way to the candidate by mail."))
    else:
        messages.success(request, _("The link has ended. The candidate can ask for a new one."))


def _change(request: HttpRequest, candidate: Candidate, *, actor: Actor) -> str:
    """The action that was carried out. Raises Http404 for an unknown one."""
    actions = {RENEW: renew_and_mail_link, REVOKE: revoke_link}
    chosen = request.POST.get("action", "")
    if chosen not in actions:
        raise Http404
    actions[chosen](candidate=candidate, actor=actor, now=timezone.now())
    return chosen
