"""Pages of the application manager, without JavaScript."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.tokens import digest_of
from organisation.models import ApiClient, AuditEvent, Department, Location, Policy, Role, User
from organisation.templatetags.formatting import in_words
from tests.factories import make_advisor, make_booking, make_invitation, make_location, make_policy, make_user

pytestmark = pytest.mark.django_db
POLICY = {
    "employer_name": "Ziekenhuis Oostmeer",
    "short_name": "Oostmeer",
    "website": "",
    "sender_name": "Marit de Wit",
    "sender_email": "loopbaan@ziekenhuis-oostmeer.example",
    "phone": "06 00000900",
    "eligibility": "interviewed",
    "session_minutes": "30",
    "buffer_minutes": "10",
    "buffer_before_minutes": "0",
    "share_window_days": "28",
    "hold_hours": "4",
    "notice_hours": "24",
    "horizon_days": "28",
    "cancel_until_hours": "4",
    "invitation_valid_days": "21",
    "invitations_per_day": "0",
    "sms_countries": ["NL", "BE"],
    "sms_per_day": "500",
    "sms_per_number": "4",
    "sms_price": "0.10",
    "sms_budget": "250",
    "second_factor_grace_days": "14",
    "languages": ["nl", "en"],
    "default_language": "nl",
}


@pytest.fixture
def manager():
    return make_user(Role.APPLICATION_MANAGER, name="Bo Baas")


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def test_policy_is_stored_and_redirects_to_setup(page, settings):
    settings.DEMO = True

    answer = page.post(reverse("organisation:policy"), POLICY)

    policy = Policy.objects.get()
    assert answer.headers["Location"] == reverse("organisation:setup")
    assert (policy.eligibility, policy.session_minutes, str(policy.phone)) == ("interviewed", 30, "+31600000900")


def test_policy_stores_agenda_rules_and_keeps_closed_days_and_holidays(page, settings):
    settings.DEMO = True
    make_policy(closed_days={"2026-12-24": "Opleiding"}, closes_on_public_holidays=False)
    rules = {"buffer_before_minutes": "5", "step_minutes": "15", "share_window_days": "56", "hold_hours": "6"}

    page.post(reverse("organisation:policy"), {**POLICY, **rules})

    policy = Policy.objects.get()
    assert {name: str(getattr(policy, name)) for name in rules} == rules
    assert (policy.closes_on_public_holidays, policy.closed_days) == (False, {"2026-12-24": "Opleiding"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"),
        ("short_name", "Oost🌷"),
        ("short_name", ""),
        ("sender_email", "geen adres"),
        ("session_minutes", "0"),
        ("horizon_days", "9999"),
        ("default_language", "fr"),
        ("languages", []),
        ("eligibility", "everybody"),
    ],
)
def test_policy_shows_errors_and_keeps_input(page, field, value):
    answer = page.post(reverse("organisation:policy"), POLICY | {field: value})

    assert field in answer.context["form"].errors
    assert b"Marit de Wit" in answer.content
    assert not Policy.objects.exists()


def test_invented_phone_numbers_are_accepted_in_the_demo_only(page, settings):
    settings.DEMO = False

    answer = page.post(reverse("organisation:policy"), POLICY)

    assert "phone" in answer.context["form"].errors


def test_policy_shows_the_limit_of_the_short_name(page, settings):
    settings.PUBLIC_URL = "https://spreekuur.ziekenhuis-oostmeer.example"

    answer = page.post(reverse("organisation:policy"), POLICY)

    assert "6" in str(answer.context["form"].errors["short_name"])


@pytest.mark.parametrize(
    ("new", "values", "model"),
    [
        ("location_new", {"name": "Hoofdgebouw", "address": "Lindelaan 1", "is_active": "on"}, Location),
        ("department_new", {"name": "Radiologie", "is_active": "on"}, Department),
    ],
)
def test_locations_and_departments_are_added_once_and_taken_out_of_use(page, new, values, model):
    page.post(reverse(f"organisation:{new}"), values)
    twice = page.post(reverse(f"organisation:{new}"), values)
    place = model.objects.get()
    change = reverse(f"organisation:{new.removesuffix('_new')}", args=[place.pk])
    page.post(change, {name: value for name, value in values.items() if name != "is_active"})

    assert "name" in twice.context["form"].errors or twice.context["form"].non_field_errors()
    assert list(model.objects.values_list("name", "is_active")) == [(values["name"], False)]
    kind = new.removesuffix("_new")
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {f"{kind}.add", f"{kind}.change"}


def test_a_new_advisor_redirects_to_the_profile_and_then_to_the_hours(page):
    values = {"name": "Youssef Benali", "email": "y.benali@oostmeer.example", "roles": ["advisor"], "is_active": "on"}

    answer = page.post(reverse("organisation:staff_new"), values)
    user = User.objects.get(email="y.benali@oostmeer.example")
    profile = {"title": "Loopbaanadviseur", "languages": ["nl"], "is_active": "on", "share_weight": "100"}
    profile["time_zone"] = "Europe/Amsterdam"
    then = page.post(reverse("bookings:profile", args=[user.pk]), profile)

    assert answer.headers["Location"] == reverse("bookings:profile", args=[user.pk])
    assert then.headers["Location"] == reverse("advisors:hours_of", args=[user.advisor.pk])
    assert (user.advisor.languages, user.advisor.session_minutes) == (["nl"], None)


def test_a_profile_is_for_advisors_only(page):
    recruiter = make_user(Role.RECRUITER)

    assert page.get(reverse("bookings:profile", args=[recruiter.pk])).status_code == 404


def test_an_existing_profile_is_changed(page):
    advisor = make_advisor()
    values = {"title": "Coach", "languages": ["en"], "max_per_day": "3", "share_weight": "50", "is_active": "on"}
    values["time_zone"] = "America/Paramaribo"

    answer = page.post(reverse("bookings:profile", args=[advisor.user_id]), values)

    advisor.refresh_from_db()
    assert answer.headers["Location"] == reverse("organisation:staff")
    assert (advisor.title, advisor.languages, advisor.max_per_day) == ("Coach", ["en"], 3)
    assert (advisor.share_weight, advisor.max_per_week, advisor.time_zone) == (50, None, "America/Paramaribo")


def test_the_last_application_manager_stays(page, manager):
    values = {"name": manager.name, "email": manager.email, "is_active": "on"}

    answer = page.post(reverse("organisation:staff_member", args=[manager.pk]), values)

    assert answer.context["form"].non_field_errors()
    assert User.objects.get().is_application_manager


def test_invite_again_requests_one_mail(page):
    user = make_user()

    page.post(reverse("organisation:staff_invite_again", args=[user.pk]))

    assert User.objects.get(pk=user.pk).invitation_asked_at
    assert mail.outbox == []


def test_the_token_of_an_api_client_is_shown_once(page):
    answer = page.post(reverse("organisation:client_new"), {"name": "Recruitee", "source": "recruitee"})
    token = answer.context["token"]

    assert token in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert ApiClient.objects.get().token_digest == digest_of(token)
    assert token not in page.get(reverse("organisation:clients")).text


def test_a_revoked_token_opens_nothing(page, client):
    token = page.post(reverse("organisation:client_new"), {"name": "A", "source": "a"}).context["token"]
    page.post(reverse("organisation:client_revoke", args=[ApiClient.objects.get().pk]))

    answer = client.get(f"/api/v1/invitations/{uuid4()}", headers={"Authorization": f"Bearer {token}"})

    assert not ApiClient.objects.get().is_active
    assert answer.status_code == 401


def test_two_api_clients_cannot_have_one_source(page):
    page.post(reverse("organisation:client_new"), {"name": "A", "source": "ats"})

    answer = page.post(reverse("organisation:client_new"), {"name": "B", "source": "ats"})

    assert answer.context["form"].errors
    assert ApiClient.objects.count() == 1


def test_a_token_is_renewed_with_the_same_source(page):
    page.post(reverse("organisation:client_new"), {"name": "A", "source": "ats"})
    page.post(reverse("organisation:client_revoke", args=[ApiClient.objects.get().pk]))

    answer = page.post(reverse("organisation:client_new"), {"name": "A", "source": "ats"})

    assert answer.context["token"] in answer.text


def test_upcoming_bookings_are_shown_before_and_after_an_advisor_leaves(page):
    ahead = timezone.now() + timedelta(days=3)
    advisor = make_advisor()
    for days in (0, 1):
        make_booking(advisor=advisor, starts_at=ahead + timedelta(days=days), invitation=make_invitation())
    make_booking(advisor=advisor, starts_at=ahead - timedelta(days=9), invitation=make_invitation())
    place = reverse("organisation:staff_member", args=[advisor.user_id])
    last = in_words(ahead + timedelta(days=1), "year")

    before = page.get(place)
    answer = page.post(place, {"name": advisor.name, "email": advisor.user.email, "roles": [], "is_active": "on"})
    after = page.get(place)

    assert answer.headers["Location"] == place
    assert [shown.context["ahead"].count for shown in (before, after)] == [2, 2]
    assert [last in shown.text for shown in (before, after)] == [True, True]
    assert ("message late" in before.text, before.text == after.text) == (True, False)


def test_without_upcoming_bookings_there_is_no_warning(page):
    user = make_advisor().user
    place = reverse("organisation:staff_member", args=[user.pk])

    answer = page.post(place, {"name": user.name, "email": user.email, "roles": [], "is_active": "on"})

    assert answer.headers["Location"] == reverse("organisation:staff")
    assert "message late" not in page.get(place).text


def test_setup_shows_each_step_until_all_are_done(page):
    seen = [page.get(reverse("organisation:setup")).context["to_do"].name]
    make_policy()
    seen.append(page.get(reverse("organisation:setup")).context["to_do"].name)
    location = make_location()
    seen.append(page.get(reverse("organisation:setup")).context["to_do"].name)
    advisor = make_advisor(hours=False)
    seen.append(page.get(reverse("organisation:setup")).context["to_do"].name)
    advisor.openings.create(weekday=1, starts="09:00", ends="12:00", channels=["phone"], location=location)
    seen.append(page.get(reverse("organisation:setup")).context["to_do"].name)
    make_user(Role.RECRUITER)

    assert seen == ["policy", "locations", "staff", "hours", "recruiters"]
    assert page.get(reverse("organisation:setup")).context["to_do"] is None


def test_setup_links_to_the_hours_of_an_advisor_without_any(page):
    make_policy()
    make_location()
    advisor = make_advisor(hours=False)

    answer = page.get(reverse("organisation:setup"))

    assert answer.context["url"] == reverse("advisors:hours_of", args=[advisor.pk])


@pytest.mark.parametrize("name", ["locations", "departments"])
def test_lists_of_locations_and_departments_show_what_is_in_use_and_the_menu(page, name):
    make_location(name="Lindewaard", is_active=False)
    Department.objects.create(name="Lindewaard", is_active=False)

    html = page.get(reverse(f"organisation:{name}")).content.decode()

    assert [
        word for word in ("<strong>Lindewaard</strong>", "Niet in gebruik", 'href="/audit/"') if word not in html
    ] == []


@pytest.mark.parametrize("name", ["staff", "locations", "departments", "clients", "audit", "setup"])
def test_a_list_takes_as_many_statements_for_30_rows_as_for_1(page, name):
    def count():
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse(f"organisation:{name}"))
        return len(asked)

    fill(1)
    few = count()
    fill(29)

    assert count() == few


def fill(number):
    for index in range(number):
        user = make_user(Role.RECRUITER)
        make_location()
        Department.objects.create(name=f"Afdeling {user.pk}")
        ApiClient.objects.create(name="A", source=f"a{user.pk}", token_digest=f"{user.pk}-{index}")
        AuditEvent.objects.create(
            action="booking.move", about="booking:1", actor="user:1", origin="web", at=user.joined_at
        )


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ("own_access", "You cannot close your own account or give up your own role."),
        ("text_does_not_fit", ""),  # its sentence needs a number, which the audit log does not hold
        ("long_gone", ""),
        ("done", ""),
    ],
)
def test_the_audit_log_shows_why_something_was_refused(page, manager, result, sentence):
    AuditEvent.objects.create(
        action="staff.change", about="user:1", actor="user:1", origin="web", at=manager.joined_at, result=result
    )
    page.cookies["django_language"] = "en"

    answer = page.get(reverse("organisation:audit"))

    (line,) = answer.context["lines"]
    assert line.because.startswith(sentence) if sentence else line.because == ""
    assert f"<code>{result}</code>" not in answer.content.decode()


def test_the_audit_log_is_filtered_and_paged(page, manager):
    for number in range(60):
        AuditEvent.objects.create(
            action="booking.move", about=f"booking:{number}", actor="candidate:7", origin="web", at=manager.joined_at
        )
    AuditEvent.objects.create(
        action="file.read", about="candidate:7", actor="user:1", origin="web", at=manager.joined_at
    )
    where = reverse("organisation:audit")

    first = page.get(where)
    last = page.get(where + first.context["page"].last)
    one = page.get(where, {"about": "booking:7"})
    by = page.get(where, {"actor": "user", "action": "file.read"})
    none = page.get(where, {"actor": "system"})

    assert [len(answer.context["lines"]) for answer in (first, last, one, by, none)] == [20, 20, 1, 1, 0]
    assert last.context["lines"][-1].event == AuditEvent.objects.order_by("pk").first()
    assert [line.event.about for line in one.context["lines"]] == ["booking:7"]
