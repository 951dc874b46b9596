from uuid import UUID

import pytest

from talks.models import Note, NoteCopy, Survey, SurveyAnswer
from talks.privacy import erase, export
from talks.services import save_note
from tests.factories import NOW, TUESDAY_HALF_PAST_TEN, WEDNESDAY_TEN, make_booking, make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def make_notes(booking):
    for window, text in ((1, "Wil verder leren"), (2, "Van het andere venster")):
        save_note(booking=booking, text=text, version=0, window=UUID(int=window), author=booking.advisor.user, now=NOW)
    return booking


def test_export_contains_the_notes_and_their_copies():
    booking = make_notes(make_booking(starts_at=TUESDAY_HALF_PAST_TEN))
    make_notes(make_booking(starts_at=WEDNESDAY_TEN))

    assert export(f"candidate:{booking.candidate.pk}") == {
        "notes": [
            {
                "booking": booking.pk,
                "author": booking.advisor.name,
                "text": "Wil verder leren",
                "updated_at": NOW.isoformat(),
                "copies": ["Van het andere venster"],
            }
        ]
    }


@pytest.mark.parametrize("person", ["candidate:0", "candidate:x", "user:1"])
def test_export_of_another_person_is_empty(person):
    make_notes(make_booking())

    assert export(person) == {}


def test_erase_removes_only_the_notes_of_this_candidate():
    booking, other = make_notes(make_booking()), make_notes(make_booking())

    erase(f"candidate:{booking.candidate.pk}")
    erase(f"user:{other.advisor.user_id}")

    assert (Note.objects.get().booking, NoteCopy.objects.count()) == (other, 1)


def test_export_contains_the_survey_and_its_answers():
    survey = make_survey(answers={"reason_clear": "5", "improve": "Bel eerder."})
    make_survey(answers={"reason_clear": "1"})

    assert export(f"candidate:{survey.booking.candidate.pk}") == {
        "surveys": [
            {
                "booking": survey.booking_id,
                "asked_at": NOW.isoformat(),
                "answered_at": NOW.isoformat(),
                "answers": {"reason_clear": "5", "improve": "Bel eerder."},
            }
        ]
    }


def test_erase_removes_only_the_answers_of_this_candidate():
    survey, other = (make_survey(answers={"reason_clear": "5"}) for _number in range(2))

    erase(f"candidate:{survey.booking.candidate.pk}")

    assert (Survey.objects.get(), SurveyAnswer.objects.count()) == (other, 1)
