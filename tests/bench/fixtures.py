"""What there is to measure with: an employer, advisors, programs, invitations, and years of history.

`python -m tests.bench.fixtures` fills the database of the environment and prints what to ask for, as JSON.
"""

import argparse
import json
import sys

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.models import Booking  # noqa: E402
from candidates.access.services import address_for  # noqa: E402
from tests.bench.history import (  # noqa: E402
    PROGRAMS,
    asks_of,
    book,
    history_of,
    invite,
    make_programs,
    some_slots,
)
from tests.factories import make_advisor, make_policy, make_vacancy  # noqa: E402

HORIZON_DAYS = 30
RACERS = 200


def stage(*, advisors, past, invitations):
    now = timezone.now()
    policy = make_policy(horizon_days=HORIZON_DAYS)
    made = [make_advisor(name=f"Adviseur {number}") for number in range(advisors)]
    vacancy = make_vacancy()
    tokens = make_programs()
    ahead = some_slots(policy, now)
    book(ahead, invite(len(ahead), vacancy, now), status=Booking.Status.BOOKED)
    history_of(made, vacancy, past, now)
    offered = invite(invitations + PROGRAMS + RACERS, vacancy, now)
    asks = asks_of(tokens, offered)
    address = address_for(offered[0].candidate, f"invitations/{offered[0].pk}/book/")
    return {
        "advisor": made[0].pk,
        "invitation": offered[0].pk,
        "link": address.removeprefix("https://spreekuur.example"),
        "page": f"/my/invitations/{offered[0].pk}/book/",
        "lookers": asks[:PROGRAMS],
        "racers": asks[PROGRAMS : PROGRAMS + RACERS],
        "bookers": asks[PROGRAMS + RACERS :],
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("advisors", "past", "invitations"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with transaction.atomic():
        made = stage(**vars(options))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
