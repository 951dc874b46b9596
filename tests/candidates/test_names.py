"""Names of people with one name; the letters need a database."""

from pathlib import Path

import pytest

from bookings.invitations.services import invite_due
from candidates.models import Candidate
from candidates.names import clean_name
from outbox.models import Message
from tests.factories import NOW, make_candidate, make_policy, make_rejection

ROOT = Path(__file__).resolve().parents[2]
APPS = ("advisors", "bookings", "candidates", "insights", "outbox", "referrals", "spreekuur", "talks")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Zoë ", "Zoë"),
        (".", ""),
        ("-", ""),
        ("…", ""),
        ("n.v.t.", ""),
        ("N.A.", "N.A."),
        ("?\u200b", ""),
        ("O", "O"),
        ("د", "د"),
        ("'t Hart", "'t Hart"),
    ],
)
def test_a_placeholder_is_no_name(text, expected):
    assert clean_name(text) == expected


@pytest.mark.parametrize(
    ("first", "infix", "last", "greeting", "full"),
    [
        ("Sevda", "", "Aydin", "Sevda", "Sevda Aydin"),
        ("Sukarno", "", "", "Sukarno", "Sukarno"),
        ("", "", "Sukarno", "Sukarno", "Sukarno"),
        (".", "van der", "Vries", "van der Vries", "van der Vries"),
        ("Sukarno", "", "-", "Sukarno", "Sukarno"),
    ],
)
def test_greeting_and_full_name(first, infix, last, greeting, full):
    candidate = Candidate(first_name=first, infix=infix, last_name=last)

    assert (candidate.greeting_name, candidate.full_name) == (greeting, full)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names", [{"first_name": ".", "last_name": "Sukarno"}, {"first_name": "Sukarno", "last_name": ""}]
)
def test_an_invitation_greets_somebody_with_one_name(names):
    make_policy()
    make_rejection(candidate=make_candidate(**names))

    invite_due(now=NOW)

    assert "Beste Sukarno,\n" in Message.objects.get().text


def test_letters_and_pages_greet_by_the_greeting_name():
    """The first name alone may be a dot."""
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    templates = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    wrong = [path.name for path in (*sources, *templates) if "candidate.first_name" in path.read_text()]

    assert sorted(wrong) == ["forms.py", "week_days.html"]  # they show the parts of a name, or the last name first
