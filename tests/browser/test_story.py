"""Complete flow in the browser, from an empty database to the recruiter's answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser import advisor as talks
from tests.browser import candidate as booking
from tests.browser import recruiter as intake
from tests.browser.outbox import advance_clock, invite_in, link_in, open_message
from tests.browser.recruiter import BRAM, BROKEN, LOTTE, SEVDA, RejectedCandidate
from tests.browser.setup import ALL_REJECTED, INTERVIEWED, KARIM, SUNDAY_EVENING, YOUSSEF, Employer, sign_in
from tests.browser.walk import IN_FULL

pytestmark = pytest.mark.browser

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
    rejected: RejectedCandidate
    channel: str
    other_job: str
    script: bool = True
    language: str = "nl"


STORIES = {
    "everybody": Story(ALL_REJECTED, SEVDA, "phone", "Medewerker planning"),
    "interviewed": Story(INTERVIEWED, SEVDA, "video", "Medewerker planning", language="en"),
    "without_script": Story(ALL_REJECTED, BRAM, "onsite", "Anesthesiemedewerker", script=False),
}
# By the services every eligibility is tested, and every page in both languages: `make test-all` tells this story too.
TOLD = [name for name in STORIES if IN_FULL or name != "interviewed"]


def in_one_process(story):
    """Stories of one employer run in one process, because the employer is set up once per process."""
    return pytest.param(story, marks=pytest.mark.xdist_group(story.employer.eligibility))


@pytest.mark.parametrize("story", [in_one_process(STORIES[name]) for name in TOLD], ids=TOLD)
def test_the_story(story, employer_folder, start_installation, person):
    installation = start_installation(copy_of=employer_folder(story.employer), starts_at=SUNDAY_EVENING)
    installation.start_worker()
    reader, recruiter, advisor = (person(installation, language=story.language) for _ in range(3))
    candidate = person(installation, language=story.language, script=story.script, width=360)
    rejected = story.rejected

    sign_in(recruiter, KARIM)
    intake.import_people(recruiter, SEVDA, BRAM, LOTTE, BROKEN)
    advance_clock(reader, "invitations")
    assert has_message(reader, LOTTE) == (story.employer is ALL_REJECTED)

    installation.move_clock(MONDAY_HALF_PAST_TEN)
    open_message(reader, rejected.address)
    booking.choose(candidate, link_in(reader, "/book/"), channel=story.channel, slot=TUESDAY_ELEVEN)
    booking.confirm(candidate, phone=PHONE)
    open_message(reader, rejected.address)
    invite = first_invite_in(reader)
    assert (invite["dtstart"], invite["dtend"]) == (TUESDAY_ELEVEN, TUESDAY_ELEVEN + story.employer.length)

    booking.prepare(candidate, link_in(reader, "/prepare/"), question=QUESTION)
    advance_clock(reader, "reminder")
    open_message(reader, "+31600000001")
    booking.move(candidate, link_in(reader, "/a/"), slot=WEDNESDAY_NINE)
    open_message(reader, rejected.address)
    moved = invite | {"sequence": 1, "dtstart": WEDNESDAY_NINE, "dtend": WEDNESDAY_NINE + story.employer.length}
    assert invite_in(reader) == ("REQUEST", moved)

    installation.move_clock(WEDNESDAY_NINE + ONE_MINUTE)
    hold_the_talk(advisor, story)
    open_message(reader, rejected.address)
    booking.consent(candidate, link_in(reader, "/referrals/"), introduction=OWN_WORDS)
    hire(recruiter, rejected)

    open_message(reader, rejected.address)
    candidate.go(link_in(reader, "/referrals/"))
    candidate.sees("Hired")
    advisor.go("/referrals/")
    advisor.reads(rejected.name)
    advisor.sees("Hired")


def first_invite_in(reader):
    method, invite = invite_in(reader)
    assert (method, invite["sequence"]) == ("REQUEST", 0)
    return invite


def hold_the_talk(advisor, story):
    """The advisor reads the file, writes notes, completes the talk and proposes a referral."""
    sign_in(advisor, YOUSSEF)
    talks.open_file(advisor, name=story.rejected.name)
    advisor.reads(QUESTION)
    talks.write_notes(advisor, "Wil graag leren.")
    talks.complete(advisor)
    talks.refer(advisor, vacancy=story.other_job, introduction="Een goede planner.")


def hire(recruiter, rejected):
    sign_in(recruiter, KARIM)
    intake.accept(recruiter, name=rejected.name, introduction=OWN_WORDS)
    intake.record_outcome(recruiter, name=rejected.name)


def has_message(reader, turned_down):
    reader.go("/demo/outbox/")
    return bool(reader.page.locator(f"option[value='{turned_down.address}']").count())
