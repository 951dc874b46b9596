from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advisors.models import AgendaEntry
from bookings.agenda.queries import AgendaItems, calendar_of, days_of_week, rows_of_day
from bookings.models import Booking
from organisation.models import AuditEvent, Policy, Role
from tests.factories import (
    NOW,
    make_absence,
    make_advisor,
    make_booking,
    make_hold,
    make_invitation,
    make_opening,
    make_policy,
    make_referral,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)
ADDRESSES = ["/today/", "/today/paper/", "/agenda/", "/agenda/month/"]
TALK = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # half past ten in Amsterdam, half an hour after NOW


@pytest.fixture
def advisor(client):
    """Signed in; open on Monday from 9 to 12."""
    make_policy()
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=0)
    with time_machine.travel(NOW, tick=False):
        client.force_login(advisor.user)
        client.cookies["django_language"] = "en"
        yield advisor


def words_of(answer):
    return " ".join(answer.content.decode().split())


def calendar(advisor):
    return calendar_of(advisor, policy=Policy.objects.current(), since=MONDAY, until=MONDAY + timedelta(days=7))


def rows_of(calendar, day, talks, *, now, holds=()):
    return rows_of_day(
        calendar, day, AgendaItems(talks=talks, holds=list(holds)), policy=Policy.objects.current(), now=now
    )


def week_of(advisor, talks=()):
    taken = AgendaItems(talks=list(talks))
    return days_of_week(calendar(advisor), MONDAY, taken, policy=Policy.objects.current(), today=MONDAY)


def told(rows):
    """(local hour, what) of every row."""
    return [
        (row.starts_at.astimezone(AMSTERDAM).strftime("%H.%M"), row.booking or row.hold or row.kind.value)
        for row in rows
    ]


def test_rows_of_day_lists_bookings_free_time_and_absences_in_order(advisor):
    talk = make_booking(advisor=advisor, starts_at=TALK)
    make_absence(advisor=advisor, starts_at=TALK + timedelta(hours=1), ends_at=TALK + timedelta(days=2))

    rows = rows_of(calendar(advisor), MONDAY, [talk], now=NOW)

    assert told(rows) == [("09.00", "free"), ("10.30", talk), ("11.00", "free"), ("11.30", "away")]


@pytest.mark.parametrize(
    ("minutes", "status", "is_now", "is_over"),
    [
        (-60, Booking.Status.BOOKED, True, False),
        (10, Booking.Status.BOOKED, True, False),
        (20, Booking.Status.BOOKED, False, True),
        (20, Booking.Status.COMPLETED, False, False),
        (10, Booking.Status.CANCELLED, False, False),
    ],
)
def test_rows_of_day_marks_the_current_or_next_booking(advisor, minutes, status, is_now, is_over):
    talk = make_booking(advisor=advisor, starts_at=TALK)
    talk.status = status

    rows = rows_of(calendar(advisor), MONDAY, [talk], now=TALK + timedelta(minutes=minutes))

    (row,) = [row for row in rows if row.booking]
    assert (row.is_now, row.is_over) == (is_now, is_over)


def test_rows_of_day_marks_no_booking_of_tomorrow(advisor):
    talk = make_booking(advisor=advisor, starts_at=TALK)

    rows = rows_of(calendar(advisor), MONDAY, [talk], now=NOW - timedelta(days=1))

    assert [row.is_now for row in rows if row.booking] == [False]


def test_rows_of_day_has_no_free_time_on_a_public_holiday(advisor):
    christmas = date(2026, 12, 25)
    make_opening(advisor=advisor, weekday=4)
    december = calendar_of(advisor, policy=Policy.objects.current(), since=christmas, until=christmas)

    assert rows_of(december, christmas, [], now=NOW) == []


@pytest.mark.parametrize(("weekday", "days"), [(None, 5), (5, 6), (6, 6)])
def test_week_shows_only_used_weekend_days(advisor, weekday, days):
    if weekday is not None:
        make_opening(advisor=advisor, weekday=weekday)

    week = week_of(advisor)

    assert len(week) == days
    assert [day.date for day in week if day.is_today] == [MONDAY]


def test_day_is_marked_as_a_full_day_of_absence(advisor):
    midnight = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    make_absence(advisor=advisor, starts_at=midnight, ends_at=midnight + timedelta(days=2))

    week = week_of(advisor)

    assert [day.is_whole_day_away for day in week] == [True, True, False, False, False]


def test_rows_of_day_lists_holds_and_external_busy_time(advisor):
    held = make_hold(advisor=advisor, starts_at=TALK)
    busy = [(TALK + timedelta(minutes=30), 60), (TALK + timedelta(minutes=60), 20), (TALK - timedelta(hours=9), 60)]
    for start, minutes in busy:
        take_elsewhere(advisor, start, minutes)

    rows = rows_of(calendar(advisor), MONDAY, [], holds=[held], now=NOW)

    assert told(rows) == [("09.00", "free"), ("10.30", held), ("11.00", "elsewhere")]


def take_elsewhere(advisor, start, minutes):
    AgendaEntry.objects.create(
        advisor=advisor, kind="external", busy_from=start, busy_until=start + timedelta(minutes=minutes)
    )


