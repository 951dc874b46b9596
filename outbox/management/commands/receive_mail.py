"""`manage.py receive_mail`: read one mail from standard input, as Postfix and Exim pipe it (docs/messages.md)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from outbox.inbound.intake import InboundMailOutcome, receive

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and retries
NOT_OURS = 67  # EX_NOUSER: the sender gets a bounce
DATABASE_ERRORS = (DatabaseError, InterfaceError)


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Read one mail from standard input: a reply of a calendar or of a person, or a bounce."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="Envelope recipient, when no header has it.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = receive(sys.stdin.buffer, now=timezone.now(), to=options["to"])
            while sys.stdin.buffer.read(64_000):
                pass  # the rest of a mail that is too large: a broken pipe would count as a failure
        except DATABASE_ERRORS:
            self.stderr.write("The database is away; try again.")
            sys.exit(TRY_AGAIN)
        if outcome == InboundMailOutcome.TOO_MANY:
            self.stderr.write("There were too many about the same subject today; try again tomorrow.")
            sys.exit(TRY_AGAIN)
        if not outcome.is_done:
            self.stderr.write(f"This mail has no recipient here: {outcome}.")
            sys.exit(NOT_OURS)
