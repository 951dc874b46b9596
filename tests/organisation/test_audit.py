import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from core.actors import SYSTEM
from organisation import audit
from organisation.audit_labels import ACTIONS
from organisation.audit_trigger import restore
from organisation.models import AuditEvent
from organisation.models.audit import AppendOnly
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    audit.record("booking.move", "booking:12", actor=SYSTEM, now=NOW)
    return AuditEvent.objects.get()


@pytest.mark.parametrize("change", [lambda events: events.update(result="x"), lambda events: events.delete()])
def test_a_query_changes_nothing(event, change):
    with pytest.raises(AppendOnly):
        change(AuditEvent.objects.all())


def test_saving_an_entry_again_is_refused_by_the_database(event):
    event.result = "polished"

    with pytest.raises(IntegrityError, match="audit_event_is_append_only"), transaction.atomic():
        event.save()


def test_plain_sql_changes_nothing(event):
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organisation_auditevent SET result = 'polished'")

    assert AuditEvent.objects.get().result == "done"


@pytest.mark.only_on("postgresql")
def test_deleting_an_entry_is_refused_by_the_database(event):
    with pytest.raises(IntegrityError, match="audit_event_is_append_only"), transaction.atomic():
        event.delete()


@pytest.mark.only_on("sqlite")
def test_the_trigger_comes_back_after_a_table_was_rebuilt(event):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_is_append_only")

    restore(using="default")

    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


def test_every_deed_of_the_trail_has_words():
    deed = re.compile(r"(?:record|record_each|refusals_recorded)\(\s*\"([a-z_]+\.[a-z_]+)\"")
    rooms = ("organisation", "advisors", "candidates", "bookings", "talks", "referrals", "spreekuur", "outbox")
    sources = [path.read_text() for room in rooms for path in Path(room).rglob("*.py")]

    deeds = {name for source in sources for name in deed.findall(source)}

    assert len(deeds) > 25
    assert deeds - set(ACTIONS) == set()
