"""View in which a recruiter merges duplicates or keeps them apart."""

from django.contrib import messages
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.duplicates.services import mark_distinct, merge_candidates
from candidates.errors import DifferentAddresses
from candidates.models import Candidate
from candidates.queries import possible_duplicates
from core.actors import Actor
from organisation import audit
from organisation.models import Role, User
from organisation.permissions import current_staff, role_required

MAX_PAIRS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def duplicates(request: HttpRequest) -> HttpResponse:
    user = current_staff(request)
    if request.method == "POST":
        return _decide(request, user)
    pairs = possible_duplicates(user)[:MAX_PAIRS]
    for candidate in {one for pair in pairs for one in (pair.older, pair.younger)}:
        audit.record("candidate.read", candidate, actor=Actor.of(user), now=timezone.now())
    return render(request, "candidates/duplicates/list.html", {"pairs": pairs})


def _decide(request: HttpRequest, user: User) -> HttpResponse:
    first, second = _pair_or_404(request, user)
    decide = merge_candidates if request.POST.get("answer") == "one" else mark_distinct
    try:
        decide(first=first, second=second, actor=Actor.of(user), now=timezone.now())
    except DifferentAddresses as refusal:
        messages.error(request, str(refusal))
    else:
        message = _("From now on this is one person.") if decide is merge_candidates else _("These stay two people.")
        messages.success(request, message)
    return redirect("candidates:duplicates")


def _pair_or_404(request: HttpRequest, user: User) -> tuple[int, int]:
    """Keys of a pair that this user may decide on. One of them may be gone: a second click repeats a merge."""
    try:
        first, second = int(request.POST["first"]), int(request.POST["second"])
    except (KeyError, ValueError):
        raise Http404 from None
    if not 0 < min(first, second) <= max(first, second) <= BigIntegerField.MAX_BIGINT:
        raise Http404
    may_see = Candidate.objects.visible_to(user).filter(pk__in=[first, second]).exists()
    if first == second or not may_see or request.POST.get("answer") not in ("one", "two"):
        raise Http404
    return first, second
