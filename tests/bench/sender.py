"""How long a running worker takes over empty tasks of its queue, and over messages; both from before they were asked.

`python -m tests.bench.sender --messages 1200 --tasks 1000`: prints JSON with moments of a clock that all processes
share. The messages are two letters with a calendar object to one text, as talks that are booked have them.
"""

import argparse
import json
import sys
from datetime import timedelta
from time import monotonic, sleep

import django

django.setup()  # this is a program of its own; models come after

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.brokers import get_broker  # noqa: E402
from django_q.tasks import async_task  # noqa: E402

from bookings.models import Booking  # noqa: E402
from bookings.notifications import booked, with_all_that_letters_need  # noqa: E402
from organisation.models import Policy  # noqa: E402
from outbox.drafts import Draft  # noqa: E402
from outbox.models import Heartbeat, Message  # noqa: E402
from outbox.services import post  # noqa: E402
from tests.soak.data import make_world  # noqa: E402

OF_A_TALK = 3
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.02


def main():
    parser = argparse.ArgumentParser()
    for name in ("messages", "tasks"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with transaction.atomic():
        keys = make_world(talks=options.messages // OF_A_TALK)
        Booking.objects.update(text_reminder_at=timezone.now(), mail_reminder_at=timezone.now())  # the worker adds none
    drafts = list(drafts_of(keys))
    wait_until(Heartbeat.objects.exists)
    empty(100)  # connections are made and statements prepared by then
    tasks_seconds = empty(options.tasks)
    began_at = monotonic()
    post(*drafts, now=timezone.now())
    wait_until(lambda: not Message.objects.filter(state__in=("queued", "sending"), is_standby=False).exists())
    json.dump({"began_at": began_at, "messages": len(drafts), "tasks_seconds": tasks_seconds}, sys.stdout)


def empty(count):
    """Seconds until the queue has given out the last of so many tasks."""
    broker, began_at = get_broker(), monotonic()
    for _ in range(count):
        async_task("tests.bench.baselines.nothing", broker=broker)
    wait_until(lambda: broker.queue_size() == 0)
    return monotonic() - began_at


def drafts_of(keys):
    policy, now = Policy.objects.current(), timezone.now()
    for booking in with_all_that_letters_need(Booking.objects.filter(pk__in=keys)):
        yield from booked(booking, policy, now=now)
        yield text_of(booking, now)


def text_of(booking, now):
    return Draft(
        kind="reminder",
        channel="sms",
        dedupe_key=f"reminder:booking={booking.pk}:sms",
        about=f"booking:{booking.pk}",
        person_key=f"candidate:{booking.candidate.pk}",
        language="nl",
        recipient=str(booking.phone),
        recipient_name="Sevda Aydin",
        text=f"Morgen 09.30 belt Youssef je. Niet? spreekuur.example/a/{booking.pk}",
        time_zone=booking.candidate.time_zone,
        useless_after=now + timedelta(hours=2),
    )


def wait_until(is_so):
    give_up_at = monotonic() + PATIENCE_SECONDS
    while not is_so():
        if monotonic() > give_up_at:
            raise SystemExit("the worker does not come to an end")
        sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
