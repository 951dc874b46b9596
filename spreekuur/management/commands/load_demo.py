"""`manage.py load_demo`: load the fictional hospital into an empty database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spreekuur.demo_loader import PASSWORD, NotEmpty, load


class Command(BaseCommand):
    help = "Load the fictional hospital with staff, vacancies, rejections and talks. Only into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts have known passwords: set DEMO=1, and never do so in production.")
        try:
            load(now=timezone.now())
        except NotEmpty:
            raise CommandError("This database is not empty. The demo goes into an empty one only.") from None
        self.stdout.write(f"The demo is loaded. Every demo account has the password {PASSWORD}")
