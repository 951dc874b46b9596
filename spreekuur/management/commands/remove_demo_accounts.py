"""`manage.py remove_demo_accounts`: close the accounts that `load_demo` made."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.actors import COMMAND
from spreekuur.demo_accounts import remove_demo_accounts


class Command(BaseCommand):
    help = "Close every demo account: their password is public. Rejections and audit entries of the demo stay."

    def handle(self, *args: Any, **options: Any) -> None:
        number = remove_demo_accounts(actor=COMMAND, now=timezone.now())
        self.stdout.write(f"{number} demo accounts are closed: they cannot sign in and have no role.")
