"""The main job, from an empty database to the recruiter's answer, by screen."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser import advisor as talks
from tests.browser import candidate as booking
from tests.browser import recruiter as intake
from tests.browser.outbox import invite_in, letter_to, link_in, turn_forward
from tests.browser.recruiter import BRAM, BROKEN, LOTTE, SEVDA, TurnedDown
from tests.browser.setup import EVERYBODY, INTERVIEWED, KARIM, SUNDAY_EVENING, YOUSSEF, Employer, sign_in

MONDAY_HALF_PAST_TEN = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TUESDAY_ELEVEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WEDNESDAY_NINE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
ONE_MINUTE = timedelta(minutes=1)
PHONE = "06 0000 0001"
QUESTION = "Kan ik volgend jaar weer solliciteren?"
OWN_WORDS = "Ik plan graag en blijf rustig als het druk is."


@dataclass(frozen=True)
class Story:
    employer: Employer
    hero: TurnedDown
    channel: str
    other_job: str
    script: bool = True
    language: str = "nl"


STORIES = {
    "everybody": Story(EVERYBODY, SEVDA, "phone", "Medewerker planning"),
    "interviewed": Story(INTERVIEWED, SEVDA, "video", "Medewerker planning", language="en"),
    "without_script": Story(EVERYBODY, BRAM, "onsite", "Anesthesiemedewerker", script=False),
}


def in_one_process(story):
    """Those of one employer, who is set up once per process."""
    return pytest.param(story, marks=pytest.mark.xdist_group(story.employer.eligibility))


@pytest.mark.parametrize("story", [in_one_process(story) for story in STORIES.values()], ids=STORIES)
def test_the_story(story, employer_ready, open_house, person):
    house = open_house(built=employer_ready(story.employer), opens_at=SUNDAY_EVENING)
    house.start_worker()
    reader, recruiter, advisor = (person(house, language=story.language) for _ in range(3))
    candidate = person(house, language=story.language, script=story.script, width=360)
    hero = story.hero

    sign_in(recruiter, KARIM)
    intake.import_people(recruiter, SEVDA, BRAM, LOTTE, BROKEN)
    turn_forward(reader, "invitations")
    assert is_written_to(reader, LOTTE) == (story.employer is EVERYBODY)

    house.turn_clock(MONDAY_HALF_PAST_TEN)
    letter_to(reader, hero.address)
    booking.choose(candidate, link_in(reader, "/book/"), channel=story.channel, slot=TUESDAY_ELEVEN)
    booking.confirm(candidate, phone=PHONE)
    letter_to(reader, hero.address)
    invite = first_invite_in(reader)
    assert (invite["dtstart"], invite["dtend"]) == (TUESDAY_ELEVEN, TUESDAY_ELEVEN + story.employer.length)

    booking.prepare(candidate, link_in(reader, "/prepare/"), question=QUESTION)
    turn_forward(reader, "reminder")
    letter_to(reader, "+31600000001")
    booking.move(candidate, link_in(reader, "/a/"), slot=WEDNESDAY_NINE)
    letter_to(reader, hero.address)
    moved = invite | {"sequence": 1, "dtstart": WEDNESDAY_NINE, "dtend": WEDNESDAY_NINE + story.employer.length}
    assert invite_in(reader) == ("REQUEST", moved)

    house.turn_clock(WEDNESDAY_NINE + ONE_MINUTE)
    hold_the_talk(advisor, story)
    letter_to(reader, hero.address)
    booking.consent(candidate, link_in(reader, "/referrals/"), introduction=OWN_WORDS)
    hire(recruiter, hero)

    letter_to(reader, hero.address)
    candidate.go(link_in(reader, "/referrals/"))
    candidate.sees("Hired")
    advisor.go("/referrals/")
    advisor.reads(hero.name)
    advisor.sees("Hired")


def first_invite_in(reader):
    method, invite = invite_in(reader)
    assert (method, invite["sequence"]) == ("REQUEST", 0)
    return invite


def hold_the_talk(advisor, story):
    """The advisor reads the file, writes in it, closes the talk and introduces the candidate for another job."""
    sign_in(advisor, YOUSSEF)
    talks.open_file(advisor, name=story.hero.name)
    advisor.reads(QUESTION)
    talks.write_notes(advisor, "Wil graag leren.")
    talks.complete(advisor)
    talks.refer(advisor, vacancy=story.other_job, introduction="Een goede planner.")


def hire(recruiter, hero):
    sign_in(recruiter, KARIM)
    intake.accept(recruiter, name=hero.name, introduction=OWN_WORDS)
    intake.record_outcome(recruiter, name=hero.name)


def is_written_to(reader, turned_down):
    reader.go("/demo/outbox/")
    return bool(reader.page.locator(f"option[value='{turned_down.address}']").count())
