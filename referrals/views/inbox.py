"""Inbox of referrals: recruiters answer, advisors follow their proposals; a user with both roles sees both."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.paging import numbered_page
from organisation import audit
from organisation.models import Role, User
from organisation.permissions import current_staff, role_required
from referrals import services
from referrals.errors import Withdrawn
from referrals.forms import AnswerForm, OutcomeForm
from referrals.models import Referral
from referrals.queries import answered_by, proposed_by, waiting_for
from referrals.timeline import timeline_for

PAGE_SIZE = 20


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR, Role.RECRUITER)
def inbox(request: HttpRequest) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    found = waiting_for(user)
    waiting = list(found[:PAGE_SIZE])
    audit.record_each("referral.read", waiting, actor=Actor.of(user), now=now)
    page = {
        "waiting": waiting,
        "waiting_count": found.count(),
        "answered": numbered_page(answered_by(user), request.GET.get("page"), size=PAGE_SIZE),
        "proposed": numbered_page(proposed_by(user), request.GET.get("proposed"), size=PAGE_SIZE),
        "today": timezone.localdate(now),
        "is_recruiter": user.is_recruiter,
        "is_advisor": user.is_advisor,
    }
    return render(request, "referrals/inbox.html", page)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR, Role.RECRUITER)
def referral(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk, current_staff(request), timezone.now())


@require_http_methods(["POST"])
@role_required(Role.RECRUITER)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    found = get_object_or_404(Referral.objects.ever_shown_to(user), pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            services.answer(referral=found, actor=Actor.of(user), now=now, **form.cleaned_data)
        except Withdrawn as withdrawn:
            return _gone(request, withdrawn)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer is on its way to the candidate and the advisor."))
            return redirect("referrals:referral", pk)
    return _show(request, pk, user, now, answer_form=form)


@require_http_methods(["POST"])
@role_required(Role.RECRUITER)
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    found = get_object_or_404(Referral.objects.ever_shown_to(user), pk=pk)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        chosen = Referral.Outcome(form.cleaned_data["outcome"])
        try:
            services.record_outcome(referral=found, outcome=chosen, actor=Actor.of(user), now=now)
        except Withdrawn as withdrawn:
            return _gone(request, withdrawn)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The outcome is on its way to the candidate and the advisor."))
            return redirect("referrals:referral", pk)
    return _show(request, pk, user, now, outcome_form=form)


def _gone(request: HttpRequest, withdrawn: Withdrawn) -> HttpResponse:
    messages.warning(request, str(withdrawn))
    return redirect("referrals:inbox")


def _show(request: HttpRequest, pk: int, user: User, now: datetime, **forms: object) -> HttpResponse:
    """Page of the current referral; a refused form keeps its input."""
    found = get_object_or_404(Referral.objects.visible_to(user).with_people(), pk=pk)
    audit.record("referral.read", found, actor=Actor.of(user), now=now)
    page = {
        "referral": found,
        "timeline": timeline_for(found),
        "today": timezone.localdate(now),
        "is_recruiter": found.is_addressed_to(user),
        "is_advisor": Referral.objects.proposed_by(user).filter(pk=found.pk).exists(),
        "answer_form": AnswerForm(),
        "outcome_form": OutcomeForm(initial={"outcome": found.outcome}),
    }
    return render(request, "referrals/referral.html", {**page, **forms})
