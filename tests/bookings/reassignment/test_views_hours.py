"""Pages to change hours and absences: preview, conflicts, and input that is kept."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import Absence, Opening
from bookings.models import Booking
from organisation.models import AuditEvent, Policy, Role
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_opening,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = pytest.mark.django_db
TUESDAY = {"first_day": "2026-11-24", "last_day": "", "from_time": "", "until_time": ""}
CHRISTMAS_AT_TEN = datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
AT_HALF_PAST_TEN = "2026-11-24T09:30Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def advisor(client):
    make_policy()
    advisor = make_advisor(hours=False)
    client.force_login(advisor.user)
    client.cookies["django_language"] = "en"
    return advisor


def text_of(answer):
    return " ".join(answer.content.decode().split())


def typed(**fields):
    when = {"repeats": "week", "weekday": "1", "starts": "09:00", "ends": "12:00"}
    return {**when, "channels": ["phone"], "location": ""} | fields


def make_own_booking(advisor, **fields):
    rejection = make_rejection(candidate=make_candidate(last_name="Aydin"))
    return make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection), **fields)


def make_booking_rejected_by(advisor):
    """Booking with the advisor who gave its rejection as recruiter."""
    rejection = make_rejection(candidate=make_candidate(last_name="Aydin"), recruiter=advisor.user)
    return make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))


def test_preview_shows_the_slots_keeps_the_input_and_saves_nothing(client, advisor):
    answer = client.post(f"/hours/{advisor.pk}/new/", typed(ends="11:00", preview="1"))

    html = text_of(answer)
    assert "With these hours you have 4 moments next week." in html
    assert "<li>Tuesday 1 December: 4</li>" in html
    assert 'value="11:00"' in html
    assert Opening.objects.count() == 0


def test_preview_of_a_rule_lists_the_next_days(client, advisor):
    data = typed(repeats="3", weekday="2", preview="1")

    html = text_of(client.post(f"/hours/{advisor.pk}/new/", data))

    assert "in the week of Monday 14 December" in html
    assert "Coming days: Wednesday 16 December, Wednesday 20 January" in html


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"repeats": "week"}, {"weekday": 1, "rule": ""}),
        ({"repeats": "two_weeks"}, {"weekday": None, "rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}),
        ({"repeats": "-1"}, {"weekday": None, "rule": "FREQ=MONTHLY;BYDAY=-1TU"}),
        ({"repeats": "rule", "rule": "FREQ=DAILY;INTERVAL=3"}, {"weekday": None, "rule": "FREQ=DAILY;INTERVAL=3"}),
    ],
)
def test_a_recurrence_is_saved_and_shown_in_the_form_again(client, advisor, data, kept):
    client.post(f"/hours/{advisor.pk}/new/", typed(**data))

    opening = Opening.objects.get()
    form = client.get(f"/hours/openings/{opening.pk}/").context["form"]
    assert {"weekday": opening.weekday, "rule": opening.rule} == kept
    assert {name: form[name].value() for name in data} == data


def test_hours_on_one_date_are_extra_or_instead(client, advisor):
    data = {"day": "2026-12-02", "as_what": "instead", "starts": "13:00", "ends": "15:00", "channels": ["phone"]}

    client.post(f"/hours/{advisor.pk}/new/?date", data)

    opening = Opening.objects.get()
    assert (opening.day, opening.replaces, opening.weekday) == (date(2026, 12, 2), True, None)
    assert client.get(f"/hours/openings/{opening.pk}/").context["form"]["as_what"].value() == "instead"
    assert "instead of the usual hours" in text_of(client.get("/hours/?week=2026-W49"))


def test_hours_of_their_own_are_kept(client, advisor):
    own = {"session_minutes": "15", "buffer_minutes": "0", "step_minutes": "30", "languages": ["en"]}

    client.post(f"/hours/{advisor.pk}/new/", typed(**own, valid_from="2026-12-01", valid_until="2027-01-31"))

    opening = Opening.objects.get()
    assert (opening.session_minutes, opening.buffer_minutes, opening.step_minutes) == (15, 0, 30)
    assert (opening.languages, opening.valid_from, opening.valid_until) == (
        ["en"],
        date(2026, 12, 1),
        date(2027, 1, 31),
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"repeats": "rule", "rule": "FREQ=HOURLY"}, "We cannot follow this part of the rule: FREQ=HOURLY."),
        ({"repeats": "rule", "rule": ""}, "Write the rule, or choose another way"),
        ({"weekday": "2", "starts": "10:00"}, "On Wednesday 25 November these hours overlap with other hours"),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "These hours are valid until a day before"),
        ({"session_minutes": "3"}, "Ensure this value is greater than or equal to 5."),
    ],
)
@pytest.mark.parametrize("button", ["save", "preview"])
def test_invalid_hours_keep_the_input(client, advisor, fields, text, button):
    make_opening(advisor=advisor, weekday=2)

    answer = client.post(f"/hours/{advisor.pk}/new/", typed(**fields, **{button: "1"}))

    assert text in text_of(answer)
    assert {name: answer.context["form"][name].value() for name in fields} == fields
    assert Opening.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 moment is held for a candidate."), (2, "2 moments are held for candidates.")],
)
def test_the_question_names_the_number_of_holds_that_end(client, advisor, number, text):
    booking = make_own_booking(advisor)
    for hour in range(number):
        make_hold(advisor=advisor, starts_at=booking.ends_at + timedelta(minutes=10 + 60 * hour))

    assert text in text_of(client.post(f"/hours/{advisor.pk}/absence/", TUESDAY))


def test_an_absence_with_a_conflict_asks_and_keeps_the_input(client, advisor):
    booking = make_own_booking(advisor)

    answer = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY)

    html = text_of(answer)
    assert "1 talk no longer fits with this change." in html
    assert "Sevda Aydin" in html
    assert "Tuesday 24 November, 10:30: what happens with this talk?" in html
    assert '<input type="hidden" name="first_day" value="2026-11-24">' in html
    assert f'name="talk_{booking.pk}"' in html
    assert Absence.objects.count() == 0


def test_the_question_hides_the_name_from_the_recruiter_who_gave_the_rejection(client, advisor):
    booking = make_booking_rejected_by(advisor)
    make_advisor(name="Ada Bos")

    answer = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY)

    html = text_of(answer)
    assert [choice for choice, _label in answer.context["form"][f"talk_{booking.pk}"].field.choices] == [
        f"keep@{AT_HALF_PAST_TEN}"
    ]
    assert "You gave this rejection as recruiter." in html
    assert [word for word in ("Sevda", "Aydin") if word in html] == []


def test_the_name_is_hidden_from_that_recruiter_also_as_application_manager(client, advisor):
    advisor.user.grants.create(role=Role.APPLICATION_MANAGER)
    make_booking_rejected_by(advisor)

    answer = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY)

    assert "Aydin" not in text_of(answer)
    assert 'value="offer@' in text_of(answer)


def test_the_resolution_and_the_absence_are_one_post(client, advisor):
    colleague = make_advisor(name="Ada Bos")
    booking = make_own_booking(advisor)
    answer = {f"talk_{booking.pk}": f"hand_over:{colleague.pk}@{AT_HALF_PAST_TEN}", "remark": "Tot dan."}

    done = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY | answer)

    booking.refresh_from_db()
    assert (done.status_code, done.headers["Location"]) == (302, "/hours/")
    assert (booking.advisor, Absence.objects.count()) == (colleague, 1)


@pytest.mark.parametrize("value", ["", "keep", "keep@2026-11-24T10:30Z", "hand_over:99@2026-11-24T09:30Z", "x" * 500])
def test_an_invalid_resolution_is_asked_again(client, advisor, value):
    booking = make_own_booking(advisor)

    answer = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY | {f"talk_{booking.pk}": value, "remark": "Sorry"})

    assert answer.status_code in (200, 409)
    assert answer.context["form"].errors.keys() == {f"talk_{booking.pk}"}
    assert "Sorry</textarea>" in text_of(answer)
    assert Absence.objects.count() == 0


def test_a_remark_that_is_too_long_saves_nothing_and_is_kept(client, advisor):
    booking = make_own_booking(advisor)
    answer = {f"talk_{booking.pk}": f"keep@{AT_HALF_PAST_TEN}", "remark": "a" * 601}

    page = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY | answer)

    assert page.context["form"].errors.keys() == {"remark"}
    assert Absence.objects.count() == 0


def test_a_change_meanwhile_is_explained_and_asked_again(client, advisor):
    first = make_own_booking(advisor)
    answer = {f"talk_{first.pk}": f"keep@{AT_HALF_PAST_TEN}", f"talk_{first.pk + 999}": f"keep@{AT_HALF_PAST_TEN}"}

    page = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY | answer)

    assert page.status_code == 409
    assert "Something changed in the meantime, so nothing was saved." in text_of(page)


def test_back_shows_the_form_with_the_input(client, advisor):
    make_own_booking(advisor)

    page = client.post(f"/hours/{advisor.pk}/absence/", TUESDAY | {"again": "1"})

    assert page.context["form"]["first_day"].value() == "2026-11-24"
    assert "advisors/hours/absence.html" in [template.name for template in page.templates]


def test_closing_hours_asks_about_their_bookings(client, advisor):
    opening = make_opening(advisor=advisor, weekday=1)
    booking = make_own_booking(advisor)

    asked = client.post(f"/hours/openings/{opening.pk}/close/")
    answer = {f"talk_{booking.pk}": f"keep@{AT_HALF_PAST_TEN}"}
    client.post(f"/hours/openings/{opening.pk}/close/", answer)

    assert "1 talk no longer fits with this change." in text_of(asked)
    assert (Opening.objects.count(), Booking.objects.booked().count()) == (0, 1)
    assert [entry.booking for entry in client.get("/hours/").context["page"].outside] == [booking]


def test_the_application_manager_sees_no_name_of_a_candidate(client, advisor):
    make_own_booking(advisor)
    client.force_login(make_user(Role.APPLICATION_MANAGER))

    html = text_of(client.post(f"/hours/{advisor.pk}/absence/", TUESDAY))

    assert ("Youssef Benali" in html, "Aydin" in html) == (True, False)


def test_a_closed_day_is_added_with_its_conflicts_and_removed(client, advisor):
    booking = make_own_booking(advisor)
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    data = {"day": "2026-11-24", "reason": "Opleidingsdag"}

    asked = client.post("/setup/closed-days/", data)
    done = client.post("/setup/closed-days/", data | {f"talk_{booking.pk}": f"offer@{AT_HALF_PAST_TEN}"})
    listed = client.get("/setup/closed-days/").context["days"]
    client.post("/setup/closed-days/2026-11-24/remove/")

    assert ("1 talk no longer fits with this change." in text_of(asked), done.status_code) == (True, 302)
    assert listed == [(date(2026, 11, 24), "Opleidingsdag")]
    assert client.get("/setup/closed-days/").context["days"] == []
    trail = AuditEvent.objects.filter(about="policy:2026-11-24").order_by("pk")
    assert [event.action for event in trail] == ["day.close", "day.open"]


def test_closing_on_public_holidays_asks_about_their_bookings(client):
    make_policy(closes_on_public_holidays=False)
    booking = make_own_booking(make_advisor(), starts_at=CHRISTMAS_AT_TEN)
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    answer = {f"talk_{booking.pk}": "keep@2026-12-25T09:00Z"}

    asked = client.post("/setup/closed-days/holidays/", {"are_closed": "on"})
    kept_open = Policy.objects.get().closes_on_public_holidays
    done = client.post("/setup/closed-days/holidays/", {"are_closed": "on", **answer})

    assert ([conflict.booking for conflict in asked.context["form"].conflicts], kept_open) == ([booking], False)
    assert (done.headers["Location"], Policy.objects.get().closes_on_public_holidays) == ("/setup/closed-days/", True)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-22", "This day is over."),
        ("2031-01-01", "more than three years ahead"),
        ("", "This field is required"),
    ],
)
def test_an_invalid_closed_day_is_explained(client, day, text):
    make_policy()
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    client.cookies["django_language"] = "en"

    answer = client.post("/setup/closed-days/", {"day": day, "reason": "Opleidingsdag"})

    assert text in text_of(answer)
    assert answer.context["form"]["reason"].value() == "Opleidingsdag"


def test_the_question_needs_the_same_statements_with_thirty_bookings(client, advisor):
    for weekday in range(7):
        make_opening(advisor=advisor, weekday=weekday, starts=time(0), ends=time(23, 59))
    span = TUESDAY | {"last_day": "2027-01-31"}
    make_absence(advisor=make_advisor(), starts_at=NOW, ends_at=NOW + timedelta(days=1))
    make_own_booking(advisor)
    with CaptureQueriesContext(connection) as one:
        client.post(f"/hours/{advisor.pk}/absence/", span)
    for number in range(1, 30):
        make_own_booking(advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=number))

    with CaptureQueriesContext(connection) as thirty:
        answer = client.post(f"/hours/{advisor.pk}/absence/", span)

    assert (len(answer.context["form"].conflicts), len(thirty)) == (30, len(one))
