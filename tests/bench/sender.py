"""Time that a running worker needs for empty tasks and for messages.

`python -m tests.bench.sender --messages 1200 --tasks 1000` prints JSON with times of a monotonic clock that all
processes share. There are two mails with a calendar object per SMS, as for booked talks.
"""

import argparse
import json
import sys
from datetime import timedelta
from time import monotonic, sleep

import django

django.setup()  # before models are imported

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.brokers import get_broker  # noqa: E402
from django_q.tasks import async_task  # noqa: E402

from bookings.models import Booking  # noqa: E402
from bookings.notifications import booked  # noqa: E402
from organisation.models import Policy  # noqa: E402
from outbox.drafts import MessageDraft  # noqa: E402
from outbox.models import Heartbeat, Message  # noqa: E402
from outbox.services import post  # noqa: E402
from tests.soak.data import make_data  # noqa: E402

MESSAGES_PER_TALK = 3
TIMEOUT_SECONDS = 120
POLL_SECONDS = 0.02


def main():
    parser = argparse.ArgumentParser()
    for name in ("messages", "tasks"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with transaction.atomic():
        keys = make_data(talks=options.messages // MESSAGES_PER_TALK)
        Booking.objects.update(text_reminder_at=timezone.now(), mail_reminder_at=timezone.now())  # no reminders are due
    drafts = list(drafts_of(keys))
    wait_until(Heartbeat.objects.exists)
    run_empty_tasks(100)  # warm-up: connections and prepared statements
    tasks_seconds = run_empty_tasks(options.tasks)
    began_at = monotonic()
    post(*drafts, now=timezone.now())
    wait_until(lambda: not Message.objects.filter(state__in=("queued", "sending"), is_dormant=False).exists())
    json.dump({"began_at": began_at, "messages": len(drafts), "tasks_seconds": tasks_seconds}, sys.stdout)


def run_empty_tasks(count):
    """Seconds until the queue has handed out this number of empty tasks."""
    broker, began_at = get_broker(), monotonic()
    for _ in range(count):
        async_task("tests.bench.baselines.do_nothing", broker=broker)
    wait_until(lambda: broker.queue_size() == 0)
    return monotonic() - began_at


def drafts_of(keys):
    policy, now = Policy.objects.current(), timezone.now()
    for booking in Booking.objects.filter(pk__in=keys).for_letters():
        yield from booked(booking, policy, now=now)
        yield sms_draft(booking, now)


def sms_draft(booking, now):
    return MessageDraft(
        kind="reminder",
        transport="sms",
        dedupe_key=f"reminder:booking={booking.pk}:sms",
        about=f"booking:{booking.pk}",
        person_key=f"candidate:{booking.candidate.pk}",
        language="nl",
        recipient=str(booking.phone),
        recipient_name="Sevda Aydin",
        text=f"Morgen 09.30 belt Youssef je. Niet? spreekuur.example/a/{booking.pk}",
        time_zone=booking.candidate.time_zone,
        expires_at=now + timedelta(hours=2),
    )


def wait_until(is_so):
    give_up_at = monotonic() + TIMEOUT_SECONDS
    while not is_so():
        if monotonic() > give_up_at:
            raise SystemExit("the worker does not finish")
        sleep(POLL_SECONDS)


if __name__ == "__main__":
    main()
