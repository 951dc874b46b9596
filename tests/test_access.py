"""Who may see what (domain.md): one table of every address and every role, and nothing that it does not list."""

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
from advisors.feed.tokens import token_of as token_of_feed
from bookings.short_codes import code_of, digest_of
from candidates.access.tokens import token_of
from candidates.models import IntakeFile
from core.actors import SYSTEM
from organisation.models import ApiClient, Department, Location, Role
from talks.models import Note, NoteCopy
from tests.factories import (
    NOW,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_held_booking,
    make_invitation,
    make_message,
    make_other_calendar,
    make_policy,
    make_rejection,
    make_sent_referral,
    make_survey,
    make_user,
    make_vacancy,
)

ROLES = ["anonymous", "candidate", "advisor", "recruiter", "manager", "application_manager"]
# A status, or the name of the page that a redirect leads to.
LOGIN, ENDED = "account_login", "candidates:link_ended"


def row(anonymous, candidate, advisor, recruiter, manager, application_manager):
    return dict(zip(ROLES, (anonymous, candidate, advisor, recruiter, manager, application_manager), strict=True))


def staff(*roles):
    """A page of these roles; for other staff it does not exist, and strangers sign in first."""
    return row(LOGIN, LOGIN, *(200 if role in roles else 404 for role in ROLES[2:]))


EVERYBODY = row(*[200] * 6)
ALL_STAFF = staff(*ROLES[2:])
ADVISOR, RECRUITER, APPLICATION_MANAGER = staff("advisor"), staff("recruiter"), staff("application_manager")
HOURS = staff("advisor", "application_manager")
CANDIDATE = row(ENDED, 200, ENDED, ENDED, ENDED, ENDED)
ONLY_POST = row(*[405] * 6)
ONLY_PROGRAMS = row(*[401] * 6)
SIGNED_OUT = row(200, 200, *["home"] * 4)

