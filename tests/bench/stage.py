"""What there is to measure with: an employer, twenty advisors, programs, invitations, and years of history.

`python -m tests.bench.stage` fills the database of the environment and prints what to ask for, as JSON.
"""

import argparse
import json
import sys

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.models import Booking  # noqa: E402
from candidates.services.access import address_for  # noqa: E402
from organisation.authentication import digest_of, new_token  # noqa: E402
from organisation.models import ApiClient  # noqa: E402
from tests.bench.history import ADVISORS, PROGRAMS, book, history_of, invite, some_slots  # noqa: E402
from tests.factories import make_advisor, make_policy, make_vacancy  # noqa: E402

HORIZON_DAYS = 30
RACERS = 200


def stage(*, past, invitations):
    now = timezone.now()
    policy = make_policy(horizon_days=HORIZON_DAYS)
    advisors = [make_advisor(name=f"Adviseur {number}") for number in range(ADVISORS)]
    vacancy = make_vacancy()
    tokens = [new_token() for _ in range(PROGRAMS)]
    ApiClient.objects.bulk_create(
        ApiClient(name=f"Program {number}", source=f"source-{number}", token_digest=digest_of(token))
        for number, token in enumerate(tokens)
    )
    ahead = some_slots(policy, now)
    book(ahead, invite(len(ahead), vacancy, now), status=Booking.Status.BOOKED)
    history_of(advisors, vacancy, past, now)
    offered = invite(invitations + PROGRAMS + RACERS, vacancy, now)
    asks = [[tokens[number % PROGRAMS], str(invitation.key)] for number, invitation in enumerate(offered)]
    address = address_for(offered[0].candidate, f"invitations/{offered[0].pk}/book/")
    return {
        "advisor": advisors[0].pk,
        "invitation": offered[0].pk,
        "link": address.removeprefix("https://spreekuur.example"),
        "page": f"/my/invitations/{offered[0].pk}/book/",
        "lookers": asks[:PROGRAMS],
        "racers": asks[PROGRAMS : PROGRAMS + RACERS],
        "bookers": asks[PROGRAMS + RACERS :],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--past", type=int, required=True)
    parser.add_argument("--invitations", type=int, required=True)
    options = parser.parse_args()
    with transaction.atomic():
        made = stage(past=options.past, invitations=options.invitations)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
