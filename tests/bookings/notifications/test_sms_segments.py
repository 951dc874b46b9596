"""Every SMS is one GSM-7 segment for any name, and neutral on a locked screen.

Counted by Twilio's own calculator, on messages of real bookings and holds instead of template files.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from advisors.models import TalkChannel
from bookings.notifications import slot_offered, sms_reminder
from core.gsm7 import max_short_name_length, normalise, septets
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_waitlist_entry,
)
from tests.sms_oracles import counted_by_twilio

LETTERS = Path("templates/bookings/letters")
HOST = "https://gesprek.ziekenhuis-oostmeer.example"
LONGEST = 16  # characters of a short name, as its field has it
ADVISORS = [
    "Wilhelmina-Alexandrine van den Bogaerdenhoven",
    "Ægir Ásgeirsdóttir",
    "Þórgunnur-ŒŒŒŒŒ Łukasiewicz",
    "Nguyễn‑Thị Đào",
    "Mohammed-Abdelkader ben El Hachioui",
    "Jo Li",
    "Ольга Ким",
    "Γιώργος Παπαδόπουλος",
]
ZONES = ["Europe/Amsterdam", "America/Argentina/ComodRivadavia", "Asia/Kathmandu"]
NOT_ON_A_LOCKED_SCREEN = re.compile(
    r"afwij|afgewez|sollicit|vacature|functie|reject|turned|declin|applica|vacanc|\bjob|unsuccess|helaas|sorry"
)


@pytest.fixture
def policy(db, settings):
    """With the longest name that it takes, in letters that become two."""
    settings.PUBLIC_URL = HOST
    room = min(max_short_name_length(HOST), LONGEST)
    name = "Þ" * (room // 2) + "M" * (room % 2)
    assert septets(normalise(name)) == room
    return make_policy(short_name=name)


def invited(language, zone):
    candidate = make_candidate(language=language, time_zone=zone)
    return make_invitation(rejection=make_rejection(candidate=candidate))


def reminders(policy, language):
    """In every channel, by every advisor, with a room for video and without."""
    booking = make_booking(invitation=invited(language, ZONES[1]), wants_sms=True)
    for channel in TalkChannel.values:
        for name in ADVISORS:
            for room in ("https://video.example/kamer", ""):
                booking.channel = channel
                booking.advisor.user.name, booking.advisor.video_url = name, room
                yield sms_reminder(booking, policy, now=NOW).text


def offers(policy, language):
    """Of moments on every day of the week and in every month, where the candidate's clock is ours and where not."""
    for zone in ZONES:
        invitation = invited(language, zone)
        entry = make_waitlist_entry(invitation=invitation, wants_sms=True, phone="+31600000001")
        held = make_hold(invitation=invitation, advisor=make_advisor(hours=False))
        for month in range(1, 13):
            held.starts_at = datetime(2026, month, 20 + month % 7, 9, 30, tzinfo=UTC)
            held.expires_at = held.starts_at - timedelta(days=1)
            held.offered_at = held.expires_at - timedelta(hours=1)
            yield slot_offered(held, entry, policy)[1].text


@pytest.mark.oracle
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_sms_is_one_neutral_segment(policy, language):
    texts = [*reminders(policy, language), *offers(policy, language)]

    assert [text for text, count in zip(texts, counted_by_twilio(texts), strict=True) if count != ("GSM-7", 1)] == []
    assert [text for text in texts if NOT_ON_A_LOCKED_SCREEN.search(text.lower())] == []


@pytest.mark.parametrize("name", ["Ольга Ким", "Γιώργος Παπαδόπουλος", "محمد علي"])
@pytest.mark.parametrize(("language", "words"), [("nl", "belt je adviseur je"), ("en", "your advisor calls you")])
def test_name_outside_gsm7_is_replaced(db, name, language, words):
    booking = make_booking(invitation=invited(language, ZONES[0]), advisor=make_advisor(name=name))

    assert words in sms_reminder(booking, make_policy(), now=NOW).text


def test_these_are_all_the_sms_templates():
    kinds = [*(f"sms_{channel}" for channel in TalkChannel.values), "sms_offer"]

    assert sorted(path.name for path in Path("templates").rglob("letters/sms_*")) == sorted(
        f"{kind}.{language}.txt" for kind in kinds for language in ("en", "nl")
    )


@pytest.mark.parametrize("path", sorted(LETTERS.glob("sms_*")), ids=lambda path: path.name)
def test_no_sms_template_mentions_a_rejection(path):
    """Also in what stands behind an {% if %}."""
    assert NOT_ON_A_LOCKED_SCREEN.findall(path.read_text().lower()) == []


def test_sms_names_the_time_zone_of_a_candidate_elsewhere(policy):
    zones = {zone: ZoneInfo(zone) for zone in ZONES}
    texts = dict(zip(zones, list(offers(policy, "nl"))[:: len(ZONES) * 4], strict=True))

    assert [zone for zone, text in texts.items() if "jouw tijd" in text] == ZONES[1:]