TABLE = {
    # the house
    "home": row(200, 200, "bookings:today", "candidates:rejections", "insights:overview", "organisation:setup"),
    "healthz": EVERYBODY,
    "healthz_worker": row(*[503] * 6),  # no worker in this test
    "privacy": EVERYBODY,
    "accessibility": EVERYBODY,
    "set_language": ONLY_POST,
    "demo_forward": EVERYBODY,
    # signing in
    "account_login": SIGNED_OUT,
    "account_logout": row("account_login", "account_login", 200, 200, 200, 200),
    "account_inactive": EVERYBODY,
    "account_reauthenticate": ALL_STAFF,
    "account_change_password": ALL_STAFF,
    "account_reset_password": EVERYBODY,
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": EVERYBODY,
    "account_reset_password_from_key_done": EVERYBODY,
    "mfa_*": ALL_STAFF,
    "admin:*": APPLICATION_MANAGER | {"anonymous": "admin:login", "candidate": "admin:login"},
    # the employer
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
    "organisation:staff_invite_again": ONLY_POST,
    "organisation:clients": APPLICATION_MANAGER,
    "organisation:client_new": APPLICATION_MANAGER,
    "organisation:client_revoke": ONLY_POST,
    "organisation:audit": staff("manager", "application_manager"),
    "outbox:mail_report": ONLY_POST,
    "outbox:mail_incoming": ONLY_POST,
    # messages
    "outbox:messages": APPLICATION_MANAGER,
    "outbox:message": APPLICATION_MANAGER,
    "outbox:figures": APPLICATION_MANAGER,
    "outbox:send_all_again": APPLICATION_MANAGER,
    "outbox:send_again": ONLY_POST,
    "outbox:stop": ONLY_POST,
    # the demo's outbox
    "outbox:text_incoming": ONLY_POST,
    "outbox:text_status": ONLY_POST,
    "outbox:demo_outbox": EVERYBODY,
    "outbox:demo_message": EVERYBODY,
    "outbox:demo_attachment": EVERYBODY,
    # advisors' time
    "advisors:hours": ADVISOR,
    "advisors:hours_of": APPLICATION_MANAGER,
    "advisors:why": HOURS,
    "advisors:calendars": ADVISOR,
    "advisors:calendars_of": APPLICATION_MANAGER,
    "advisors:calendar_new": HOURS,
    "advisors:calendar_read": ONLY_POST,
    "advisors:calendar_remove": ONLY_POST,
    "advisors:feed": ADVISOR,
    "bookings:opening_new": HOURS,
    "bookings:opening": HOURS,
    "bookings:opening_delete": ONLY_POST,
    "bookings:absence_new": HOURS,
    "advisors:absence_delete": ONLY_POST,
    # candidates
    "candidates:open_link": row(*["bookings:home"] * 6),
    "candidates:new_link": EVERYBODY,
    "candidates:link_ended": EVERYBODY,
    "candidates:stop": CANDIDATE,
    "candidates:unsubscribe": EVERYBODY,  # who has the address
    "candidates:time_zone": CANDIDATE,
    "candidates:rejections": RECRUITER,
    "candidates:rejection_new": RECRUITER,
    "candidates:rejection": RECRUITER,
    "candidates:rejection_edit": RECRUITER | {"recruiter": "candidates:rejection"},  # its invitation was sent
    "candidates:import_new": RECRUITER,
    "candidates:import_preview": RECRUITER,
    "candidates:duplicates": RECRUITER,
    # bookings
    "bookings:home": CANDIDATE,
    "bookings:book": CANDIDATE,
    "bookings:details": CANDIDATE | {"candidate": 400},  # no moment chosen yet
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
    "bookings:feed": EVERYBODY,  # who has the address
    "bookings:today": ADVISOR,
    "bookings:week": ADVISOR,
    "bookings:month": ADVISOR,
    "bookings:paper": ADVISOR,
    "bookings:team": staff("manager", "application_manager"),
    "bookings:profile": APPLICATION_MANAGER,
    "bookings:closed_days": APPLICATION_MANAGER,
    "bookings:closed_day_remove": ONLY_POST,
    "bookings:holidays": row(LOGIN, LOGIN, 404, 404, 404, "bookings:closed_days"),
    "bookings:takeover": HOURS,
    "bookings:sharing": staff("manager", "application_manager"),
    "bookings:address": row(LOGIN, LOGIN, *[404] * 4),  # there is a talk, so only its advisor
    "bookings:address_of_talk": staff("advisor", "application_manager"),
    "bookings:invitations": staff("advisor", "recruiter"),
    "bookings:waiting_list": staff("advisor", "recruiter"),
    # talks
    "talks:survey": CANDIDATE,
    "talks:file": ADVISOR,
    "talks:note": ONLY_POST,
    "talks:note_copy_use": ONLY_POST,
    "talks:note_copy_drop": ONLY_POST,
    "talks:complete": ONLY_POST,
    "talks:no_show": ONLY_POST,
    "talks:move": ADVISOR,
    "talks:hand_over": ADVISOR,
    "talks:cancel": ADVISOR,
    # referrals
    "referrals:inbox": staff("advisor", "recruiter"),
    "referrals:refer": ADVISOR,
    "referrals:referral": staff("advisor", "recruiter"),
    "referrals:answer": ONLY_POST,
    "referrals:outcome": ONLY_POST,
    "referrals:proposal": CANDIDATE,
    # figures
    "insights:overview": staff("manager"),
    # programs
    "api:rejection-list": ONLY_PROGRAMS,
    "api:invitation-list": ONLY_PROGRAMS,
    "api:invitation-detail": ONLY_PROGRAMS,
    "api:invitation-slots": ONLY_PROGRAMS,
    "api:invitation-booking": ONLY_PROGRAMS,
    "api:schema": EVERYBODY,
    "api:docs": EVERYBODY,
}
GROUPS = ("admin:", "mfa_")
NOT_BUSINESS = {
    "organisation.AuditEvent",
    "outbox.Heartbeat",
    "sessions.Session",
}


