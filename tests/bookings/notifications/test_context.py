import pytest

from bookings.wording import channel_sentence
from tests.factories import make_advisor, make_booking, make_location

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "room", "sentence"),
    [
        ("nl", "Route 14", "Meld je bij de balie. Waar in het gebouw: Route 14."),
        ("nl", "", "Meld je bij de balie."),
        ("en", "Route 14", "Go to the front desk. Where in the building: Route 14."),
        ("en", "", "Go to the front desk."),
    ],
)
def test_channel_sentence_names_a_room_only_when_there_is_one(language, room, sentence):
    booking = make_booking(channel="onsite", location=make_location(room=room))

    assert channel_sentence(booking, language).strip().endswith(sentence)


@pytest.mark.parametrize(
    ("language", "room", "sentence"),
    [
        ("nl", "https://video.example/kamer", "Open deze link op het afgesproken moment: https://video.example/kamer"),
        ("nl", "", "De link krijg je nog van Youssef Benali."),
        ("en", "https://video.example/kamer", "Open this link at the agreed time: https://video.example/kamer"),
        ("en", "", "Youssef Benali still sends you the link."),
    ],
)
def test_channel_sentence_announces_a_video_link_only_when_there_is_one(language, room, sentence):
    booking = make_booking(channel="video", advisor=make_advisor(video_url=room))

    assert channel_sentence(booking, language).strip().endswith(f"phone. {sentence}" if language == "en" else sentence)
