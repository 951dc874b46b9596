"""Accessibility of every page for its role, in both languages, narrow and wide."""

import pytest

from spreekuur.demo_loader import PASSWORD
from tests.browser.recruiter import BRAM, BROKEN, SEVDA, upload
from tests.browser.setup import APPLICATION_MANAGER, KARIM, YOUSSEF, sign_in
from tests.browser.walk import SiteWalk
from tests.test_access import ROLES, TABLE

pytestmark = pytest.mark.browser

STAFF = {
    "advisor": YOUSSEF,
    "recruiter": KARIM,
    "manager": "a.roelofs@ziekenhuis-oostmeer.example",
    "application_manager": APPLICATION_MANAGER,
}
WITHOUT_A_PAGE = {
    "healthz",
    "healthz_worker",
    "security_txt",
    "outbox:demo_attachment",
    "candidates:import_template",
    "candidates:import_faulty",
    "bookings:calendar",
    "bookings:feed",
    "api:schema",
    "api:docs",
}
ALSO = {  # pages that need a query string, or that differ per user
    "candidate": {"bookings:details", "bookings:move_details"},
    "advisor": {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"},
    "recruiter": {"candidates:rejection_edit", "bookings:invitations", "referrals:inbox", "referrals:referral"},
}
STARTS = {
    "anonymous": [
        "/",
        "/account/login/",
        "/account/inactive/",
        "/account/password/reset/done/",
        "/account/password/reset/key/1-used/",
        "/account/password/reset/key/done/",
        "/link/ended/",
        "/signed-out/",
        "/stop/an-old-letter/",
        "/demo/outbox/",
    ],
    "advisor": [
        "/",
        "/today/?day=2026-12-01",  # with a talk
        "/account/2fa/",
        "/account/password/change/",
        "/account/reauthenticate/",
        "/account/logout/",
    ],
    "recruiter": ["/", "/rejections/?tab=incomplete", "/rejections/same-person/"],
    "manager": ["/", "/setup/role-requests/"],
    "application_manager": ["/", "/outbox/again/"],
}
A_CANDIDATE_OF_EACH_KIND = """
from candidates.models import AccessLink
from candidates.access.services import link_url_for
from bookings.models import Booking, Hold
kinds = {}
for link in AccessLink.objects.select_related("candidate"):
    bookings = Booking.objects.of_candidate(link.candidate).values_list("status", "referrals__state")
    held = Hold.objects.of_candidate(link.candidate).values_list("state", flat=True)
    kinds.setdefault((*bookings, *held), link_url_for(link.candidate))
print(*kinds.values())
"""


MAIL_COMES_BACK = """
from django.utils import timezone
from bookings.models import Booking

talk = Booking.objects.booked().filter(advisor__user__email="{email}", starts_at__date="2026-12-01").first()
candidate = talk.candidate
candidate.email_failed_at = timezone.now()
candidate.save(update_fields=["email_failed_at"])
"""


def pages_of(role):
    """Url names of the pages of this role; pages of several roles are checked once."""
    mine = {name for name, answers in TABLE.items() if answers[role] == 200 and "*" not in name}
    others = {name for name in mine for one in ROLES[: ROLES.index(role)] if TABLE[name][one] == 200}
    return mine - others - WITHOUT_A_PAGE | ALSO.get(role, set())


def starts_of(role, demo, visitor):
    if role == "candidate":
        return demo.manage("shell", "--no-imports", "--command", A_CANDIDATE_OF_EACH_KIND).split()
    if role in STAFF:
        sign_in(visitor, STAFF[role], password=PASSWORD)
    if role == "advisor":
        confirm_password(visitor)
        demo.manage("shell", "--no-imports", "--command", MAIL_COMES_BACK.format(email=YOUSSEF))
    if role == "recruiter":
        return [*STARTS[role], upload(visitor, SEVDA, BRAM, BROKEN)]
    return STARTS[role]


def confirm_password(visitor):
    """Confirm the password, which is required before changing the second factor."""
    visitor.go("/account/2fa/totp/activate/")
    visitor.fill(password=PASSWORD)
    visitor.press("Go on")
    visitor.is_on("Set up the app with codes")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible(role, demo, person):
    visitor = person(demo, language="nl")
    walk = SiteWalk(visitor, only=pages_of(role))

    for start in starts_of(role, demo, visitor):
        walk.start(start)

    assert walk.faults == []
    assert pages_of(role) - set(walk.seen) == set()
