"""The waitlist pages: preferences, the current offer, and the overview for staff."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.book import book
from bookings.models import Booking, Hold, WaitlistEntry
from bookings.replies.sms_replies import process_sms_replies
from bookings.short_codes import code_for_hold
from bookings.waitlist.services import WaitlistRequest, join_waitlist
from candidates.access.tokens import link_token
from core.actors import object_key
from organisation.models import Role
from outbox.sms.inbound import receive
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_sms,
    make_user,
    make_vacancy,
    make_waitlist_entry,
)

pytestmark = pytest.mark.django_db
PREFERENCES = {"weekdays": ["1", "3"], "day_parts": ["morning"], "channels": ["phone"], "language": "nl"}


@pytest.fixture(autouse=True)
def clock():
    make_policy()
    with time_machine.travel(NOW, tick=False):
        yield


def came_in(client, invitation):
    link = invitation.candidate.link
    client.get(reverse("candidates:open_link", args=[link_token(link.key, link.version), ""]))
    return client


@pytest.fixture
def invitation():
    return make_invitation()


@pytest.fixture
def visitor(client, invitation):
    return came_in(client, invitation)


def page(name, invitation):
    return reverse(f"bookings:{name}", args=[invitation.pk])


def read(answer):
    return " ".join(answer.content.decode().split())


def test_the_slot_picker_links_to_the_waitlist_also_without_slots(visitor, invitation):
    nothing = read(visitor.get(page("book", invitation)))
    make_advisor()
    something = read(visitor.get(page("book", invitation)))

    assert [page("waiting", invitation) in text for text in (nothing, something)] == [True, True]


def test_preferences_are_saved_and_shown_again(visitor, invitation):
    make_advisor()

    answer = visitor.post(page("waiting", invitation), PREFERENCES, follow=True)

    entry = WaitlistEntry.objects.get()
    assert (entry.weekdays, entry.day_parts, entry.channels) == ([1, 3], ["morning"], ["phone"])
    assert "Je staat op de wachtlijst." in read(answer)
    assert answer.context["form"].initial["weekdays"] == [1, 3]


def test_sms_is_not_preset_and_needs_a_mobile_number(visitor, invitation):
    make_advisor()
    form = visitor.get(page("waiting", invitation)).context["form"]

    answer = visitor.post(page("waiting", invitation), PREFERENCES | {"wants_sms": "on", "phone": "030 123 4567"})

    assert form["wants_sms"].value() in (None, False)
    assert (answer.status_code, WaitlistEntry.objects.count()) == (400, 0)
    assert "030 123 4567" in read(answer)
    assert answer.context["form"]["weekdays"].value() == ["1", "3"]


def test_matching_free_slots_are_shown_to_a_candidate_who_waits(visitor, invitation):
    make_advisor()
    join_waitlist(
        invitation=invitation, request=WaitlistRequest(language="nl", weekdays=(1,)), actor=CANDIDATE, now=NOW
    )

    text = read(visitor.get(page("waiting", invitation)))

    assert "Dinsdag 24 november om 10.30 uur, met Youssef Benali" in text


def test_leaving_takes_one_click(visitor, invitation):
    entry = make_waitlist_entry(invitation=invitation)

    visitor.post(page("waiting", invitation), {"leave": "1"})

    entry.refresh_from_db()
    assert entry.ended_at == NOW


@pytest.mark.parametrize("name", ["waiting", "offer"])
def test_a_candidate_with_an_appointment_is_redirected_to_it(visitor, invitation, name):
    booking = make_booking(invitation=invitation)

    assert visitor.get(page(name, invitation)).url == reverse("bookings:appointment", args=[booking.pk])


@pytest.mark.parametrize("name", ["waiting", "offer"])
def test_an_invitation_that_ended_says_so(client, name):
    invitation = make_invitation(open_until=date(2026, 11, 22))

    assert "closed.html" in came_in(client, invitation).get(page(name, invitation)).templates[0].name


@pytest.mark.parametrize("name", ["waiting", "offer"])
def test_the_pages_of_another_candidate_are_not_found(visitor, name):
    assert visitor.get(page(name, make_invitation())).status_code == 404


def test_the_offer_is_booked_on_the_confirmation_page(visitor, invitation):
    make_hold(invitation=invitation)
    make_waitlist_entry(invitation=invitation)
    offer = visitor.get(page("offer", invitation))
    details = f"{page('details', invitation)}?{offer.context['slots'][0].query}"

    hidden = visitor.get(details).context["form"].initial
    answer = visitor.post(details, hidden | {"slot": "2026-11-24T09:30Z", "phone": "06 0000 0001"})

    booking = Booking.objects.get()
    assert answer.url == reverse("bookings:appointment", args=[booking.pk])
    assert (booking.starts_at, Hold.objects.get().state) == (TUESDAY_HALF_PAST_TEN, "taken")


def test_the_number_given_for_sms_prefills_the_field(visitor, invitation):
    make_waitlist_entry(invitation=invitation, phone="+31600000001")
    held = make_hold(invitation=invitation)
    chosen = {"slot": "2026-11-24T09:30Z", "channel": "phone", "language": "nl", "advisor": held.advisor_id}

    form = visitor.get(page("details", invitation), chosen).context["form"]

    assert (form.known_phone, form["phone"].value()) == ("", "06 00000001")


@pytest.mark.parametrize(("answer", "waits"), [("decline", True), ("leave", False)])
def test_declining_releases_the_hold(visitor, invitation, answer, waits):
    make_hold(invitation=invitation)
    make_waitlist_entry(invitation=invitation)

    text = read(visitor.post(page("offer", invitation), {answer: "1"}, follow=True))

    assert Hold.objects.get().state == "declined"
    assert WaitlistEntry.objects.waiting().exists() == waits
    assert "Er wordt nu geen moment voor je vastgehouden" in text


def test_an_expired_offer_is_explained(visitor, invitation):
    make_hold(invitation=invitation, offered_at=NOW - timedelta(hours=4), expires_at=NOW)
    make_waitlist_entry(invitation=invitation)

    text = read(visitor.get(page("offer", invitation)))

    assert "Dit moment houden we niet meer voor je vast" in text
    assert "Je staat nog op de wachtlijst." in text


def test_three_slots_are_shown_as_three(visitor, invitation):
    for days in range(3):
        make_hold(invitation=invitation, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=days), reason="cancelled")

    answer = visitor.get(page("offer", invitation))

    assert len(answer.context["slots"]) == 3
    assert "Kies een van deze momenten" in read(answer)


@pytest.mark.parametrize(("number", "word"), [(1, "it"), (3, "them")])
def test_declining_thanks_for_the_number_of_holds(visitor, invitation, number, word):
    visitor.cookies["django_language"] = "en"
    for days in range(number):
        make_hold(invitation=invitation, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=days), reason="cancelled")

    text = read(visitor.post(page("offer", invitation), {"decline": "1"}, follow=True))

    assert f"Somebody else can have {word} now." in text


def test_three_expired_slots_are_shown_as_three(visitor, invitation):
    long_ago = {"offered_at": NOW - timedelta(hours=4), "expires_at": NOW, "reason": "cancelled"}
    for days in range(3):
        make_hold(invitation=invitation, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=days), **long_ago)

    assert "Deze momenten houden we niet meer voor je vast" in read(visitor.get(page("offer", invitation)))


def test_home_shows_that_a_slot_is_on_hold(visitor, invitation):
    make_hold(invitation=invitation)

    assert page("offer", invitation) in read(visitor.get(reverse("bookings:home")))


# the short code of an SMS


@pytest.fixture
def texted(client):
    """Session opened with the code of an SMS."""
    held = make_hold()
    answer = client.get(reverse("bookings:short", args=[code_for_hold(held.entry_id)]))
    assert answer.url == page("offer", held.invitation)
    return held


def test_an_sms_code_opens_its_offer_only(client, texted):
    invitation = texted.invitation
    other = make_invitation(rejection=make_rejection(candidate=invitation.candidate, vacancy=make_vacancy()))

    opened = {name: client.get(page(name, invitation)).status_code for name in ("offer", "book", "waiting")}

    assert opened == {"offer": 200, "book": 302, "waiting": 302}
    assert [client.get(page("offer", other)).status_code, client.get("/my/").status_code] == [302, 302]
    assert client.get(page("details", invitation)).url == page("offer", invitation)


def test_booking_with_an_sms_code_shows_the_appointment(client, texted):
    data = {"slot": "2026-11-24T09:30Z", "channel": "phone", "language": "nl", "advisor": texted.advisor_id}

    answer = client.post(page("details", texted.invitation), data | {"phone": "06 0000 0001"}, follow=True)

    assert answer.redirect_chain == [(reverse("bookings:appointment", args=[Booking.objects.get().pk]), 302)]
    assert answer.status_code == 200


@pytest.mark.parametrize("starts_at", [TUESDAY_HALF_PAST_TEN, TUESDAY_HALF_PAST_TEN + timedelta(days=1)])
def test_an_sms_code_redirects_to_the_booking_made_since(client, texted, starts_at):
    """The booking is made with the full link in another browser; that session stays."""
    booking = book(invitation=texted.invitation, request=make_booking_request(starts_at), actor=CANDIDATE, now=NOW)
    appointment = (reverse("bookings:appointment", args=[booking.pk]), 302)

    again = client.get(page("offer", texted.invitation), follow=True)
    anew = Client().get(reverse("bookings:short", args=[code_for_hold(texted.entry_id)]), follow=True)

    assert (again.redirect_chain, again.status_code) == ([appointment], 200)
    assert (anew.redirect_chain[1:], anew.status_code) == ([appointment], 200)


def test_booking_the_offer_of_an_sms_code_after_another_booking_shows_that_booking(client, texted):
    booking = book(invitation=texted.invitation, request=make_booking_request(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)
    data = {"slot": "2026-11-24T09:30Z", "channel": "phone", "language": "nl", "advisor": texted.advisor_id}

    answer = client.post(page("details", texted.invitation), data | {"phone": "06 0000 0001"}, follow=True)

    assert answer.redirect_chain[-1] == (reverse("bookings:appointment", args=[booking.pk]), 302)
    assert "Je hebt al een afspraak." in read(answer)


def test_an_sms_code_does_not_open_a_booking_that_is_over(client, texted):
    make_booking(invitation=texted.invitation, starts_at=NOW - timedelta(hours=1))

    answer = client.get(page("offer", texted.invitation))

    assert (answer.status_code, answer.templates[0].name) == (404, "bookings/appointments/code_ended.html")


# staff


def test_a_recruiter_reads_the_names_of_own_candidates_and_an_advisor_none(client):
    recruiter, advisor = make_user(Role.RECRUITER), make_user(Role.ADVISOR)
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter), candidate=make_candidate(last_name="Aydin"))
    make_waitlist_entry(invitation=make_invitation(rejection=rejection), weekdays=[1], day_parts=["morning"])
    make_waitlist_entry()

    texts = []
    for user in (recruiter, advisor):
        client.force_login(user)
        texts.append(read(client.get(reverse("bookings:waiting_list"))))

    assert [text.count("Sevda Aydin") for text in texts] == [1, 0]
    assert ["1 kandidaat wacht" in texts[0], "2 kandidaten wachten" in texts[1]] == [True, True]
    assert "Dinsdag" in texts[0]


@pytest.mark.parametrize(("texts", "shown"), [(["nee"], 1), (["ja"], 0), (["nee", "ja"], 0), (["ja", "nee"], 1)])
def test_a_no_by_sms_to_an_offer_is_shown_and_declines_nothing(client, texts, shown):
    first, second = make_waitlist_entry(), make_waitlist_entry()
    held, _other = make_hold(invitation=first.invitation), make_hold(invitation=second.invitation)
    make_sms(about=object_key(held), state="sent", sent_at=NOW)
    for text in texts:
        receive(provider_id=text, sender="+31600000001", text=text, opt_out="", now=NOW)
    process_sms_replies(now=NOW)
    client.force_login(make_user(Role.ADVISOR))

    page = client.get(reverse("bookings:waiting_list"))

    assert [declined_by_sms for _invitation, _is_offered, declined_by_sms in page.context["rows"]] == [
        bool(shown),
        False,
    ]
    assert (page.content.count(b"badge no"), Hold.objects.offered().count()) == (shown, 2)


def test_the_list_needs_the_same_statements_for_one_entry_and_for_thirty(client):
    client.force_login(make_user(Role.ADVISOR))

    def statements(entries):
        for _ in range(entries):
            make_waitlist_entry()
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("bookings:waiting_list"))
        return len(captured)

    assert statements(1) == statements(29)


def test_an_empty_waitlist_is_explained(client):
    client.force_login(make_user(Role.ADVISOR))

    assert "Niemand wacht" in read(client.get(reverse("bookings:waiting_list")))
