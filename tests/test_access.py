"""Access matrix: the response of every url for every role, in one table that must be complete."""

import hashlib
import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.urls import URLResolver, get_resolver, resolve, reverse

from advisors.feed.services import switch_on
from advisors.feed.services import token_of as token_of_feed
from bookings.short_codes import code_digest, code_for_booking
from candidates.access.tokens import link_token
from candidates.models import IntakeFile
from core.actors import SYSTEM
from organisation.models import ApiClient, Department, Location, Role
from spreekuur.middleware import SIGNED_IN
from talks.models import Note, NoteCopy
from tests.factories import (
    NOW,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_completed_booking,
    make_external_calendar,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_sent_referral,
    make_survey,
    make_user,
    make_vacancy,
)

ROLES = ["anonymous", "candidate", "advisor", "recruiter", "manager", "application_manager"]
# A status code, or the url name that a redirect leads to.
LOGIN, ENDED = "account_login", "candidates:link_ended"


def row(anonymous, candidate, advisor, recruiter, manager, application_manager):
    return dict(zip(ROLES, (anonymous, candidate, advisor, recruiter, manager, application_manager), strict=True))


def staff(*roles):
    """Page for these roles: 404 for other staff, redirect to sign-in for anonymous visitors."""
    return row(LOGIN, LOGIN, *(200 if role in roles else 404 for role in ROLES[2:]))


PUBLIC = row(*[200] * 6)
ALL_STAFF = staff(*ROLES[2:])
ADVISOR, RECRUITER, APPLICATION_MANAGER = staff("advisor"), staff("recruiter"), staff("application_manager")
HOURS = staff("advisor", "application_manager")
CANDIDATE = row(ENDED, 200, ENDED, ENDED, ENDED, ENDED)
POST_ONLY = row(*[405] * 6)
API_CLIENTS = row(*[401] * 6)
SIGNED_OUT = row(200, 200, *["home"] * 4)

