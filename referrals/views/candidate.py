"""Page where the candidate reads a referral, edits its text, and consents, refuses or withdraws."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates.access.session import candidate_required
from candidates.models import Candidate
from core.actors import Actor
from core.errors import Refusal
from referrals import services
from referrals.forms import IntroductionForm
from referrals.models import Referral
from referrals.timeline import timeline_for
from vacancies.models import Vacancy


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def proposal(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    referral = get_object_or_404(Referral.objects.of_candidate(candidate).with_people(), pk=pk)
    if request.method == "GET":
        form = IntroductionForm(initial={"introduction": referral.introduction})
        return render(request, "referrals/proposal.html", _page(referral, form))
    form = IntroductionForm(request.POST)
    try:
        decided = _decide(request, referral, candidate, form, timezone.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        decided = False
    if decided:
        return redirect("referrals:proposal", pk)
    referral.refresh_from_db()
    return render(request, "referrals/proposal.html", _page(referral, form))


def _decide(
    request: HttpRequest, referral: Referral, candidate: Candidate, form: IntroductionForm, now: datetime
) -> bool:
    """Perform the chosen action; False when there is none or the form is invalid. Raises the services' refusals."""
    choice, actor = request.POST.get("choice"), Actor.of(candidate)
    if choice == "withdraw":
        services.withdraw(referral=referral, actor=actor, now=now)
        messages.success(request, _("You have withdrawn. The recruiter no longer sees your text and your details."))
        return True
    if choice == "no":
        services.refuse(referral=referral, actor=actor, now=now)
        return True
    if choice == "yes" and form.is_valid():
        introduction = form.cleaned_data["introduction"]
        services.consent(referral=referral, introduction=introduction, actor=actor, now=now)
        return True
    return False


def _page(referral: Referral, form: IntroductionForm) -> dict[str, object]:
    return {
        "referral": referral,
        "form": form,
        "is_open": referral.vacancy.status == Vacancy.Status.OPEN,
        "timeline": timeline_for(referral, to_candidate=True),
    }
