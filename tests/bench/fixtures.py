"""Data for the benchmarks: an employer, advisors, API clients, invitations and years of history.

`python -m tests.bench.fixtures` fills the database of the environment and prints the tokens, keys and pages as JSON.
"""

import argparse
import json
import sys

import django

django.setup()  # before models are imported

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.models import Booking  # noqa: E402
from candidates.access.services import link_url_for  # noqa: E402
from tests.bench.history import (  # noqa: E402
    API_CLIENTS,
    api_credentials,
    book,
    invite,
    make_api_clients,
    make_history,
    some_slots,
)
from tests.factories import make_advisor, make_policy, make_vacancy  # noqa: E402

HORIZON_DAYS = 30
RACERS = 200


def stage(*, advisors, past, invitations):
    now = timezone.now()
    policy = make_policy(horizon_days=HORIZON_DAYS)
    created = [make_advisor(name=f"Adviseur {number}") for number in range(advisors)]
    vacancy = make_vacancy()
    tokens = make_api_clients()
    future = some_slots(policy, now)
    book(future, invite(len(future), vacancy, now), status=Booking.Status.BOOKED)
    make_history(created, vacancy, past, now)
    offered = invite(invitations + API_CLIENTS + RACERS, vacancy, now)
    asks = api_credentials(tokens, offered)
    address = link_url_for(offered[0].candidate, f"invitations/{offered[0].pk}/book/")
    return {
        "advisor": created[0].pk,
        "invitation": offered[0].pk,
        "link": address.removeprefix("https://spreekuur.example"),
        "page": f"/my/invitations/{offered[0].pk}/book/",
        "lookers": asks[:API_CLIENTS],
        "racers": asks[API_CLIENTS : API_CLIENTS + RACERS],
        "bookers": asks[API_CLIENTS + RACERS :],
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("advisors", "past", "invitations"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with transaction.atomic():
        staged = stage(**vars(options))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    json.dump(staged, sys.stdout)


if __name__ == "__main__":
    main()