TABLE = {
    # project
    "home": row(200, 200, "bookings:today", "candidates:rejections", "insights:overview", "organisation:setup"),
    "healthz": PUBLIC,
    "healthz_worker": row(*[503] * 6),  # no worker in this test
    "privacy": PUBLIC,
    "security_txt": PUBLIC,
    "usersessions_list": ALL_STAFF,
    "accessibility": PUBLIC,
    "set_language": POST_ONLY,
    "demo_forward": PUBLIC,
    # sign-in
    "account_login": SIGNED_OUT,
    "account_logout": row("account_login", "account_login", 200, 200, 200, 200),
    "account_inactive": PUBLIC,
    "account_reauthenticate": ALL_STAFF,
    "account_change_password": ALL_STAFF,
    "account_set_password": row(*["account_reset_password"] * 6),
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_*": ALL_STAFF,
    "admin:*": APPLICATION_MANAGER | {"anonymous": "admin:login", "candidate": "admin:login"},
    # organisation
    "organisation:setup": APPLICATION_MANAGER,
    "organisation:policy": APPLICATION_MANAGER,
    "organisation:timetable": APPLICATION_MANAGER,
    "organisation:locations": APPLICATION_MANAGER,
    "organisation:location_new": APPLICATION_MANAGER,
    "organisation:location": APPLICATION_MANAGER,
    "organisation:departments": APPLICATION_MANAGER,
    "organisation:department_new": APPLICATION_MANAGER,
    "organisation:department": APPLICATION_MANAGER,
    "organisation:staff": APPLICATION_MANAGER,
    "organisation:staff_new": APPLICATION_MANAGER,
    "organisation:staff_member": APPLICATION_MANAGER,
    "organisation:staff_invite_again": POST_ONLY,
    "organisation:clients": APPLICATION_MANAGER,
    "organisation:client_new": APPLICATION_MANAGER,
    "organisation:client_revoke": POST_ONLY,
    "organisation:role_requests": staff("manager", "application_manager"),
    "organisation:role_request": POST_ONLY,
    "retention": APPLICATION_MANAGER,
    "organisation:audit": staff("manager", "application_manager"),
    "outbox:mail_report": POST_ONLY,
    "outbox:mail_incoming": POST_ONLY,
    # messages
    "outbox:messages": APPLICATION_MANAGER,
    "outbox:message": APPLICATION_MANAGER,
    "outbox:figures": APPLICATION_MANAGER,
    "outbox:send_all_again": APPLICATION_MANAGER,
    "outbox:send_again": POST_ONLY,
    "outbox:stop": POST_ONLY,
    # the demo's outbox
    "outbox:text_incoming": POST_ONLY,
    "outbox:text_status": POST_ONLY,
    "outbox:demo_outbox": PUBLIC,
    "outbox:demo_message": PUBLIC,
    "outbox:demo_attachment": PUBLIC,
    # advisors
    "advisors:hours": ADVISOR,
    "advisors:hours_of": APPLICATION_MANAGER,
    "advisors:why": HOURS,
    "advisors:calendars": ADVISOR,
    "advisors:calendars_of": APPLICATION_MANAGER,
    "advisors:calendar_new": HOURS,
    "advisors:calendar_read": POST_ONLY,
    "advisors:calendar_remove": POST_ONLY,
    "advisors:feed": ADVISOR,
    "bookings:opening_new": HOURS,
    "bookings:opening": HOURS,
    "bookings:opening_delete": POST_ONLY,
    "bookings:absence_new": HOURS,
    "advisors:absence_delete": POST_ONLY,
    # candidates
    "candidates:open_link": row(*["bookings:home"] * 6),
    "candidates:new_link": PUBLIC,
    "candidates:link_ended": PUBLIC,
    "candidates:sign_out": POST_ONLY,
    "candidates:signed_out": PUBLIC,
    "candidates:stop": CANDIDATE,
    "candidates:own_link": CANDIDATE,
    "candidates:unsubscribe": PUBLIC,  # anyone with the link
    "candidates:time_zone": CANDIDATE,
    "candidates:rejections": RECRUITER,
    "candidates:rejection_new": RECRUITER,
    "candidates:rejection": RECRUITER,
    "candidates:rejection_edit": RECRUITER | {"recruiter": "candidates:rejection"},  # the invitation was already sent
    "candidates:rejection_link": POST_ONLY,
    "candidates:import_new": RECRUITER,
    "candidates:import_preview": RECRUITER,
    "candidates:import_template": RECRUITER,
    "candidates:import_faulty": RECRUITER,
    "candidates:duplicates": RECRUITER,
    # bookings
    "bookings:home": CANDIDATE,
    "bookings:book": CANDIDATE,
    "bookings:details": CANDIDATE | {"candidate": 400},  # no slot chosen
    "bookings:waiting": CANDIDATE,
    "bookings:offer": CANDIDATE,
    "bookings:appointment": CANDIDATE,
    "bookings:move": CANDIDATE,
    "bookings:move_details": CANDIDATE | {"candidate": 400},
    "bookings:move_proposed": CANDIDATE | {"candidate": "bookings:move"},
    "bookings:cancel": CANDIDATE,
    "bookings:prepare": CANDIDATE,
    "bookings:calendar": CANDIDATE,
    "bookings:short": row(*["bookings:appointment"] * 6),
    "bookings:feed": PUBLIC,  # anyone with the link
    "bookings:today": ADVISOR,
    "bookings:week": ADVISOR,
    "bookings:month": ADVISOR,
    "bookings:paper": ADVISOR,
    "bookings:team": staff("manager", "application_manager"),
    "bookings:profile": APPLICATION_MANAGER,
    "bookings:closed_days": APPLICATION_MANAGER,
    "bookings:closed_day_remove": POST_ONLY,
    "bookings:holidays": row(LOGIN, LOGIN, 404, 404, 404, "bookings:closed_days"),
    "bookings:takeover": HOURS,
    "bookings:sharing": staff("manager", "application_manager"),
    "bookings:address": row(LOGIN, LOGIN, *[404] * 4),  # only for the advisor when there is a talk
    "bookings:address_of_talk": staff("advisor", "application_manager"),
    "bookings:invitations": staff("advisor", "recruiter"),
    "bookings:waiting_list": staff("advisor", "recruiter"),
    # talks
    "talks:survey": CANDIDATE,
    "talks:file": ADVISOR,
    "talks:note": POST_ONLY,
    "talks:note_copy_use": POST_ONLY,
    "talks:note_copy_drop": POST_ONLY,
    "talks:complete": POST_ONLY,
    "talks:no_show": POST_ONLY,
    "talks:link": POST_ONLY,
    "talks:move": ADVISOR,
    "talks:hand_over": ADVISOR,
    "talks:cancel": ADVISOR,
    # referrals
    "referrals:inbox": staff("advisor", "recruiter"),
    "referrals:refer": ADVISOR,
    "referrals:referral": staff("advisor", "recruiter"),
    "referrals:answer": POST_ONLY,
    "referrals:outcome": POST_ONLY,
    "referrals:proposal": CANDIDATE,
    # figures
    "insights:overview": staff("manager"),
    # API
    "api:rejection-list": API_CLIENTS,
    "api:invitation-list": API_CLIENTS,
    "api:invitation-detail": API_CLIENTS,
    "api:invitation-slots": API_CLIENTS,
    "api:invitation-booking": API_CLIENTS,
    "api:schema": PUBLIC,
    "api:docs": PUBLIC,
}
GROUPS = ("admin:", "mfa_")
UNCHECKED_MODELS = {
    "organisation.AuditEvent",
    "outbox.Heartbeat",
    "sessions.Session",
    "usersessions.UserSession",
}


