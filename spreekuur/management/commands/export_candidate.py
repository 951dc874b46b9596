"""`manage.py export_candidate 7`: all data of one candidate, as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from candidates.models import Candidate
from core.actors import COMMAND
from spreekuur.privacy import export_candidate


class Command(BaseCommand):
    help = "Print all data of one candidate, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="The candidate's number; see the audit trail.")

    def handle(self, *args: Any, **options: Any) -> None:
        candidate = Candidate.objects.filter(pk=options["number"]).first()
        if candidate is None:
            raise CommandError("There is no candidate with this number.")
        found = export_candidate(candidate, actor=COMMAND, now=timezone.now())
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
