"""Door of the question: is this the same person?"""

from django.contrib import messages
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.duplicates.services import keep_apart, merge_candidates
from candidates.errors import NotTheSameAddress
from candidates.models import Candidate
from candidates.queries import same_person_pairs
from core.actors import Actor
from organisation import audit
from organisation.models import Role, User
from organisation.permissions import for_role, staff_of

PAIRS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.RECRUITER)
@never_cache
def duplicates(request: HttpRequest) -> HttpResponse:
    user = staff_of(request)
    if request.method == "POST":
        return _decide(request, user)
    pairs = same_person_pairs(user)[:PAIRS]
    for candidate in {one for pair in pairs for one in (pair.older, pair.younger)}:
        audit.record("candidate.read", candidate, actor=Actor.of(user), now=timezone.now())
    return render(request, "candidates/duplicates/list.html", {"pairs": pairs})


def _decide(request: HttpRequest, user: User) -> HttpResponse:
    first, second = _pair_or_404(request, user)
    decide = merge_candidates if request.POST.get("answer") == "one" else keep_apart
    try:
        decide(first=first, second=second, actor=Actor.of(user), now=timezone.now())
    except NotTheSameAddress as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("From now on this is one person.") if decide is merge_candidates else _("These stay two people.")
        messages.success(request, done)
    return redirect("candidates:duplicates")


def _pair_or_404(request: HttpRequest, user: User) -> tuple[int, int]:
    """After a merge one of the two is gone; a second click still names both."""
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
