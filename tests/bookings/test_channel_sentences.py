import pytest

from bookings.messages.words import channel_sentence
from tests.factories import make_booking, make_location

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "room", "sentence"),
    [
        ("nl", "Route 14", "Meld je bij de balie. Je gesprek is in Route 14."),
        ("nl", "", "Meld je bij de balie."),
        ("en", "Route 14", "Go to the front desk. Your talk is in Route 14."),
        ("en", "", "Go to the front desk."),
    ],
)
def test_the_sentence_about_a_visit_names_a_room_only_when_there_is_one(language, room, sentence):
    booking = make_booking(channel="onsite", location=make_location(room=room))

    assert channel_sentence(booking, language).strip().endswith(sentence)
