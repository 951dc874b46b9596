"""`manage.py erase_due`: erase candidates after the retention period now. The worker does so daily by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from spreekuur.retention import due_for_erasure, erase_due, keys_due


class Command(BaseCommand):
    help = "Erase every candidate whose retention period is over, without waiting for the daily run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only print how many would be erased.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            self.stdout.write(f"{len(due_for_erasure(now=now))} candidates would be erased.")
            return
        self.stdout.write(f"{erase_due(now=now)} candidates erased.")
        if left := len(keys_due(now=now)):
            raise CommandError(f"{left} candidates could not be erased; the log says why.")
