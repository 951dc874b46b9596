import pytest

from advisors.models import AgendaEntry
from bookings import privacy
from bookings.models import Booking, Invitation
from tests.factories import make_booking

pytestmark = pytest.mark.django_db


def test_export_holds_invitations_appointments_questions_and_the_number():
    booking = make_booking(question="Wat telt?")

    exported = privacy.export(f"candidate:{booking.candidate.pk}")

    assert [(row["vacancy"], row["bookings"][0]["question"]) for row in exported] == [
        ("Anesthesiemedewerker", "Wat telt?")
    ]
    assert exported[0]["bookings"][0]["phone"] == "+31600000001"


def test_erase_leaves_nothing_and_gives_the_time_back():
    booking = make_booking()

    privacy.erase(f"candidate:{booking.candidate.pk}")

    assert (Booking.objects.count(), Invitation.objects.count(), AgendaEntry.objects.count()) == (0, 0, 0)


def test_erase_of_somebody_else_touches_nothing():
    booking = make_booking()

    privacy.erase(f"user:{booking.candidate.pk}")

    assert Booking.objects.count() == 1
