"""What listing slots asks of the database of the environment: statements, time, and the rows that PostgreSQL reads.

Prints JSON: {"statements": 5, "took_ms": [...], "rows_read": 812}.
"""

import json
import sys
import time

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from advisors.availability.queries import question_of  # noqa: E402
from bookings.assignment.workload import advisors_in_turn  # noqa: E402
from bookings.availability.queries import pool_of, slots_for  # noqa: E402
from bookings.models import Invitation  # noqa: E402
from organisation.models import Policy  # noqa: E402
from tests.bench.query_plans import rows_read_by  # noqa: E402

TIMES = 40


def main():
    invitation, took_ms = Invitation.objects.latest("pk"), []
    for _ in range(TIMES):
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            slots_for(invitation, policy=Policy.objects.current(), now=timezone.now())
        took_ms.append((time.perf_counter() - started) * 1000)
    rows = rows_read_by(lambda: read_everything(invitation)) if connection.vendor == "postgresql" else None
    json.dump({"statements": len(captured), "took_ms": took_ms, "rows_read": rows}, sys.stdout)


def read_everything(invitation):
    """Listing, and choosing an advisor for a booking."""
    policy, now = Policy.objects.current(), timezone.now()
    slots_for(invitation, policy=policy, now=now)
    advisors_in_turn(pool_of(invitation), question_of(policy, now=now), policy=policy)


if __name__ == "__main__":
    main()