def test_rows_of_day_has_no_free_time_when_the_daily_limit_is_reached(advisor):
    advisor.max_per_day = 1
    advisor.save()
    talk = make_booking(advisor=advisor, starts_at=TALK)

    assert told(rows_of(calendar(advisor), MONDAY, [talk], now=NOW)) == [("10.30", talk)]


def test_free_time_has_the_session_length_of_its_opening(advisor):
    consulting = make_opening(advisor=advisor, weekday=0, starts=time(12, 30), ends=time(12, 45))
    consulting.session_minutes = 15
    consulting.save()
    make_booking(advisor=advisor, starts_at=TALK + timedelta(minutes=45))

    rows = rows_of(calendar(advisor), MONDAY, [], now=NOW)

    assert told(rows) == [("09.00", "free"), ("12.30", "free")]


def test_day_page_shows_when_a_hold_expires(client, advisor):
    make_hold(advisor=advisor, starts_at=TALK)

    html = words_of(client.get("/today/"))

    assert "Held until Mon 23 Nov, 14:00, for somebody on the waiting list" in html
    assert "Aydin" not in html


@pytest.mark.parametrize("address", ["/today/?day=2026-11-25", "/agenda/", "/agenda/month/"])
def test_pages_show_the_reason_of_a_closed_day(client, advisor, address):
    make_policy(closed_days={"2026-11-25": "Moving house"})

    assert "Moving house" in words_of(client.get(address))


def test_day_page_shows_a_full_day_of_absence(client, advisor):
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    make_absence(advisor=advisor, starts_at=midnight, ends_at=midnight + timedelta(days=1))

    html = words_of(client.get("/today/?day=2026-11-24"))

    assert ["You are away on this day." in html, "No talks here yet" in html] == [True, False]


def test_day_page_shows_that_a_limit_is_reached(client, advisor):
    advisor.max_per_day = 1
    advisor.save()
    make_booking(advisor=advisor, starts_at=TALK)

    assert "1 talk is your limit, and it is reached." in words_of(client.get("/today/"))


def test_empty_day_page_names_the_next_booking(client, advisor):
    make_booking(advisor=advisor, starts_at=TALK + timedelta(days=7))

    html = words_of(client.get("/today/?day=2026-11-24"))

    assert ["Your next talk is on Monday 30 November at 10:30." in html, "?day=2026-11-30" in html] == [True, True]


def test_month_page_shows_bookings_free_slots_and_absences_with_links(client, advisor):
    make_policy(notice_hours=0)
    make_booking(advisor=advisor, starts_at=TALK)
    make_absence(advisor=advisor, starts_at=NOW + timedelta(days=6, hours=14), ends_at=NOW + timedelta(days=8))

    html = words_of(client.get("/agenda/month/"))

    shown = ["November 2026", "1 talk.", "1 talk </p>", "3 free", ">away<", "?day=2026-11-24", "?week=2026-W48"]
    shown += ["?month=2026-10", "?month=2026-12", '<th scope="col">Monday</th>', '<td aria-current="date">']
    assert [word for word in shown if word not in html] == []
    assert "Aydin" not in html


