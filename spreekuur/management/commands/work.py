"""`manage.py work`: run the queue, the periodic tasks and their watchdog."""

import os
import socket
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from spreekuur.demo_accounts import refuse_demo_accounts
from spreekuur.periodic_tasks import set_schedule
from spreekuur.watchdog import FROZEN_AFTER_SECONDS, Watchdog


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Run the queue and the periodic tasks until stopped. Run one per machine, under a supervisor that "
        "restarts it; WORKERS sets the number of processes. /healthz/worker tells whether any is alive."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--frozen-after",
            type=float,
            default=FROZEN_AFTER_SECONDS,
            help="Seconds without a heartbeat after which the cluster is restarted.",
        )
        parser.add_argument("--beat-every", type=float, default=5, help="Seconds between two heartbeats.")
        parser.add_argument("--grace", type=float, default=10, help="Seconds to finish in when told to stop.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            try:
                refuse_demo_accounts()
            except ImproperlyConfigured as error:
                raise CommandError(str(error)) from None
        set_schedule()
        Watchdog(
            worker=f"{socket.gethostname()}:{os.getpid()}",
            frozen_after=options["frozen_after"],
            beat_every=options["beat_every"],
            grace=options["grace"],
        ).run()
