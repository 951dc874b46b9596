"""`manage.py explain_slot y.benali@employer.example 2026-11-26T10:00`: explain why a slot is free or not."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from advisors.availability.local_time import to_utc
from advisors.explain.explain import explain_slot
from advisors.models import Advisor, TalkChannel
from core.errors import Refusal
from core.formatting import format_day
from organisation.models import Policy

LANGUAGE = "en"  # of the output


class Command(BaseCommand):
    help = "Say whether candidates can book a slot of a career advisor, and which rule removes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("advisor", metavar="ADVISOR", help="the advisor's number, or the e-mail address")
        parser.add_argument(
            "moment",
            metavar="MOMENT",
            help="as the advisor's clock shows it, such as 2026-11-26T10:00",
        )
        parser.add_argument("--channel", choices=TalkChannel.values, help="ask for talks in this way only")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])

    def handle(self, *args: Any, **options: Any) -> None:
        advisor = _advisor(options["advisor"])
        zone = ZoneInfo(advisor.time_zone)
        with translation.override(LANGUAGE):
            try:
                starts_at = _parse_start(options["moment"], zone)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            explanation = explain_slot(
                advisor,
                starts_at,
                policy=Policy.objects.current(),
                now=timezone.now(),
                channel=options["channel"],
                language=options["language"],
            )
            day = format_day(starts_at, LANGUAGE, zone, with_year=True)
        answer = "free" if explanation.is_free else f"not free: {explanation.text}"
        self.stdout.write(f"{advisor.name}, {day} {starts_at.astimezone(zone):%H:%M} ({advisor.time_zone}): {answer}.")


def _advisor(text: str) -> Advisor:
    number = text.removeprefix("advisor:")
    lookup = {"pk": number} if number.isdecimal() else {"user__email": text.strip().lower()}
    found = Advisor.objects.select_related("user").filter(**lookup).first()
    if found is None:
        raise CommandError(f"There is no career advisor {text}. Give the number or the e-mail address.")
    return found


def _parse_start(text: str, zone: ZoneInfo) -> datetime:
    day, _t, at = text.partition("T" if "T" in text else " ")
    try:
        local = date.fromisoformat(day), time.fromisoformat(at)
    except ValueError as error:
        raise CommandError(f"{text} is not a moment. Write it as 2026-11-26T10:00.") from error
    return to_utc(zone, *local)
