"""`manage.py receive_mail`: one mail on standard input, as Postfix and Exim give it to a program (docs/messages.md)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from outbox.inbound.intake import Outcome, receive

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and brings it again
NOT_OURS = 67  # EX_NOUSER: the writer hears that nobody reads it
AWAY = (DatabaseError, InterfaceError)


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Read one mail from standard input: an answer of a calendar, a letter, or a report that a letter came back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="To whom it came, when the headers do not say so.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = receive(sys.stdin.buffer, now=timezone.now(), to=options["to"])
            while sys.stdin.buffer.read(64_000):
                pass  # what was too much: a server whose pipe breaks thinks that we failed
        except AWAY:
            self.stderr.write("The database is away; try again.")
            sys.exit(TRY_AGAIN)
        if outcome == Outcome.TOO_MANY:
            self.stderr.write("There were too many about the same thing today; try again tomorrow.")
            sys.exit(TRY_AGAIN)
        if not outcome.is_done:
            self.stderr.write(f"This mail is for nobody here: {outcome}.")
            sys.exit(NOT_OURS)
