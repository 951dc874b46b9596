"""`manage.py erase_due`: erase every candidate whose four weeks are over. Let the machine's timetable run it daily."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from organisation.actors import COMMAND
from spreekuur.privacy import erase_candidate
from spreekuur.retention import due_for_erasure


class Command(BaseCommand):
    help = "Erase every candidate whose procedures and last contact lie more than four weeks back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would go.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        candidates = list(due_for_erasure(now=now))
        if not options["dry_run"]:
            for candidate in candidates:
                erase_candidate(candidate, actor=COMMAND, now=now)
        verb = "would be erased" if options["dry_run"] else "erased"
        self.stdout.write(f"{len(candidates)} candidates {verb}.")
