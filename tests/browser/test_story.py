from datetime import UTC, datetime

import pytest

from tests.browser import chapters
from tests.browser.chapters import EVERYBODY, INTERVIEWED

SUNDAY_EVENING = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize("employer", [EVERYBODY, INTERVIEWED], ids=["everybody", "interviewed"])
def test_the_story(employer, open_house, person):
    house = open_house(opens_at=SUNDAY_EVENING)
    chief, reader = person(house, language="nl"), person(house, language="nl")
    chapters.create_application_manager(house, chief)
    chapters.set_policy(chief, employer)
    chapters.add_location(chief)
    chapters.add_department(chief, "OK en Anesthesie")
    chapters.add_colleague(chief, name="Karim Lahlou", email="karim@oostmeer.example", roles=["recruiter"])
    chapters.add_colleague(chief, name="Youssef Benali", email="youssef@oostmeer.example", roles=["advisor"])
    chapters.describe_advisor(chief)
    house.start_worker()
    advisor, recruiter = person(house, language="nl"), person(house, language="nl")
    chapters.welcome(reader, advisor, "youssef@oostmeer.example")
    chapters.open_hours(advisor, weekday=1, starts="09:00", ends="12:00")
    chapters.open_hours(advisor, weekday=2, starts="09:00", ends="12:00")
    chapters.welcome(reader, recruiter, "karim@oostmeer.example")
    recruiter.page.screenshot(path="/tmp/shots/try.png", full_page=True)
