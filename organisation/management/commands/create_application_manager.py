"""Create the first account of an installation: `manage.py create_application_manager EMAIL NAME`."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.actors import COMMAND
from core.errors import Refusal
from core.mail_addresses import parse_address
from organisation.models import Role
from organisation.staff.services import StaffDetails, add_staff, password_url

NEXT = """{name} is application manager now.

1. Open this address within three days and choose a password:
   {address}
2. Sign in with {email}.
3. Follow the steps on the page "Set up": who you are, where you talk, who talks, and when.
   After the last step a recruiter can enter the first rejection, and the first invitation goes out.
"""


class Command(BaseCommand):
    help = "Makes an application manager and prints the address at which they choose a password. Works without mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("name", metavar="NAME", nargs="+", help="the whole name; quotes are not needed")

    def handle(self, *args: Any, **options: Any) -> None:
        name = " ".join(options["name"])
        try:
            email = parse_address(options["email"]).lower()
            details = StaffDetails(name=name, email=email, roles=frozenset({Role.APPLICATION_MANAGER.value}))
            user = add_staff(details, by=None, actor=COMMAND, now=timezone.now(), with_mail=False)
        except (ValidationError, ValueError) as error:
            raise CommandError("Give an e-mail address and a name.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(NEXT.format(name=user.name, email=user.email, address=password_url(user)))
