import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from core.actors import SYSTEM
from organisation import audit
from organisation.audit_labels import ACTIONS
from organisation.audit_trigger import APPEND_ONLY
from organisation.models import AuditEvent
from organisation.models.audit import AppendOnly
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def event():
    audit.record("booking.move", "booking:12", actor=SYSTEM, now=NOW)
    return AuditEvent.objects.get()


@pytest.mark.parametrize("change", [lambda events: events.update(result="x"), lambda events: events.delete()])
def test_querysets_refuse_update_and_delete(event, change):
    with pytest.raises(AppendOnly):
        change(AuditEvent.objects.all())


def test_saving_an_entry_again_is_refused_by_the_database(event):
    event.result = "polished"

    with pytest.raises(IntegrityError, match="audit_event_is_append_only"), transaction.atomic():
        event.save()


def test_the_database_refuses_an_update_in_sql(event):
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organisation_auditevent SET result = 'polished'")

    assert AuditEvent.objects.get().result == "done"


@pytest.mark.only_on("postgresql")
def test_deleting_an_entry_is_refused_by_the_database(event):
    with pytest.raises(IntegrityError, match="audit_event_is_append_only"), transaction.atomic():
        event.delete()


@pytest.mark.only_on("sqlite")
def test_the_trigger_is_restored_after_a_table_was_rebuilt(event):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_is_append_only")

    APPEND_ONLY.restore(using="default")

    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


def test_every_audited_action_has_a_label():
    recorded = re.compile(r"(?:record|record_each|record_refusals)\(\s*\"([a-z_]+\.[a-z_]+)\"")
    apps = ("organisation", "advisors", "candidates", "bookings", "talks", "referrals", "spreekuur", "outbox")
    sources = [path.read_text() for app in apps for path in Path(app).rglob("*.py")]

    actions = {name for source in sources for name in recorded.findall(source)}

    assert len(actions) > 25
    assert actions - set(ACTIONS) == set()
