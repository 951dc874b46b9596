"""Mails about a referral. Those to staff do not name the candidate: the inbox requires sign-in."""

from django.conf import settings
from django.urls import reverse

from bookings.notifications.context import employer_context
from candidates.access.services import link_url_for
from core.formatting import format_day
from core.timezones import EMPLOYER_ZONE
from organisation.models import Policy, User
from outbox.compose import MailRecipient, compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from referrals.models import Referral


def proposal(referral: Referral, policy: Policy) -> MessageDraft:
    return _to_candidate("proposal", referral, policy)


def introduced(referral: Referral, policy: Policy) -> MessageDraft:
    """Mail to the recruiter about a new introduction, with the date to answer by."""
    return _to_staff("introduced", referral, policy, referral.vacancy.recruiter)


def reminder(referral: Referral, policy: Policy) -> MessageDraft:
    return _to_staff("reminder", referral, policy, referral.vacancy.recruiter)


def consented(referral: Referral, policy: Policy) -> MessageDraft:
    return _to_staff("advisor_consented", referral, policy, referral.booking.advisor.user)


def refused(referral: Referral, policy: Policy) -> MessageDraft:
    return _to_staff("advisor_refused", referral, policy, referral.booking.advisor.user)


def withdrawn(referral: Referral, policy: Policy) -> list[MessageDraft]:
    return [
        _to_staff("advisor_withdrawn", referral, policy, referral.booking.advisor.user),
        _to_staff("recruiter_withdrawn", referral, policy, referral.vacancy.recruiter),
    ]


def answered(referral: Referral, policy: Policy) -> list[MessageDraft]:
    return [
        _to_candidate(str(referral.state), referral, policy),  # accepted, declined
        _to_staff("advisor_answered", referral, policy, referral.booking.advisor.user),
    ]


def outcome(referral: Referral, policy: Policy) -> list[MessageDraft]:
    """Mails about an outcome. An interview and a later outcome each have their own."""
    return [
        _to_candidate("outcome", referral, policy, once=str(referral.outcome)),
        _to_staff("advisor_outcome", referral, policy, referral.booking.advisor.user, once=str(referral.outcome)),
    ]


def _to_candidate(name: str, referral: Referral, policy: Policy, *, once: str = "") -> MessageDraft:
    candidate = referral.candidate
    words = {
        "first_name": candidate.greeting_name,
        "referral_url": link_url_for(candidate, f"referrals/{referral.pk}/"),
    }
    return _letter(name, referral, policy, candidate.mail_recipient, words, once)


def _to_staff(name: str, referral: Referral, policy: Policy, user: User, *, once: str = "") -> MessageDraft:
    words = {
        "first_name": user.name.split()[0],
        "inbox_url": settings.PUBLIC_URL + reverse("referrals:inbox"),
        "referral_url": settings.PUBLIC_URL + reverse("referrals:referral", args=[referral.pk]),
    }
    return _letter(name, referral, policy, staff_recipient(user, policy), words, once)


def _letter(
    name: str, referral: Referral, policy: Policy, to: MailRecipient, words: dict[str, str], once: str
) -> MessageDraft:
    return compose_mail(
        f"referrals/{name}",
        to=to,
        policy=policy,
        context={**_words(referral, policy, to.language), **words},
        about=referral,
        kind=f"referral_{name}",
        unique_key=f"referral={referral.pk}" + (f":{once}" if once else ""),
    )


def _words(referral: Referral, policy: Policy, language: str) -> dict[str, object]:
    vacancy = referral.vacancy
    return {
        **employer_context(policy),
        "advisor_name": referral.booking.advisor.name,
        "recruiter_name": vacancy.recruiter.name,
        "vacancy_title": vacancy.title,
        "department": vacancy.department.name,
        "introduction": referral.introduction,
        "is_changed": referral.is_changed_by_candidate,
        "state": str(referral.state),
        "reason": referral.answer_reason,
        "outcome": str(referral.outcome),
        "talk_day": format_day(referral.booking.starts_at, language, EMPLOYER_ZONE),
        "answer_by": format_day(referral.answer_by, language, EMPLOYER_ZONE) if referral.answer_by else "",
    }
