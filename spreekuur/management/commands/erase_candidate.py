"""`manage.py erase_candidate 7`: erase all data of one candidate."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from candidates.models import Candidate
from core.actors import COMMAND
from spreekuur.privacy import erase_candidate


class Command(BaseCommand):
    help = "Erase all data of one candidate. This cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="The candidate's number; see the audit trail.")

    def handle(self, *args: Any, **options: Any) -> None:
        candidate = Candidate.objects.filter(pk=options["number"]).first()
        if candidate is None:
            raise CommandError("There is no candidate with this number.")
        erase_candidate(candidate, actor=COMMAND, now=timezone.now())
        self.stdout.write("All data of this candidate is erased.")