@pytest.mark.parametrize(("month", "days"), [("2026-10", 35), ("2026-11", 42), ("2027-02", 28), ("2027-03", 35)])
def test_the_month_is_a_table_of_whole_weeks(client, advisor, month, days):
    html = words_of(client.get(f"/agenda/month/?month={month}"))

    assert (html.count("<td"), html.count('scope="row"')) == (days, days // 7)


def test_print_page_shows_complete_phone_numbers_and_is_audited(client, advisor):
    talk = make_booking(advisor=advisor, starts_at=TALK)
    make_booking(advisor=advisor, starts_at=TALK + timedelta(days=1), phone="+31600000002")

    html = words_of(client.get("/today/paper/"))

    shown = ["Monday 23 November 2026", "10:30</time>", "until 10:50", "Sevda Aydin", "By phone", "06 00000001"]
    assert [word for word in shown if word not in html] == []
    assert "00000002" not in html
    kept = AuditEvent.objects.values_list("action", "about", "actor")
    assert list(kept) == [("booking.print", f"booking:{talk.pk}", f"user:{advisor.user.pk}")]


def test_a_cancelled_talk_is_not_printed(client, advisor):
    talk = make_booking(advisor=advisor, starts_at=TALK)
    Booking.objects.filter(pk=talk.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    assert "There is nothing to print on this day." in words_of(client.get("/today/paper/"))


def test_today_page_masks_phone_numbers_and_is_not_audited(client, advisor):
    talk = make_booking(advisor=advisor, starts_at=TALK, question="Is mijn ervaring iets waard?")

    html = words_of(client.get("/today/"))

    shown = ["Monday 23 November", "1 talk.", "Sevda Aydin", "Anesthesiemedewerker", "06 ·· ·· 01", "Open file"]
    shown += ["Is mijn ervaring iets waard?", "Free until 10:30", reverse("talks:file", args=[talk.pk])]
    assert [word for word in shown if word not in html] == []
    assert "00000001" not in html
    assert AuditEvent.objects.count() == 0


def test_today_page_shows_the_free_slots_of_two_weeks(client, advisor):
    make_booking(advisor=advisor, starts_at=TALK + timedelta(days=7))

    html = words_of(client.get("/today/"))

    assert "8 of 9 moments free in the coming two weeks" in html
    assert '<progress max="9" value="8"' in html


def test_today_page_lists_open_actions(client, advisor):
    over = make_booking(advisor=advisor, starts_at=NOW - timedelta(days=3))
    vacancies = [make_vacancy(title=title) for title in ("Verpleegkundige", "Analist", "Kok")]
    make_referral(booking=over, vacancy=vacancies[0])
    make_referral(booking=over, vacancy=vacancies[1], state="sent", consented_at=NOW, answer_by=MONDAY)
    make_referral(
        booking=over, vacancy=vacancies[2], state="accepted", consented_at=NOW, answer_by=MONDAY, answered_at=NOW
    )

    html = words_of(client.get("/today/"))

    assert "did you talk on Friday 20 November?" in html
    assert "reads your introduction for Verpleegkundige since Monday 23 November." in html
    assert "waits for the recruiter of Analist since Monday 23 November." in html
    assert "Kok" not in html


def test_empty_today_page_explains_itself(client, advisor):
    html = words_of(client.get("/today/?day=2026-11-24"))

    assert "Nothing. Everything is marked and nobody waits." in html
    assert "No talks here yet" in html


def test_page_without_opening_hours_links_to_them(client, advisor):
    advisor.openings.all().delete()

    html = words_of(client.get("/today/"))

    assert "Add my hours" in html
    assert "Candidates cannot book any moment with you in the coming two weeks." in html


def test_week_page_shows_bookings_and_links_adjacent_weeks(client, advisor):
    make_booking(advisor=advisor, starts_at=TALK)

    html = words_of(client.get("/agenda/"))

    assert ["Week 48" in html, "10:30 Aydin" in html, "?week=2026-W47" in html, "?week=2026-W49" in html] == [True] * 4


@pytest.mark.parametrize(
    ("has_talk", "day", "week", "ways_back"),
    [(False, "Monday 23 November", "Week 48", True), (True, "Sunday 22 November", "Week 47", False)],
)
def test_sunday_opens_the_coming_week_unless_a_booking_is_left(client, advisor, has_talk, day, week, ways_back):
    sunday = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    if has_talk:
        make_booking(advisor=advisor, starts_at=sunday)

    with time_machine.travel(sunday, tick=False):
        client.force_login(advisor.user)
        pages = [words_of(client.get(page)) for page in ("/today/", "/agenda/", "/hours/")]

    assert f"<h1>{day}</h1>" in pages[0]
    assert [f"<h1>{week}</h1>" in pages[1], f"{week}, from Monday" in pages[2]] == [True, True]
    assert ['?day=2026-11-22">Today' in pages[0], '?week=2026-W47">This week' in pages[1]] == [ways_back] * 2


def test_week_parameter_uses_the_iso_year(client, advisor):
    html = words_of(client.get("/agenda/?week=2026-W53"))

    assert ["Week 53" in html, "?week=2027-W01" in html] == [True, True]


@pytest.mark.parametrize(
    "address",
    [
        "/today/?day=vandaag",
        "/today/?day=2026-02-30",
        "/today/?day=0001-01-01",
        "/today/?day=9999-12-31",
        "/agenda/?week=48",
        "/agenda/?week=2026-W60",
        "/agenda/?week=9999-W52",
        "/agenda/?week=x-Wy",
        "/agenda/month/?month=2026-13",
        "/agenda/month/?month=99999999999999-1",
        "/agenda/month/?month=november",
        "/today/paper/?day=2026-02-30",
    ],
)
def test_invalid_period_is_not_found(client, advisor, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_agenda_shows_own_bookings_only(client, advisor, address):
    make_booking(advisor=make_advisor(), starts_at=TALK)

    assert "Aydin" not in words_of(client.get(address))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("roles", [[Role.RECRUITER], [Role.APPLICATION_MANAGER], [Role.MANAGER], []])
def test_agenda_is_for_advisors_only(client, advisor, address, roles):
    client.force_login(make_user(*roles))

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_agenda_takes_the_same_statements_for_thirty_bookings(client, advisor, address):
    vacancy = make_vacancy()
    make_talks(advisor, vacancy, range(2))
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    make_talks(advisor, vacancy, range(2, 30))

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)


def make_talks(advisor, vacancy, numbers):
    make_opening(advisor=advisor, weekday=len(numbers) % 5, starts=time(20), ends=time(21))
    for number in numbers:
        invitation = make_invitation(rejection=make_rejection(vacancy=vacancy))
        talk = make_booking(advisor=advisor, invitation=invitation, starts_at=NOW + timedelta(minutes=30 * number - 90))
        make_referral(booking=talk, vacancy=vacancy)


def test_day_page_links_to_the_slot_explainer(client, advisor):
    assert 'href="/agenda/why/?day=2026-11-24"' in words_of(client.get("/today/?day=2026-11-24"))
