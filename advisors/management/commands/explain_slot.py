"""`manage.py explain_slot y.benali@employer.example 2026-11-26T10:00`: why a moment can be booked or not."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from advisors.availability.local_time import moment_in
from advisors.explain.explain import explanation_of
from advisors.models import Advisor, TalkChannel
from core.errors import Refusal
from core.formatting import day_in_words
from organisation.models import Policy

LANGUAGE = "en"  # of what the commands print


class Command(BaseCommand):
    help = "Says whether candidates can book a moment of a career advisor, and which rule takes it away."

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
                moment = _moment(options["moment"], zone)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            told = explanation_of(
                advisor,
                moment,
                policy=Policy.objects.current(),
                now=timezone.now(),
                channel=options["channel"],
                language=options["language"],
            )
            day = day_in_words(moment, LANGUAGE, zone, with_year=True)
        answer = "free" if told.is_free else f"not free: {told.words}"
        self.stdout.write(f"{advisor.name}, {day} {moment.astimezone(zone):%H:%M} ({advisor.time_zone}): {answer}.")


def _advisor(said: str) -> Advisor:
    number = said.removeprefix("advisor:")
    wanted = {"pk": number} if number.isdecimal() else {"user__email": said.strip().lower()}
    found = Advisor.objects.select_related("user").filter(**wanted).first()
    if found is None:
        raise CommandError(f"There is no career advisor {said}. Give the number or the e-mail address.")
    return found


def _moment(said: str, zone: ZoneInfo) -> datetime:
    day, _t, at = said.partition("T" if "T" in said else " ")
    try:
        moment = date.fromisoformat(day), time.fromisoformat(at)
    except ValueError as error:
        raise CommandError(f"{said} is not a moment. Write it as 2026-11-26T10:00.") from error
    return moment_in(zone, *moment)
