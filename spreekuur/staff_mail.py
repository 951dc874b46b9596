"""Mails to staff: invitations, password resets, and reports of bounced addresses.

They are in the top layer because `organisation` may not import `outbox`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from core.actors import STRANGER, object_key
from organisation.models import AccountNotice, Policy, Role, User
from organisation.staff.services import claim_invitation, password_url
from outbox import services as outbox
from outbox.compose import MailRecipient, compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.models import Message

NOTICES_KEPT = timedelta(days=30)  # they hold a former mail address


def invite_new_staff() -> None:
    """Mail new staff, and staff who are to be invited again (every minute)."""
    send_invitations(now=timezone.now())


def send_invitations(*, now: datetime) -> int:
    """Post the requested invitations, each once with parallel workers. Returns their number."""
    policy = Policy.objects.current()
    sent = 0
    for user in User.objects.awaiting_invitation():
        with transaction.atomic():
            if claim_invitation(user, now=now):
                outbox.post(_invitation(user, policy, now=now), now=now)
                sent += 1
    return sent


def mail_account_notices() -> None:
    """Mail about changes of accounts that people must hear of (every minute)."""
    send_account_notices(now=timezone.now())


def send_account_notices(*, now: datetime) -> int:
    """Mail every notice that was not told yet, once, and remove old ones. Returns how many were told."""
    policy, told = Policy.objects.current(), 0
    for notice in AccountNotice.objects.filter(told_at__isnull=True).select_related("user", "by"):
        with transaction.atomic():
            if AccountNotice.objects.filter(pk=notice.pk, told_at__isnull=True).update(told_at=now):
                outbox.post(*_NOTICES[AccountNotice.Kind(notice.kind)](notice, policy, now=now), now=now)
                told += 1
    AccountNotice.objects.filter(told_at__lt=now - NOTICES_KEPT).delete()
    return told


def _email_changed(notice: AccountNotice, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    """Mails to both addresses: whoever reads the old one must be able to object."""
    user = notice.user
    readers = [staff_recipient(user, policy), replace(staff_recipient(user, policy), email=notice.old_email)]
    changer = notice.by.name if notice.by else ""
    return [
        _letter(
            "staff_email_changed",
            policy,
            reader,
            once=f"notice:{notice.pk}:{place}",
            now=now,
            old_email=notice.old_email,
            new_email=user.email,
            changer=changer,
        )
        for place, reader in enumerate(readers)
    ]


def _role_requested(notice: AccountNotice, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    return _about_role("staff_role_requested", notice, policy, (Role.APPLICATION_MANAGER, Role.MANAGER), now=now)


def _role_taken(notice: AccountNotice, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    return _about_role("staff_role_taken", notice, policy, (Role.MANAGER,), now=now)


def _role_given(notice: AccountNotice, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    return _about_role("staff_role_given", notice, policy, (Role.APPLICATION_MANAGER, Role.MANAGER), now=now)


def _about_role(
    name: str, notice: AccountNotice, policy: Policy, to: tuple[Role, ...], *, now: datetime
) -> list[MessageDraft]:
    """Mail to everybody with one of these roles, but for the person concerned and whoever gave the role."""
    readers = User.objects.active().filter(grants__role__in=to).exclude(pk__in=[notice.user_id, notice.by_id or 0])
    with translation.override(policy.default_language):
        role = str(Role(notice.role).label)
    return [
        _letter(
            name,
            policy,
            staff_recipient(reader, policy),
            once=f"notice:{notice.pk}:{reader.pk}",
            now=now,
            colleague=notice.user.name,
            colleague_email=notice.user.email,
            giver=notice.by.name if notice.by else "",
            role=role,
            requests_url=settings.PUBLIC_URL + reverse("organisation:role_requests"),
        )
        for reader in readers.distinct()
    ]


_NOTICES = {
    AccountNotice.Kind.EMAIL_CHANGED: _email_changed,
    AccountNotice.Kind.ROLE_REQUESTED: _role_requested,
    AccountNotice.Kind.ROLE_TAKEN: _role_taken,
    AccountNotice.Kind.ROLE_GIVEN: _role_given,
}


def report_failed_addresses() -> None:
    """Report bounced mail to staff (every minute)."""
    mail_application_managers(now=timezone.now())


def mail_application_managers(*, now: datetime) -> int:
    """Mail each application manager about bounced addresses, once a day per colleague. Returns the number of mails."""
    drafts = {draft.dedupe_key: draft for draft in _failed_address_drafts(now)}
    posted = Message.objects.filter(dedupe_key__in=drafts).values_list("dedupe_key", flat=True)
    fresh = [drafts[key] for key in drafts.keys() - set(posted)]
    if fresh:
        outbox.post(*fresh, now=now)
    return len(fresh)


def _failed_address_drafts(now: datetime) -> Iterator[MessageDraft]:
    failed = Message.objects.filter(
        state=Message.State.FAILED,
        transport=Message.Transport.MAIL,
        reason__in=(Message.Reason.ADDRESS, Message.Reason.BOUNCED),
        ended_at__gt=now - timedelta(days=1),
        person_key__startswith="user:",
    )
    addresses = {(key, address.lower()) for key, address in failed.values_list("person_key", "recipient")}
    people = User.objects.filter(is_active=True, pk__in=[key.partition(":")[2] for key, _address in addresses])
    unreached = [user for user in people if (object_key(user), user.email.lower()) in addresses]
    managers = User.objects.with_role(Role.APPLICATION_MANAGER).distinct() if unreached else []
    for user in unreached:
        yield from (_address_failed(user, manager, now=now) for manager in managers if manager != user)


def _address_failed(user: User, manager: User, *, now: datetime) -> MessageDraft:
    policy = Policy.objects.current()
    return _letter(
        "staff_address_failed",
        policy,
        staff_recipient(manager, policy),
        once=f"{object_key(user)}:{object_key(manager)}:{timezone.localdate(now)}",
        now=now,
        colleague=user.name,
        staff_url=settings.PUBLIC_URL + reverse("organisation:staff_member", args=[user.pk]),
    )


def send_password_reset(email: str, user: User | None, *, language: str, now: datetime) -> None:
    """Post a mail for known and unknown addresses alike, so that response times do not reveal which exist."""
    policy = Policy.objects.current()
    draft = _reset(user, policy, language, now=now) if user else _unknown(email, policy, language, now=now)
    outbox.post(draft, now=now)


def _invitation(user: User, policy: Policy, *, now: datetime) -> MessageDraft:
    asked = f"{user.invitation_asked_at:%Y-%m-%dT%H:%M:%S.%f}"
    return _letter(
        "staff_invitation",
        policy,
        staff_recipient(user, policy),
        once=f"{object_key(user)}:{asked}",
        now=now,
        email=user.email,
        password_url=password_url(user),
        reset_url=settings.PUBLIC_URL + reverse("account_reset_password"),
        login_url=settings.PUBLIC_URL + reverse("account_login"),
    )


def _reset(user: User, policy: Policy, language: str, *, now: datetime) -> MessageDraft:
    to, once = staff_recipient(user, policy, language=language), f"{object_key(user)}:{now:%Y-%m-%dT%H:%M}"
    return _letter("password_reset", policy, to, once=once, now=now, password_url=password_url(user))


def _unknown(email: str, policy: Policy, language: str, *, now: datetime) -> MessageDraft:
    """Mail to an unknown address, at most once a day."""
    digest = salted_hmac("staff_mail.unknown", email.lower(), algorithm="sha256").hexdigest()[:32]
    to = MailRecipient(STRANGER.key, "", email, language)
    return _letter("password_reset_unknown", policy, to, once=f"{digest}:{now:%Y-%m-%d}", now=now)


def _letter(name: str, policy: Policy, to: MailRecipient, *, once: str, now: datetime, **words: str) -> MessageDraft:
    return compose_mail(
        f"organisation/{name}",
        to=to,
        policy=policy,
        context={"employer": policy.employer_name, "name": to.name, **words},
        unique_key=once,
        expires_at=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )
