import pytest

from advisors.models import AgendaEntry
from bookings import privacy
from bookings.assignment.fairness import Workload, rank_advisors
from bookings.models import Booking, CalendarReply, Hold, Invitation, WaitlistEntry
from tests.factories import NOW, make_booking, make_hold, make_waitlist_entry

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_export_has_invitations_bookings_questions_and_phone():
    booking = make_booking(question="Wat telt?")

    exported = privacy.export(f"candidate:{booking.candidate.pk}")

    assert [(row["vacancy"], row["bookings"][0]["question"]) for row in exported] == [
        ("Anesthesiemedewerker", "Wat telt?")
    ]
    assert exported[0]["bookings"][0]["phone"] == "+31600000001"


def test_export_has_the_assignment_rule_without_colleagues():
    because = rank_advisors([Workload(1, 100, 600, 3), Workload(2, 50, 600, 2)], days=28)[0].reason
    booking = make_booking(chosen_because=because)
    earlier = make_booking(invitation=booking.invitation, status="no_show")

    [exported] = privacy.export(f"candidate:{booking.candidate.pk}")

    reasons = [one["chosen_because"] for one in exported["bookings"]]
    assert (sorted(reasons), earlier.chosen_because) == (["", "furthest_below_share"], {})


def test_erase_deletes_all_rows_and_releases_the_time():
    booking = make_booking()

    privacy.erase(f"candidate:{booking.candidate.pk}")

    assert (Booking.objects.count(), Invitation.objects.count(), AgendaEntry.objects.count()) == (0, 0, 0)


def test_erase_leaves_other_candidates():
    booking = make_booking()

    privacy.erase(f"user:{booking.candidate.pk}")

    assert Booking.objects.count() == 1


def test_export_has_waitlist_preferences_and_holds():
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation, weekdays=[1], phone="+31600000001", wants_sms=True)

    [exported] = privacy.export(f"candidate:{held.invitation.candidate.pk}")

    assert (exported["waiting_list"]["weekdays"], exported["waiting_list"]["phone"]) == ([1], "+31600000001")
    assert [(one["state"], one["advisor"]) for one in exported["held_moments"]] == [("offered", "Youssef Benali")]


def test_erase_deletes_waitlist_entries_and_holds():
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation)

    privacy.erase(f"candidate:{held.invitation.candidate.pk}")

    left = [model.objects.count() for model in (Hold, WaitlistEntry, Invitation, AgendaEntry)]
    assert left == [0, 0, 0, 0]


def test_export_has_the_calendar_reply_of_the_candidate():
    booking = make_booking()
    for party, answer in (("candidate", "accepted"), ("advisor", "declined")):
        CalendarReply.objects.create(
            booking=booking, party=party, answer=answer, sequence=1, stamped_at=NOW, received_at=NOW
        )

    [exported] = privacy.export(f"candidate:{booking.candidate.pk}")
    privacy.erase(f"candidate:{booking.candidate.pk}")

    said = {"answer": "accepted", "sequence": 1, "stamped_at": NOW, "received_at": NOW}
    nothing_proposed = {"proposed_starts_at": None, "proposed_is_free": None}
    assert exported["bookings"][0]["answers_of_calendars"] == [said | nothing_proposed]
    assert CalendarReply.objects.count() == 0