@pytest.fixture
def data(db):
    """One object of each kind, related to the users of the roles."""
    make_policy()
    people = {role: make_user(role, name=f"Robin {role}", password="voor iedereen gelijk") for role in Role.values}
    candidate = make_candidate(email_failed_at=NOW)
    advisor = make_advisor(user=people["advisor"])
    rejections = [
        make_rejection(candidate=candidate, vacancy=make_vacancy(recruiter=people["recruiter"])) for _number in range(3)
    ]
    uid = uuid4()
    invitation = make_invitation(rejection=rejections[0])
    booking = make_booking(
        advisor=advisor, invitation=invitation, uid=uid, code_digest=code_digest(code_for_booking(uid))
    )
    completed = make_completed_booking(advisor=advisor, invitation=make_invitation(rejection=rejections[1]))
    note = Note.objects.create(booking=booking, author=people["advisor"], updated_at=NOW)
    vacancy = make_vacancy(recruiter=people["recruiter"], title="Medewerker recovery")
    return SimpleNamespace(
        people=people,
        candidate=candidate,
        advisor=advisor,
        rejection=rejections[0],
        booking=booking,
        invitation=make_invitation(rejection=rejections[2]),
        completed=completed,
        survey=make_survey(booking=completed),
        copy=NoteCopy.objects.create(note=note, window=uuid4(), text="Nog een versie", updated_at=NOW),
        referral=make_sent_referral(booking=completed, vacancy=vacancy),
        opening=advisor.openings.first(),
        absence=make_absence(advisor=advisor, starts_at=NOW, ends_at=NOW.replace(hour=12)),
        external_calendar=make_external_calendar(advisor=advisor),
        location=Location.objects.first(),
        department=Department.objects.first(),
        api_client=ApiClient.objects.create(name="ATS", source="ats", token_digest="0" * 64),
        message=make_message(calendar="BEGIN:VCALENDAR", calendar_method="REQUEST"),
        feed=feed_token(advisor),
        intake=IntakeFile.objects.create(uploaded_by=people["recruiter"], name="afwijzingen.csv"),
    )


def feed_token(advisor):
    return token_of_feed(switch_on(advisor=advisor, actor=SYSTEM, now=NOW))


