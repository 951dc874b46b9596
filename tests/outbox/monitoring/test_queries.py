"""Queries of the message pages cost the same after years of sent messages."""

from datetime import timedelta

import pytest
from django.db import connection

from outbox.models import Message
from outbox.monitoring import queries
from outbox.monitoring.statistics import message_statistics
from tests.bench.query_plans import rows_read_by
from tests.factories import NOW, make_message, make_sms

pytestmark = pytest.mark.django_db
PAST = 5_000
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
FAILED = {"state": "failed", "reason": "settings", "ended_at": NOW}


def some_of_everything():
    """Messages of the past hour."""
    make_message(), make_sms(**FAILED), make_message(state="sent", sent_at=NOW, is_uncertain=True)
    make_message(is_dormant=True, fallback_for=make_sms(not_before=NOW + HOUR))
    make_message(state="sending", leased_until=NOW, kind="moved")


def history():
    """Mails sent last year and before."""
    past = [NOW - YEAR - number * HOUR for number in range(PAST)]
    fields = {"kind": "confirmation", "transport": "mail", "language": "nl", "state": "sent", "text": ""}
    Message.objects.bulk_create(
        Message(dedupe_key=f"{at}", about="booking:1", created_at=at, not_before=at, sent_at=at, **fields)
        for at in past
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")


def of(**wanted):
    return list(queries.filter_messages(**{"shown": "", "channel": "", "kind": "", "now": NOW} | wanted)[:25])


def test_outbox_summary_counts_per_state():
    some_of_everything()

    assert queries.outbox_summary(NOW) == queries.OutboxSummary(
        waiting=2, next_at=NOW, dormant=1, sending=1, failed=1, uncertain=1, unclear=0
    )
    assert queries.failure_groups(NOW) == [queries.FailureGroup(kind="confirmation", reason="settings", count=1)]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "ask",
    [
        lambda: queries.outbox_summary(NOW),
        lambda: queries.failure_groups(NOW),
        lambda: of(shown="uncertain"),
        lambda: of(kind="moved"),
        lambda: message_statistics(NOW, days=30),
    ],
    ids=["standing", "failures", "uncertain", "kind", "message_statistics"],
)
def test_history_adds_no_rows_to_read(ask):
    some_of_everything()
    without = rows_read_by(ask)
    history()

    assert rows_read_by(ask) <= without
