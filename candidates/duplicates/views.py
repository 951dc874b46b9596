"""View in which a recruiter merges duplicates or keeps them apart."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.duplicate_queries import duplicate_pairs, open_addresses
from candidates.duplicates.services import Answer, answer_pair
from candidates.errors import DifferentAddresses, PairUnknown
from candidates.models import Candidate
from core.actors import Actor
from organisation import audit
from organisation.models import Role, User
from organisation.permissions import current_staff, role_required

PAGE_SIZE = 10  # addresses
ANSWERS = {
    Answer.MERGED: gettext_lazy("From now on this is one person."),
    Answer.ASKED: gettext_lazy("Saved. Your colleague now says whether it is one person. Until then these stay two."),
    Answer.DISTINCT: gettext_lazy("These stay two people."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def duplicates(request: HttpRequest) -> HttpResponse:
    user = current_staff(request)
    if request.method == "POST":
        return _decide(request, user)
    page = Paginator(open_addresses(user), PAGE_SIZE).get_page(request.GET.get("page"))
    pairs = duplicate_pairs(user, {row["address"]: row["first"] for row in page.object_list})
    shown = {pair.own for pair in pairs} | {pair.other for pair in pairs if pair.is_visible}
    audit.record_each("candidate.read", shown, actor=Actor.of(user), now=timezone.now())
    return render(request, "candidates/duplicates/list.html", {"pairs": pairs, "page": page})


def _decide(request: HttpRequest, user: User) -> HttpResponse:
    first, second = _pair_or_404(request, user)
    is_same = request.POST.get("answer") == "one"
    try:
        answer = answer_pair(first=first, second=second, is_same=is_same, user=user, now=timezone.now())
    except PairUnknown:
        raise Http404 from None
    except DifferentAddresses as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(ANSWERS[answer]))
    return redirect("candidates:duplicates")


def _pair_or_404(request: HttpRequest, user: User) -> tuple[int, int]:
    """Keys of a pair of which this user may see one. One of them may be gone: a second click repeats a merge."""
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
