"""Measure listing slots on the database of the environment: statements, time, and rows read by PostgreSQL.

Prints JSON: {"statements": 5, "took_ms": [...], "rows_read": 812}.
"""

import json
import sys
import time

import django

django.setup()  # before models are imported

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from advisors.availability.queries import slot_query_for  # noqa: E402
from bookings.assignment.workload import ranked_advisors  # noqa: E402
from bookings.availability.queries import bookable_slots, eligible_advisors  # noqa: E402
from bookings.models import Invitation  # noqa: E402
from organisation.models import Policy  # noqa: E402
from tests.bench.query_plans import rows_read_by  # noqa: E402

TIMES = 40


def main():
    invitation, took_ms = Invitation.objects.latest("pk"), []
    for _ in range(TIMES):
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            bookable_slots(invitation, policy=Policy.objects.current(), now=timezone.now())
        took_ms.append((time.perf_counter() - started) * 1000)
    rows = rows_read_by(lambda: read_everything(invitation)) if connection.vendor == "postgresql" else None
    json.dump({"statements": len(captured), "took_ms": took_ms, "rows_read": rows}, sys.stdout)


def read_everything(invitation):
    """List slots, and rank advisors for a booking."""
    policy, now = Policy.objects.current(), timezone.now()
    bookable_slots(invitation, policy=policy, now=now)
    ranked_advisors(eligible_advisors(invitation), slot_query_for(policy, now=now), policy=policy)


if __name__ == "__main__":
    main()
