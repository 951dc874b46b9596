"""Factories: each creates a complete, valid object and takes the fields that the test is about."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from advisors.models import Absence, Advisor, AgendaEntry, ExternalCalendar, Opening
from bookings.models import Booking, Hold, Invitation, Topic, WaitlistEntry
from bookings.requests import BookingRequest
from bookings.short_codes import code_digest, code_for_hold
from candidates.access.services import link_for
from candidates.models import Application, Candidate, Rejection, RejectionReason, Strength
from core.actors import Actor
from organisation.models import Department, Location, Policy, Role, RoleGrant, User
from outbox.models import Message
from referrals.models import Referral
from talks.models import Survey, SurveyAnswer
from vacancies.models import Requirement, Vacancy

NUMBER = count(1)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10.00 in Amsterdam
TUESDAY_HALF_PAST_TEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WEDNESDAY_TEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CANDIDATE = Actor(key="candidate:1", origin="web")
ALL_CHANNELS = ["phone", "video", "onsite"]


def make_policy(**fields):
    values = {
        "employer_name": "Ziekenhuis Oostmeer",
        "short_name": "Oostmeer",
        "sender_name": "Marit de Wit",
        "sender_email": "loopbaan@ziekenhuis-oostmeer.example",
        "phone": "+31600000900",
        "second_factor_required": False,
    }
    policy, _ = Policy.objects.update_or_create(pk=1, defaults=values | fields)
    return policy


def make_user(*roles, name="Robin Smit", **fields):
    user = User.objects.create_user(email=f"staff{next(NUMBER)}@ziekenhuis-oostmeer.example", name=name, **fields)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


def make_location(**fields):
    values = {"name": f"Locatie {next(NUMBER)}", "address": "Lindelaan 1", "city": "Oostmeer", "room": "Route 14"}
    return Location.objects.create(**values | fields)


def make_advisor(*, hours=True, name="Youssef Benali", user=None, **fields):
    """Advisor with opening hours from Monday to Friday, 9 to 12, in every channel."""
    values = {"languages": ["nl", "en"], "video_url": "https://video.example/kamer"}
    advisor = Advisor.objects.create(user=user or make_user(Role.ADVISOR, name=name), **values | fields)
    if hours:
        location = make_location()
        for weekday in range(5):
            make_opening(advisor=advisor, weekday=weekday, location=location)
    return advisor


def make_opening(*, advisor, weekday=1, starts=time(9), ends=time(12), channels=ALL_CHANNELS, location=None, **fields):
    """Weekly opening hours; pass `weekday=None` with a rule or a day."""
    values = {"starts": starts, "ends": ends, "channels": list(channels), "location": location}
    return Opening.objects.create(advisor=advisor, weekday=weekday, **values | fields)


def make_absence(*, advisor, starts_at, ends_at):
    return Absence.objects.create(advisor=advisor, starts_at=starts_at, ends_at=ends_at)


def make_external_calendar(*, advisor=None, kind="ics", **fields):
    """External calendar (ICS) that was never read."""
    values = {"name": "Outlook", "address": "https://outlook.example/agenda.ics", "due_at": NOW, "write_due_at": NOW}
    return ExternalCalendar.objects.create(advisor=advisor or make_advisor(), kind=kind, **values | fields)


def make_vacancy(*, recruiter=None, title="Anesthesiemedewerker", requirements=1, **fields):
    department = fields.pop("department", None) or Department.objects.get_or_create(name="OK en Anesthesie")[0]
    recruiter = recruiter or make_user(Role.RECRUITER, name="Marloes Tienstra")
    vacancy = Vacancy.objects.create(title=title, department=department, recruiter=recruiter, **fields)
    for number in range(requirements):
        Requirement.objects.create(vacancy=vacancy, code=f"eis-{number}", label=f"Eis {number}")
    return vacancy


def make_reason(**fields):
    code = fields.pop("code", "diploma_missing")
    reason, is_new = RejectionReason.objects.get_or_create(code=code, defaults={"category": "opleiding"} | fields)
    return labelled(reason, nl="Diploma ontbreekt", en="Diploma is missing") if is_new else reason


def labelled(thing, **labels):
    """The reason or topic, now with these labels by language."""
    for language, text in labels.items():
        thing.labels.create(language=language, text=text)
    return thing


def make_candidate(**fields):
    values = {
        "first_name": "Sevda",
        "last_name": "Aydin",
        "email": f"kandidaat{next(NUMBER)}@kandidaat.example",
        "language": "nl",
    }
    candidate = Candidate.objects.create(**values | fields)
    link_for(candidate)
    return candidate


def make_rejection(*, candidate=None, vacancy=None, stage="interview_1", complete=True, **fields):
    """Complete rejection, told to the candidate on the Friday before NOW."""
    vacancy = vacancy or make_vacancy()
    application = Application.objects.create(candidate=candidate or make_candidate(), vacancy=vacancy, stage=stage)
    values = {
        "recruiter": vacancy.recruiter,
        "reason": make_reason(),
        "component": vacancy.requirements.first(),
        "explanation": "Voor mensen mist nog een certificaat.",
        "notified_on": date(2026, 11, 20),
        "notified_by": "phone",
        "completed_at": NOW - timedelta(days=3) if complete else None,
    }
    rejection = Rejection.objects.create(application=application, **values | fields)
    if complete:
        Strength.objects.create(rejection=rejection, text="Rustig werken onder druk")
    return rejection


def make_invitation(*, rejection=None, sent_at=NOW - timedelta(days=1), open_until=date(2026, 12, 14), **fields):
    rejection = rejection or make_rejection()
    return Invitation.objects.create(
        application=rejection.application, sent_at=sent_at, open_until=open_until, **fields
    )


def make_topic():
    """Default topic, created again when an earlier test has emptied the tables."""
    topic, is_new = Topic.objects.get_or_create(code="cv")
    return labelled(topic, nl="Mijn cv", en="My CV") if is_new else topic


def make_booking(*, advisor=None, invitation=None, starts_at=TUESDAY_HALF_PAST_TEN, minutes=20, buffer=10, **fields):
    """Active booking, written to the tables without a service."""
    advisor = advisor or make_advisor()
    ends_at = starts_at + timedelta(minutes=minutes)
    entry = AgendaEntry.objects.create(
        advisor=advisor,
        kind="booking",
        busy_from=starts_at,
        busy_until=ends_at + timedelta(minutes=buffer),
        talk_from=starts_at,
        talk_until=ends_at,
    )
    values = {"channel": "phone", "language": "nl", "phone": "+31600000001", "booked_at": NOW - timedelta(hours=2)}
    return Booking.objects.create(
        advisor=advisor,
        invitation=invitation or make_invitation(),
        entry=entry,
        starts_at=starts_at,
        ends_at=ends_at,
        **values | fields,
    )


def make_waitlist_entry(*, invitation=None, **fields):
    """Waitlist entry without preferences, joined an hour ago."""
    values = {"language": "nl", "joined_at": NOW - timedelta(hours=1)}
    return WaitlistEntry.objects.create(invitation=invitation or make_invitation(), **values | fields)


def make_hold(*, advisor=None, invitation=None, starts_at=TUESDAY_HALF_PAST_TEN, minutes=20, buffer=10, **fields):
    """Hold that offers a slot from the waitlist until four hours after NOW, written to the tables without a service."""
    advisor, ends_at = advisor or make_advisor(), starts_at + timedelta(minutes=minutes)
    entry = AgendaEntry.objects.create(
        advisor=advisor,
        kind="hold",
        busy_from=starts_at,
        busy_until=ends_at + timedelta(minutes=buffer),
        talk_from=starts_at,
        talk_until=ends_at,
    )
    values = {
        "channel": "phone",
        "language": "nl",
        "reason": "waitlist",
        "offered_at": NOW,
        "expires_at": NOW + timedelta(hours=4),
        "code_digest": code_digest(code_for_hold(entry.pk)),
    }
    return Hold.objects.create(
        invitation=invitation or make_invitation(),
        advisor=advisor,
        entry=entry,
        starts_at=starts_at,
        ends_at=ends_at,
        **values | fields,
    )


def make_booking_request(starts_at=TUESDAY_HALF_PAST_TEN, *, advisor=None, **fields):
    values = {"channel": "phone", "language": "nl", "phone": "+31600000001"}
    return BookingRequest(starts_at=starts_at, advisor_id=advisor.pk if advisor else None, **values | fields)


def make_message(**fields):
    """Mail that can be sent now; a failed one has the reason `refused` by default."""
    number = next(NUMBER)
    values = {
        "kind": "confirmation",
        "transport": "mail",
        "dedupe_key": f"message:{number}",
        "about": f"booking:{number}",
        "person_key": f"candidate:{number}",
        "language": "nl",
        "recipient": f"kandidaat{number}@kandidaat.example",
        "recipient_name": "Sevda Aydin",
        "sender_name": "Marit de Wit",
        "sender_email": "loopbaan@ziekenhuis-oostmeer.example",
        "subject": "Je gesprek",
        "text": "Tot dinsdag.\n",
        "created_at": NOW,
        "not_before": NOW,
        "reason": "refused" if fields.get("state") == "failed" else "",
    }
    return Message.objects.create(**values | fields)


def make_sms(**fields):
    """SMS that can be sent now."""
    values = {"transport": "sms", "recipient": "+31600000001", "text": "Morgen 09.30 belt Youssef je."}
    return make_message(**values | fields)


def make_completed_booking(**fields):
    """Completed talk of last Friday."""
    values = {"starts_at": NOW - timedelta(days=3), "status": "completed", "closed_at": NOW - timedelta(days=3)}
    return make_booking(**values | fields)


def make_referral(*, booking=None, vacancy=None, **fields):
    """Referral that was proposed to the candidate an hour ago, without an answer."""
    values = {"introduction": "Sevda blijft rustig als het spannend wordt.", "proposed_at": NOW - timedelta(hours=1)}
    return Referral.objects.create(
        booking=booking or make_completed_booking(),
        vacancy=vacancy or make_vacancy(title="Medewerker recovery"),
        **values | fields,
    )


def make_sent_referral(**fields):
    """Referral with consent of this morning; the recruiter must answer by next Monday."""
    return make_referral(state="sent", consented_at=NOW, answer_by=date(2026, 11, 30), **fields)


def make_survey(*, booking=None, answers=None, **fields):
    """Survey that was sent this morning, and answered when there are answers."""
    values = {"asked_at": NOW, "answered_at": NOW if answers else None}
    survey = Survey.objects.create(booking=booking or make_completed_booking(), **values | fields)
    for question, answer in (answers or {}).items():
        SurveyAnswer.objects.create(survey=survey, question=question, answer=answer)
    return survey
