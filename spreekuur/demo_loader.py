"""Load the fictional hospital. Days count from the Monday of the current week, so the demo stays current."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from advisors.models import Absence, Advisor, AgendaEntry, Opening
from bookings import notifications
from bookings.default_topics import TOPICS
from bookings.models import Booking, Invitation, Topic, WaitlistEntry
from bookings.short_codes import code_digest, code_for_booking
from bookings.waitlist.offers import offer_free_slots
from candidates.access.services import link_for
from candidates.default_reasons import REASONS
from candidates.models import Application, Candidate, CandidateSource, Rejection, RejectionReason, Strength
from core.working_days import add_working_days, monday_of
from organisation.models import Department, Location, Policy, Role, RoleGrant, User
from outbox import services as outbox
from referrals.models import Referral
from talks.models import Survey, SurveyAnswer
from vacancies.models import Requirement, TrainingOption, Vacancy

FILE = Path(__file__).parent / "demo_data" / "hospital.json"
PASSWORD = "spreekuur-demo"  # noqa: S105 demo accounts are refused outside DEMO
Record = dict[str, Any]


class NotEmpty(Exception):
    """Raised because the database is not empty: demo data only goes into an empty one."""


@dataclass
class Demo:
    """Data of the file, the date of day 0 (a Monday), and the objects created so far by their id in the file."""

    data: Record
    monday: date
    created: dict[Any, Any] = field(default_factory=dict)

    def day(self, number: int | None) -> date | None:
        return None if number is None else self.monday + timedelta(days=number)

    def time_on(self, number: int, at: str = "10:00") -> datetime:
        local = datetime.combine(self.monday + timedelta(days=number), time.fromisoformat(at))
        return local.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


@transaction.atomic
def load(*, now: datetime) -> None:
    """Load the demo data. Raises NotEmpty when there are users or candidates."""
    if User.objects.exists() or Candidate.objects.exists():
        raise NotEmpty
    today = timezone.localdate(now)
    demo = Demo(json.loads(FILE.read_text(encoding="utf-8")), monday_of(today))
    for step in (_employer, _staff, _hours, _vacancies, _catalogues, _candidates, _rejections, _invitations):
        step(demo)
    _bookings(demo)
    _referrals(demo)
    _surveys(demo)
    _messages(demo, now)
    _waitlist(now)


def _employer(demo: Demo) -> None:
    data = demo.data["organisation"]
    Policy.objects.create(
        pk=1,
        employer_name=data["name"],
        second_factor_required=False,  # whoever tries the demo has no phone at hand
        short_name=data["short_name"],
        website=data["website"],
        sender_name=demo.data["advisors"][0]["name"],
        sender_email=data["sender_email"],
        phone=data["phone"],
        eligibility=data["eligibility"],
        session_minutes=data["session_minutes"],
        buffer_minutes=data["buffer_minutes"],
        notice_hours=data["min_notice_hours"],
        horizon_days=data["booking_horizon_days"],
        cancel_until_hours=data["cancel_until_hours"],
        invitation_valid_days=data["invitation_valid_days"],
        languages=data["languages"],
        default_language=data["default_language"],
    )
    for row in data["locations"]:
        fields = {key: row[key] for key in ("name", "address", "postal_code", "city", "room")}
        demo.created[row["id"]] = Location.objects.create(has_wheelchair_access=row["wheelchair_access"], **fields)
    for row in demo.data["departments"]:
        demo.created[row["id"]] = Department.objects.create(name=row["name"])


def _staff(demo: Demo) -> None:
    for group, role in (
        ("recruiters", Role.RECRUITER),
        ("managers", Role.MANAGER),
        ("application_managers", Role.APPLICATION_MANAGER),
        ("advisors", Role.ADVISOR),
    ):
        for row in demo.data[group]:
            user = User.objects.create_user(email=row["email"], name=row["name"], password=PASSWORD)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            RoleGrant.objects.create(user=user, role=role)
            demo.created[row["id"]] = _advisor(user, row) if role == Role.ADVISOR else user


def _advisor(user: User, row: Record) -> Advisor:
    if row["title"].startswith("Recruiter"):
        RoleGrant.objects.create(user=user, role=Role.RECRUITER)
    fields = ("title", "languages", "session_minutes", "buffer_minutes", "max_per_day", "video_url")
    return Advisor.objects.create(
        user=user, specialisms=", ".join(row["specialisms"]), **{key: row[key] for key in fields}
    )


def _hours(demo: Demo) -> None:
    for row in demo.data["advisors"]:
        advisor = demo.created[row["id"]]
        for block in row["weekly_hours"]:
            Opening.objects.create(
                advisor=advisor,
                weekday=block["weekday"],
                starts=time.fromisoformat(block["start"]),
                ends=time.fromisoformat(block["end"]),
                channels=block["channels"],
                location=demo.created.get(block["location"]),
            )
        for block in row.get("recurring_blocks", []):
            Opening.objects.create(
                advisor=advisor,
                rule=block["rule"],
                valid_from=demo.monday,
                starts=time.fromisoformat(block["start"]),
                ends=time.fromisoformat(block["end"]),
                channels=block["channels"],
                location=demo.created.get(block["location"]),
                session_minutes=block["session_minutes"],
                buffer_minutes=block["buffer_minutes"],
            )
        for block in row["absences"]:
            Absence.objects.create(
                advisor=advisor,
                starts_at=demo.time_on(block["from_day"], "00:00"),
                ends_at=demo.time_on(block["to_day"] + 1, "00:00"),
            )


def _vacancies(demo: Demo) -> None:
    same = ("title", "summary", "hours_min", "hours_max", "scale", "salary_min", "salary_max", "status")
    for row in demo.data["vacancies"]:
        vacancy = Vacancy.objects.create(
            source="csv",  # a CSV file finds its vacancies by number: whoever tries one in the demo names these
            external_id=row["id"],
            department=demo.created[row["department"]],
            recruiter=demo.created[row["recruiter"]],
            location=demo.created.get(row["location"]),
            published_on=demo.day(row["published_day"]),
            closes_on=demo.day(row["closes_day"]),
            procedure_ended_on=demo.day(row["procedure_end_day"]),
            **{key: row[key] for key in same},
        )
        demo.created[row["id"]] = vacancy
        for requirement in row["requirements"]:
            demo.created[row["id"], requirement["code"]] = Requirement.objects.create(
                vacancy=vacancy,
                code=requirement["code"],
                label=requirement["label"],
                is_must=requirement["kind"] == "must",
            )


def _catalogues(demo: Demo) -> None:
    for row in demo.data["training"]:
        fields = {key: row[key] for key in ("title", "kind", "provider", "duration", "counts_for")}
        TrainingOption.objects.create(**fields)
    for code, category, dutch, english, needs_component, needs_care in REASONS:
        values = {"category": category, "needs_component": needs_component, "needs_care": needs_care}
        demo.created[code], _ = RejectionReason.objects.get_or_create(code=code, defaults=values)
        _label(demo.created[code], dutch, english)
    for code, dutch, english in TOPICS:
        demo.created["topic", code], _ = Topic.objects.get_or_create(code=code)
        _label(demo.created["topic", code], dutch, english)


def _label(labelled: RejectionReason | Topic, dutch: str, english: str) -> None:
    for language, text in (("nl", dutch), ("en", english)):
        labelled.labels.get_or_create(language=language, defaults={"text": text})


def _candidates(demo: Demo) -> None:
    for row in demo.data["candidates"]:
        candidate = Candidate.objects.create(
            first_name=row["first_name"],
            infix=row["infix"],
            last_name=row["last_name"],
            email=row["email"],
            phone=row["phone"] or "",
            language=row["preferred_language"],
        )
        CandidateSource.objects.create(candidate=candidate, source="demo", external_id=row["id"])
        link_for(candidate)
        demo.created[row["id"]] = candidate


def _rejections(demo: Demo) -> None:
    for row in demo.data["applications"]:
        vacancy = demo.created[row["vacancy"]]
        application = Application.objects.create(
            candidate=demo.created[row["candidate"]],
            vacancy=vacancy,
            source="demo",
            external_id=row["id"],
            applied_on=demo.day(row["applied_day"]),
            stage=row["stage"],
        )
        demo.created[row["id"]] = application
        rejection = Rejection.objects.create(
            application=application,
            recruiter=vacancy.recruiter,
            reason=demo.created[row["reason"]],
            component=demo.created[row["vacancy"], row["component"]],
            explanation=row["explanation"],
            decided_on=demo.day(row["decided_day"]),
            notified_on=demo.day(row["notified_day"]),
            notified_by=row["notified_by"],
            completed_at=demo.time_on(row["decided_day"]) if row["strengths"] else None,
        )
        Strength.objects.bulk_create(Strength(rejection=rejection, text=text) for text in row["strengths"])


def _invitations(demo: Demo) -> None:
    valid = timedelta(days=demo.data["organisation"]["invitation_valid_days"])
    for row in demo.data["invitations"]:
        sent_at = demo.time_on(row["sent_day"])
        reminder, response = row["reminder_day"], row["response_day"]
        demo.created["invitation", row["application"]] = Invitation.objects.create(
            application=demo.created[row["application"]],
            sent_at=sent_at,
            open_until=demo.monday + timedelta(days=row["sent_day"]) + valid,
            reminded_at=None if reminder is None else demo.time_on(reminder),
            declined_at=demo.time_on(response, "14:00") if row["response"] == "declined" else None,
        )


def _bookings(demo: Demo) -> None:
    opted_in = {row["id"]: row["sms_opt_in"] for row in demo.data["candidates"]}
    candidate_of = {row["id"]: row["candidate"] for row in demo.data["applications"]}
    for row in demo.data["appointments"]:
        booking = _booking(demo, row, wants_sms=opted_in[candidate_of[row["application"]]])
        booking.topics.set([demo.created["topic", code] for code in row["topics"]])
        demo.created[row["id"]] = booking


def _booking(demo: Demo, row: Record, *, wants_sms: bool) -> Booking:
    advisor, uid = demo.created[row["advisor"]], uuid4()
    invitation = demo.created["invitation", row["application"]]
    starts_at = demo.time_on(row["day"], row["time"])
    ends_at = starts_at + timedelta(minutes=advisor.session_minutes)
    cancelled = row["status"] == "cancelled_by_candidate"
    status = Booking.Status.CANCELLED if cancelled else Booking.Status(row["status"])
    return Booking.objects.create(
        invitation=invitation,
        advisor=advisor,
        entry=None if cancelled else _entry(advisor, starts_at, ends_at),
        starts_at=starts_at,
        ends_at=ends_at,
        channel=row["channel"],
        location=demo.created.get(row["location"]),
        language=row["language"],
        phone=invitation.candidate.phone,
        wants_sms=wants_sms,
        question=row["candidate_question"],
        status=status,
        booked_at=demo.time_on(row["booked_day"], "13:00"),
        cancelled_at=starts_at - timedelta(days=1) if cancelled else None,
        cancelled_by=Booking.CancelledBy.CANDIDATE if cancelled else "",
        closed_at=ends_at if status in (Booking.Status.COMPLETED, Booking.Status.NO_SHOW) else None,
        sequence=1 if cancelled else 0,
        uid=uid,
        code_digest=code_digest(code_for_booking(uid)),
    )


def _entry(advisor: Advisor, starts_at: datetime, ends_at: datetime) -> AgendaEntry:
    return AgendaEntry.objects.create(
        advisor=advisor,
        kind=AgendaEntry.Kind.BOOKING,
        busy_from=starts_at,
        busy_until=ends_at + timedelta(minutes=advisor.buffer_minutes or 0),
        talk_from=starts_at,
        talk_until=ends_at,
    )


def _referrals(demo: Demo) -> None:
    for row in demo.data["referrals"]:
        consented_at = demo.time_on(row["sent_day"], "15:00")
        answered, outcome = row["recruiter_response_day"], row["outcome"] or ""
        Referral.objects.create(
            booking=demo.created[row["appointment"]],
            vacancy=demo.created[row["vacancy"]],
            introduction=row["introduction"],
            state=_state_of(row),
            proposed_at=demo.time_on(row["sent_day"], "11:00"),
            consented_at=consented_at,
            answer_by=add_working_days(consented_at.date(), 5),
            answered_at=None if answered is None else demo.time_on(answered, "16:00"),
            answer_reason="Deze plek is net vergeven." if row["status"] == "declined" else "",
            outcome=outcome if row["status"] == "accepted" else "",
            outcome_at=demo.time_on(answered, "16:30") if row["status"] == "accepted" and outcome else None,
        )


def _state_of(row: Record) -> str:
    if row["status"] == "pending":
        return Referral.State.SENT
    if row["status"] == "declined":
        return Referral.State.DECLINED
    return Referral.State.CLOSED if row["outcome"] == "hired" else Referral.State.ACCEPTED


def _surveys(demo: Demo) -> None:
    """Surveys of completed talks; the worker sends the missing ones."""
    for row in demo.data["surveys"]:
        answered = row["answered_day"]
        survey = Survey.objects.create(
            booking=demo.created[row["appointment"]],
            asked_at=demo.time_on(row["sent_day"]),
            answered_at=None if answered is None else demo.time_on(answered, "20:00"),
        )
        given = {code: str(value) for code, value in row["answers"].items() if value != "" and value is not None}
        answers = (SurveyAnswer(survey=survey, question=code, answer=value) for code, value in given.items())
        SurveyAnswer.objects.bulk_create(answers)


def _messages(demo: Demo, now: datetime) -> None:
    """Messages of open invitations and future talks, so that the demo's outbox is not empty."""
    policy = Policy.objects.current()
    unanswered = Invitation.objects.open(timezone.localdate(now)).filter(bookings=None, reminded_at=None)
    for invitation in unanswered:
        outbox.post(notifications.invitation(invitation, policy), now=now)
    unanswered.update(sent_at=now)  # sent now, so that its reminder is not sent in the same hour
    for booking in Booking.objects.booked():
        outbox.post(*notifications.booked(booking, policy, now=booking.booked_at), now=now)


def _waitlist(now: datetime) -> None:
    """Put candidates who cancelled on the waitlist and offer slots at once; at night the worker does so later."""
    talking = Booking.objects.filter(status__in=(Booking.Status.BOOKED, Booking.Status.COMPLETED)).values("invitation")
    cancelled = Invitation.objects.open(timezone.localdate(now)).filter(bookings__status=Booking.Status.CANCELLED)
    for invitation in cancelled.exclude(pk__in=talking).select_related("application__candidate"):
        joined_at, language = now - timedelta(hours=1), invitation.candidate.language
        WaitlistEntry.objects.create(invitation=invitation, language=language, joined_at=joined_at)
    offer_free_slots(now=now)