@pytest.fixture
def world(db):
    """One of everything; the people of the roles have to do with each other."""
    make_policy()
    people = {role: make_user(role, name=f"Robin {role}", password="voor iedereen gelijk") for role in Role.values}
    candidate = make_candidate(email_failed_at=NOW)
    advisor = make_advisor(user=people["advisor"])
    rejections = [
        make_rejection(candidate=candidate, vacancy=make_vacancy(recruiter=people["recruiter"])) for _number in range(3)
    ]
    uid = uuid4()
    invitation = make_invitation(rejection=rejections[0])
    booking = make_booking(advisor=advisor, invitation=invitation, uid=uid, code_digest=digest_of(code_of(uid)))
    held = make_held_booking(advisor=advisor, invitation=make_invitation(rejection=rejections[1]))
    note = Note.objects.create(booking=booking, author=people["advisor"], updated_at=NOW)
    vacancy = make_vacancy(recruiter=people["recruiter"], title="Medewerker recovery")
    return SimpleNamespace(
        people=people,
        candidate=candidate,
        advisor=advisor,
        rejection=rejections[0],
        booking=booking,
        invitation=make_invitation(rejection=rejections[2]),
        held=held,
        survey=make_survey(booking=held),
        copy=NoteCopy.objects.create(note=note, window=uuid4(), text="Nog een versie", updated_at=NOW),
        referral=make_sent_referral(booking=held, vacancy=vacancy),
        opening=advisor.openings.first(),
        absence=make_absence(advisor=advisor, starts_at=NOW, ends_at=NOW.replace(hour=12)),
        other_calendar=make_other_calendar(advisor=advisor),
        location=Location.objects.first(),
        department=Department.objects.first(),
        api_client=ApiClient.objects.create(name="ATS", source="ats", token_digest="0" * 64),
        message=make_message(calendar="BEGIN:VCALENDAR", calendar_method="REQUEST"),
        feed=feed_token(advisor),
        intake=IntakeFile.objects.create(uploaded_by=people["recruiter"], name="afwijzingen.csv"),
    )


def feed_token(advisor):
    return token_of_feed(switch_on(advisor=advisor, actor=SYSTEM, now=NOW))


def arguments(world):
    """What stands in the address of a page that is about something."""
    token = token_of(world.candidate.link.key, world.candidate.link.version)
    booking, user = [world.booking.pk], [world.people["recruiter"].pk]
    return {
        "account_reset_password_from_key": ["1", "not-a-key"],
        "organisation:location": [world.location.pk],
        "organisation:department": [world.department.pk],
        "organisation:staff_member": user,
        "organisation:staff_invite_again": user,
        "organisation:client_revoke": [world.api_client.pk],
        "outbox:text_status": [world.message.key],
        **{f"outbox:{name}": ["postmark"] for name in ("mail_report", "mail_incoming")},
        **{f"outbox:{name}": [world.message.pk] for name in ("message", "send_again", "stop")},
        "outbox:demo_message": [world.message.pk],
        "outbox:demo_attachment": [world.message.pk],
        "advisors:hours_of": [world.advisor.pk],
        "advisors:calendars_of": [world.advisor.pk],
        "advisors:calendar_new": [world.advisor.pk, "caldav"],
        "advisors:calendar_read": [world.other_calendar.pk],
        "advisors:calendar_remove": [world.other_calendar.pk],
        "bookings:opening_new": [world.advisor.pk],
        "bookings:opening": [world.opening.pk],
        "bookings:opening_delete": [world.opening.pk],
        "bookings:absence_new": [world.advisor.pk],
        "advisors:absence_delete": [world.absence.pk],
        "candidates:open_link": [token, ""],
        "candidates:unsubscribe": [token],
        "candidates:rejection": [world.rejection.pk],
        "candidates:rejection_edit": [world.rejection.pk],
        "candidates:import_preview": [world.intake.pk],
        "bookings:address": [world.rejection.pk],
        "bookings:address_of_talk": [world.booking.pk],
        "bookings:profile": [world.people["advisor"].pk],
        "bookings:closed_day_remove": ["2026-12-24"],
        "bookings:book": [world.invitation.pk],
        "bookings:details": [world.invitation.pk],
        "bookings:waiting": [world.invitation.pk],
        "bookings:offer": [world.invitation.pk],
        "bookings:feed": [world.feed],
        "bookings:short": [code_of(world.booking.uid)],
        "referrals:referral": [world.referral.pk],
        "referrals:answer": [world.referral.pk],
        "referrals:outcome": [world.referral.pk],
        "referrals:proposal": [world.referral.pk],
        "referrals:refer": [world.held.pk],
        "talks:survey": [world.held.pk],
        "talks:note_copy_use": [world.copy.pk],
        "talks:note_copy_drop": [world.copy.pk],
        **{
            f"bookings:{name}": booking
            for name in ("appointment", "move", "move_details", "move_proposed", "cancel", "prepare", "calendar")
        },
        **{f"talks:{name}": booking for name in ("file", "note", "complete", "no_show", "move", "hand_over", "cancel")},
        **{f"api:invitation-{name}": [world.invitation.key] for name in ("detail", "slots", "booking")},
    }


