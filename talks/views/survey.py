"""Survey page for the candidate of the talk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates.access.session import candidate_required
from candidates.models import Candidate
from core.actors import Actor
from talks import services
from talks.forms import SurveyForm
from talks.models import Survey


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def survey(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Show the survey with the last answers; store them on POST."""
    asked = get_object_or_404(
        Survey.objects.select_related("booking__advisor__user").prefetch_related("answers"),
        booking=pk,
        booking__invitation__application__candidate=candidate,
    )
    given = {one.question: one.answer for one in asked.answers.all()}
    form = SurveyForm(request.POST if request.method == "POST" else None, answers=given)
    if form.is_valid():
        answers = form.answers()
        services.answer_survey(survey=asked, answers=answers, actor=Actor.of(candidate), now=timezone.now())
        messages.success(request, _("Thank you. Your answers are saved."))
        return redirect("bookings:appointment", pk=pk)
    status = 400 if form.errors else 200
    return render(
        request, "talks/survey.html", {"survey": asked, "booking": asked.booking, "form": form}, status=status
    )
