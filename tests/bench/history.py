"""Create many people and talks quickly: bulk inserts, and copies of a row made by the database itself."""

from datetime import timedelta
from uuid import uuid4

from django.core.management.color import no_style
from django.db import connection

from advisors.availability.queries import free_slots_for, slot_query_for
from advisors.models import Advisor, AgendaEntry
from bookings.models import Booking, Invitation
from candidates.access.tokens import link_token
from candidates.models import AccessLink, Application, Candidate, Rejection, Strength
from core.tokens import digest_of
from organisation.authentication import new_token
from organisation.models import ApiClient
from tests.factories import make_reason

API_CLIENTS = 40  # so that none reaches the rate limit
TALK, TALK_AND_BUFFER = timedelta(minutes=20), timedelta(minutes=30)
HISTORY_ENDS = timedelta(days=2)  # ago
AT_ONCE = 1000
EARLIER = {
    "postgresql": "row.{column} - ({hours}) * interval '1 hour'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', row.{column}, '-' || ({hours}) || ' hours')",
}
NEW_UUID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def make_api_clients():
    """Create API clients and return their tokens. The invitations of `invite` are divided among them in turn."""
    tokens = [new_token() for _ in range(API_CLIENTS)]
    ApiClient.objects.bulk_create(
        ApiClient(name=f"Client {number}", source=f"source-{number}", token_digest=digest_of(token))
        for number, token in enumerate(tokens)
    )
    return tokens


def api_credentials(tokens, invitations):
    """Token and invitation key for each invitation."""
    return [[tokens[number % API_CLIENTS], str(invitation.key)] for number, invitation in enumerate(invitations)]


def some_slots(policy, now):
    slots = free_slots_for(Advisor.objects.all(), slot_query_for(policy, now=now), policy=policy)[::11]
    return [(slot.advisor_id, slot.starts_at) for slot in slots]


def make_history(advisors, vacancy, past, now):
    """Create completed talks: one per hour and advisor, oldest first, until the day before yesterday."""
    if not past:
        return
    [invitation] = invite(1, vacancy, now - timedelta(days=60))
    [booking] = book([(advisors[0].pk, now - HISTORY_ENDS)], [invitation], status=Booking.Status.COMPLETED)
    application, uuid = invitation.application, NEW_UUID[connection.vendor]
    advisor = f"{advisors[0].pk} + n % {len(advisors)}"
    hours = f"({past + len(advisors)} - n) / {len(advisors)}"
    copy(application.candidate, past)
    copy(application, past, candidate_id=_copy_of(application.candidate))
    copy(application.rejection, past, application_id=_copy_of(application))
    copy(invitation, past, application_id=_copy_of(application), key=uuid)
    busy = {"busy_from": _earlier("busy_from", hours), "busy_until": _earlier("busy_until", hours)}
    copy(booking.entry, past, advisor_id=advisor, **busy)
    own = {
        "invitation_id": _copy_of(invitation),
        "entry_id": _copy_of(booking.entry),
        "advisor_id": advisor,
        "uid": uuid,
    }
    copy(booking, past, starts_at=_earlier("starts_at", hours), ends_at=_earlier("ends_at", hours), **own)


def copy(row, count, **changed):
    """Copy the newest row of a table; `changed` has SQL expressions for the columns that differ in the n-th copy."""
    model = type(row)
    columns = [field.column for field in model._meta.concrete_fields]
    changed = {"id": _copy_of(row)} | changed
    values = [changed.get(column, f"row.{column}") for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
            f" INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {model._meta.db_table} AS row, numbers WHERE row.id = {row.pk}"
        )
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _copy_of(row):
    return f"{row.pk} + n"


def _earlier(column, hours):
    return EARLIER[connection.vendor].format(column=column, hours=hours)


def invite(count, vacancy, sent_at):
    reason, component = make_reason(), vacancy.requirements.first()
    candidates = bulk(
        Candidate(
            first_name="Sevda",
            last_name="Aydin",
            email=f"kandidaat-{uuid4().hex}@kandidaat.example",
            language="nl",
        )
        for _ in range(count)
    )
    keys = [uuid4() for _ in range(count)]
    bulk(
        AccessLink(candidate=candidate, key=key, digest=digest_of(link_token(key, 1)))
        for candidate, key in zip(candidates, keys, strict=True)
    )
    applications = bulk(
        Application(candidate=candidate, vacancy=vacancy, stage="interview_1", source=f"source-{number % API_CLIENTS}")
        for number, candidate in enumerate(candidates)
    )
    notice = {"notified_on": sent_at.date() - timedelta(days=2), "notified_by": "phone", "completed_at": sent_at}
    reasons = {
        "recruiter": vacancy.recruiter,
        "reason": reason,
        "component": component,
        "explanation": "Nog geen diploma.",
    }
    rejections = bulk(Rejection(application=application, **notice, **reasons) for application in applications)
    bulk(Strength(rejection=rejection, text="Rustig werken onder druk") for rejection in rejections)
    until = sent_at.date() + timedelta(days=21)
    return bulk(Invitation(application=application, sent_at=sent_at, open_until=until) for application in applications)


def book(starts, invitations, *, status):
    entries = bulk(
        AgendaEntry(
            advisor_id=advisor_id,
            kind="booking",
            busy_from=at,
            busy_until=at + TALK_AND_BUFFER,
            talk_from=at,
            talk_until=at + TALK,
        )
        for advisor_id, at in starts
    )
    return bulk(
        Booking(
            invitation=invitation,
            advisor_id=entry.advisor_id,
            entry=entry,
            starts_at=entry.busy_from,
            ends_at=entry.busy_from + TALK,
            channel="phone",
            language="nl",
            phone="+31600000001",
            booked_at=invitation.sent_at,
            status=status,
            closed_at=None if status == Booking.Status.BOOKED else entry.busy_until,
        )
        for invitation, entry in zip(invitations, entries, strict=True)
    )


def bulk(rows):
    rows = list(rows)
    return type(rows[0]).objects.bulk_create(rows, batch_size=AT_ONCE) if rows else []
