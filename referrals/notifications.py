"""One function per letter about a referral. Letters to staff name no candidate: the inbox is behind the sign-in."""

from django.conf import settings
from django.urls import reverse

from bookings.notifications.context import ZONE, of_employer
from candidates.access.services import address_for
from core.formatting import day_in_words
from organisation.models import Policy, User
from outbox.compose import Reader, letter, staff
from outbox.drafts import Draft
from referrals.models import Referral


def proposal(referral: Referral, policy: Policy) -> Draft:
    return _to_candidate("proposal", referral, policy)


def introduced(referral: Referral, policy: Policy) -> Draft:
    """To the recruiter: somebody was introduced, answer by the day."""
    return _to_staff("introduced", referral, policy, referral.vacancy.recruiter)


def reminder(referral: Referral, policy: Policy) -> Draft:
    return _to_staff("reminder", referral, policy, referral.vacancy.recruiter)


def consented(referral: Referral, policy: Policy) -> Draft:
    return _to_staff("advisor_consented", referral, policy, referral.booking.advisor.user)


def refused(referral: Referral, policy: Policy) -> Draft:
    return _to_staff("advisor_refused", referral, policy, referral.booking.advisor.user)


def withdrawn(referral: Referral, policy: Policy) -> list[Draft]:
    return [
        _to_staff("advisor_withdrawn", referral, policy, referral.booking.advisor.user),
        _to_staff("recruiter_withdrawn", referral, policy, referral.vacancy.recruiter),
    ]


def answered(referral: Referral, policy: Policy) -> list[Draft]:
    return [
        _to_candidate(str(referral.state), referral, policy),  # accepted, declined
        _to_staff("advisor_answered", referral, policy, referral.booking.advisor.user),
    ]


def outcome(referral: Referral, policy: Policy) -> list[Draft]:
    """Each outcome has a letter: an interview now, something else later."""
    return [
        _to_candidate("outcome", referral, policy, once=str(referral.outcome)),
        _to_staff("advisor_outcome", referral, policy, referral.booking.advisor.user, once=str(referral.outcome)),
    ]


def _to_candidate(name: str, referral: Referral, policy: Policy, *, once: str = "") -> Draft:
    candidate = referral.candidate
    words = {
        "first_name": candidate.first_name,
        "referral_url": address_for(candidate, f"referrals/{referral.pk}/"),
    }
    return _letter(name, referral, policy, candidate.reader, words, once)


def _to_staff(name: str, referral: Referral, policy: Policy, user: User, *, once: str = "") -> Draft:
    words = {
        "first_name": user.name.split()[0],
        "inbox_url": settings.PUBLIC_URL + reverse("referrals:inbox"),
        "referral_url": settings.PUBLIC_URL + reverse("referrals:referral", args=[referral.pk]),
    }
    return _letter(name, referral, policy, staff(user, policy), words, once)


def _letter(name: str, referral: Referral, policy: Policy, to: Reader, words: dict[str, str], once: str) -> Draft:
    return letter(
        f"referrals/{name}",
        to=to,
        policy=policy,
        words={**_words(referral, policy, to.language), **words},
        about=referral,
        kind=f"referral_{name}",
        once=f"referral={referral.pk}" + (f":{once}" if once else ""),
    )


def _words(referral: Referral, policy: Policy, language: str) -> dict[str, object]:
    vacancy = referral.vacancy
    return {
        **of_employer(policy),
        "advisor_name": referral.booking.advisor.name,
        "recruiter_name": vacancy.recruiter.name,
        "vacancy_title": vacancy.title,
        "department": vacancy.department.name,
        "introduction": referral.introduction,
        "is_changed": referral.is_changed_by_candidate,
        "state": str(referral.state),
        "reason": referral.answer_reason,
        "outcome": str(referral.outcome),
        "talk_day": day_in_words(referral.booking.starts_at, language, ZONE),
        "answer_by": day_in_words(referral.answer_by, language, ZONE) if referral.answer_by else "",
    }