def addresses(world):
    """Every row of the table with its address."""
    known = arguments(world)
    for name in TABLE:
        wanted = {"mfa_*": "mfa_index", "admin:*": "admin:index"}.get(name, name)
        yield name, reverse(wanted, args=known.get(name, []))


def came_in(client, world, role):
    """A fresh visit in this role."""
    client.logout()
    if role == "candidate":
        client.get(reverse("candidates:open_link", args=arguments(world)["candidates:open_link"]))
    elif role != "anonymous":
        client.force_login(world.people[role])
    return client


def answer_of(client, path):
    answer = client.get(path)
    return (
        resolve(answer.headers["Location"].partition("?")[0]).view_name
        if answer.status_code == 302
        else answer.status_code
    )


def pages_of(resolver, namespaces=(), before="/"):
    """Every name with the shape of its address."""
    for pattern in resolver.url_patterns:
        shape = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages_of(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces, shape)
        else:
            yield ":".join((*namespaces, pattern.name or shape)), shape


def test_the_table_lists_every_address():
    listed = set(TABLE) - {"admin:*", "mfa_*"}
    there = {name for name, _shape in pages_of(get_resolver()) if not name.startswith(GROUPS)}

    assert (there - listed, listed - there) == (set(), set())


@pytest.mark.parametrize("role", ROLES)
@time_machine.travel(NOW, tick=False)
def test_every_address_opens_for_whom_it_should(client, world, role):
    expected = {name: answers[role] for name, answers in TABLE.items()}

    found = {name: answer_of(came_in(client, world, role), path) for name, path in addresses(world)}

    assert found == expected


@pytest.mark.only_on("sqlite")  # the same services write on both
@pytest.mark.parametrize("role", ROLES)
@time_machine.travel(NOW, tick=False)
def test_no_get_or_head_changes_business(client, world, role):
    came_in(client, world, role)
    before = checksums()

    for _name, path in addresses(world):
        client.get(path)
        client.head(path)

    assert checksums() == before


def checksums():
    """A number of rows and a digest of what they say, per table."""
    sums = {}
    for model in apps.get_models():
        if model._meta.label not in NOT_BUSINESS and model._meta.managed:
            rows = serializers.serialize("json", model._base_manager.order_by("pk"))
            sums[model._meta.label] = hashlib.sha256(rows.encode()).hexdigest()
    return sums


@pytest.mark.parametrize("shape", [shape for name, shape in pages_of(get_resolver()) if name.startswith(GROUPS)])
def test_the_groups_stay_closed_for_strangers(client, db, shape):
    path = re.sub("<[a-z]+:[a-z_]+>", "1", shape).replace("^", "").replace("(?P<url>.*)$", "x")

    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(("/account/login/", "/admin/login/")) or path == "/admin/logout/"
