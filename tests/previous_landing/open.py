"""Migrate a database of the landing before and open what its candidates and advisors hold; prints JSON.

`python tests/previous_landing/open.py FACTS`: the database of DATABASE_URL was filled from `database.sql`, which was
dumped from a small installation at the landing before; FACTS is the file with its keys and addresses.
"""

import json
import sys
from pathlib import Path
from pydoc import locate

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from django_q.models import OrmQ  # noqa: E402
from django_q.signing import SignedPackage  # noqa: E402

from bookings.models import Booking  # noqa: E402
from candidates.models import Candidate, RejectionReason  # noqa: E402
from outbox.delivery.worker import deliver_due  # noqa: E402
from outbox.models import Message  # noqa: E402
from outbox.reply_addresses import parse_reply_address  # noqa: E402


def page(client, path):
    answer = client.get(path, follow=True)
    return answer.status_code, answer.content.decode()


def label_in(language):
    with translation.override(language):
        return str(RejectionReason.objects.get(code="diploma_missing"))


def main(facts):
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    link_status, home = page(Client(), f"/u/{facts['link']}/")
    code_status, appointment = page(Client(), f"/a/{facts['code']}")
    feed = Client().get(f"/feed/{facts['feed']}.ics")
    stop_status = Client().post(f"/stop/{facts['unsubscribe']}/").status_code
    deliver_due(now=timezone.now())
    queued = [SignedPackage.loads(row.payload)["func"] for row in OrmQ.objects.order_by("pk")]
    return {
        "link": (link_status, "Youssef Benali" in home),
        "labels": [label_in(language) for language in ("nl", "en")],
        "code": (code_status, "Youssef Benali" in appointment),
        "feed": (feed.status_code, feed.content.count(b"BEGIN:VEVENT")),
        "stop": (stop_status, Candidate.objects.get(pk=facts["unsubscriber"]).messages_stopped_at is not None),
        "opted out": list(Message.objects.filter(pk=facts["text"]).values_list("state", "reason")),
        "reply address": parse_reply_address(facts["reply_address"]),
        "bounce address": parse_reply_address(facts["bounce_address"]),
        "queued tasks": {path: callable(locate(path)) for path in queued},
        "bookings": Booking.objects.booked().count(),
    }


print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