def arguments(data):
    """Arguments of the urls that need any."""
    token = link_token(data.candidate.link.key, data.candidate.link.version)
    booking, user = [data.booking.pk], [data.people["recruiter"].pk]
    return {
        "account_reset_password_from_key": ["1", "not-a-key"],
        "organisation:location": [data.location.pk],
        "organisation:department": [data.department.pk],
        "organisation:staff_member": user,
        "organisation:staff_invite_again": user,
        "organisation:client_revoke": [data.api_client.pk],
        "organisation:role_request": [1],
        "outbox:text_status": [data.message.key],
        **{f"outbox:{name}": ["postmark"] for name in ("mail_report", "mail_incoming")},
        **{f"outbox:{name}": [data.message.pk] for name in ("message", "send_again", "stop")},
        "outbox:demo_message": [data.message.pk],
        "outbox:demo_attachment": [data.message.pk],
        "advisors:hours_of": [data.advisor.pk],
        "advisors:calendars_of": [data.advisor.pk],
        "advisors:calendar_new": [data.advisor.pk, "caldav"],
        "advisors:calendar_read": [data.external_calendar.pk],
        "advisors:calendar_remove": [data.external_calendar.pk],
        "bookings:opening_new": [data.advisor.pk],
        "bookings:opening": [data.opening.pk],
        "bookings:opening_delete": [data.opening.pk],
        "bookings:absence_new": [data.advisor.pk],
        "advisors:absence_delete": [data.absence.pk],
        "candidates:open_link": [token, ""],
        "candidates:unsubscribe": [token],
        "candidates:rejection": [data.rejection.pk],
        "candidates:rejection_edit": [data.rejection.pk],
        "candidates:rejection_link": [data.rejection.pk],
        "candidates:import_preview": [data.intake.pk],
        "candidates:import_faulty": [data.intake.pk],
        "bookings:address": [data.rejection.pk],
        "bookings:address_of_talk": [data.booking.pk],
        "bookings:profile": [data.people["advisor"].pk],
        "bookings:closed_day_remove": ["2026-12-24"],
        "bookings:book": [data.invitation.pk],
        "bookings:details": [data.invitation.pk],
        "bookings:waiting": [data.invitation.pk],
        "bookings:offer": [data.invitation.pk],
        "bookings:feed": [data.feed],
        "bookings:short": [code_for_booking(data.booking.uid)],
        "referrals:referral": [data.referral.pk],
        "referrals:answer": [data.referral.pk],
        "referrals:outcome": [data.referral.pk],
        "referrals:proposal": [data.referral.pk],
        "referrals:refer": [data.completed.pk],
        "talks:survey": [data.completed.pk],
        "talks:note_copy_use": [data.copy.pk],
        "talks:note_copy_drop": [data.copy.pk],
        **{
            f"bookings:{name}": booking
            for name in ("appointment", "move", "move_details", "move_proposed", "cancel", "prepare", "calendar")
        },
        **{
            f"talks:{name}": booking
            for name in ("file", "note", "link", "complete", "no_show", "move", "hand_over", "cancel")
        },
        **{f"api:invitation-{name}": [data.invitation.key] for name in ("detail", "slots", "booking")},
    }


def addresses(data):
    """Every row of the table with its path."""
    args = arguments(data)
    for name in TABLE:
        url_name = {"mfa_*": "mfa_index", "admin:*": "admin:index"}.get(name, name)
        yield name, reverse(url_name, args=args.get(name, []))


def signed_in(client, data, role):
    """Client that is signed in with this role."""
    client.logout()
    if role == "candidate":
        client.get(reverse("candidates:open_link", args=arguments(data)["candidates:open_link"]))
    elif role != "anonymous":
        client.force_login(data.people[role])
    return client


def destination_of(answer):
    return (
        resolve(answer.headers["Location"].partition("?")[0]).view_name
        if answer.status_code == 302
        else answer.status_code
    )


def url_patterns(resolver, namespaces=(), before="/"):
    """Every url name with its route."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            own = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from url_patterns(pattern, own, route)
        else:
            yield ":".join((*namespaces, pattern.name or route)), route


def test_the_table_lists_every_url():
    listed = set(TABLE) - {"admin:*", "mfa_*"}
    there = {name for name, _route in url_patterns(get_resolver()) if not name.startswith(GROUPS)}

    assert (there - listed, listed - there) == (set(), set())


@pytest.mark.parametrize("role", ROLES)
@time_machine.travel(NOW, tick=False)
def test_every_url_responds_as_the_table_says_and_no_get_or_head_changes_data(client, data, role):
    expected = {name: answers[role] for name, answers in TABLE.items()}
    signed_in(client, data, role)
    before = checksums()

    found, storable = {}, set()
    for name, path in addresses(data):
        answer = signed_in(client, data, role).get(path)
        if expected[name] == 200:  # the others refuse both in the same way
            client.head(path)
        found[name] = destination_of(answer)
        if client.session.keys() & SIGNED_IN and "no-store" not in answer.headers.get("Cache-Control", ""):
            storable.add(name)

    storable -= {"bookings:feed"}  # of a calendar program, which has no session; it asks with an ETag
    assert (found, storable) == (expected, set())
    assert checksums() == before


def checksums():
    """Digest of all rows per table."""
    sums = {}
    for model in apps.get_models():
        if model._meta.label not in UNCHECKED_MODELS and model._meta.managed:
            rows = serializers.serialize("json", model._base_manager.order_by("pk"))
            sums[model._meta.label] = hashlib.sha256(rows.encode()).hexdigest()
    return sums


@pytest.mark.parametrize("route", [route for name, route in url_patterns(get_resolver()) if name.startswith(GROUPS)])
def test_admin_and_mfa_pages_redirect_anonymous_visitors(client, db, route):
    path = re.sub("<[a-z]+:[a-z_]+>", "1", route).replace("^", "").replace("(?P<url>.*)$", "x")

    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(("/account/login/", "/admin/login/")) or path == "/admin/logout/"
