import pytest

from advisors.models import AgendaEntry
from bookings import privacy
from bookings.assignment.fairness import Load, in_turn
from bookings.models import Booking, CalendarAnswer, Hold, Invitation, WaitlistEntry
from tests.factories import NOW, make_booking, make_hold, make_waitlist_entry

pytestmark = pytest.mark.django_db


def test_export_holds_invitations_appointments_questions_and_the_number():
    booking = make_booking(question="Wat telt?")

    exported = privacy.export(f"candidate:{booking.candidate.pk}")

    assert [(row["vacancy"], row["bookings"][0]["question"]) for row in exported] == [
        ("Anesthesiemedewerker", "Wat telt?")
    ]
    assert exported[0]["bookings"][0]["phone"] == "+31600000001"


def test_export_tells_why_this_advisor_and_nothing_about_colleagues():
    because = in_turn([Load(1, 100, 600, 3), Load(2, 50, 600, 2)], days=28)[0].because
    booking = make_booking(chosen_because=because)
    earlier = make_booking(invitation=booking.invitation, status="no_show")

    [exported] = privacy.export(f"candidate:{booking.candidate.pk}")

    reasons = [one["chosen_because"] for one in exported["bookings"]]
    assert (sorted(reasons), earlier.chosen_because) == (["", "furthest_below_share"], {})


def test_erase_leaves_nothing_and_gives_the_time_back():
    booking = make_booking()

    privacy.erase(f"candidate:{booking.candidate.pk}")

    assert (Booking.objects.count(), Invitation.objects.count(), AgendaEntry.objects.count()) == (0, 0, 0)


def test_erase_of_somebody_else_touches_nothing():
    booking = make_booking()

    privacy.erase(f"user:{booking.candidate.pk}")

    assert Booking.objects.count() == 1


def test_export_holds_the_wishes_and_the_moments_that_were_held():
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation, weekdays=[1], phone="+31600000001", wants_sms=True)

    [exported] = privacy.export(f"candidate:{held.invitation.candidate.pk}")

    assert (exported["waiting_list"]["weekdays"], exported["waiting_list"]["phone"]) == ([1], "+31600000001")
    assert [(one["state"], one["advisor"]) for one in exported["held_moments"]] == [("offered", "Youssef Benali")]


def test_erase_ends_the_waiting_and_what_was_held():
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation)

    privacy.erase(f"candidate:{held.invitation.candidate.pk}")

    left = [model.objects.count() for model in (Hold, WaitlistEntry, Invitation, AgendaEntry)]
    assert left == [0, 0, 0, 0]


def test_what_the_calendar_of_the_candidate_said_is_theirs():
    booking = make_booking()
    for party, answer in (("candidate", "accepted"), ("advisor", "declined")):
        CalendarAnswer.objects.create(
            booking=booking, party=party, answer=answer, sequence=1, stamped_at=NOW, received_at=NOW
        )

    [exported] = privacy.export(f"candidate:{booking.candidate.pk}")
    privacy.erase(f"candidate:{booking.candidate.pk}")

    said = {"answer": "accepted", "sequence": 1, "stamped_at": NOW, "received_at": NOW}
    nothing_proposed = {"proposed_starts_at": None, "proposed_is_free": None}
    assert exported["bookings"][0]["answers_of_calendars"] == [said | nothing_proposed]
    assert CalendarAnswer.objects.count() == 0
