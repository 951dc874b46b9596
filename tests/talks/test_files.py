from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking, Topic
from organisation.models import AuditEvent, Role, RoleGrant
from outbox.models import IncomingMail, Message
from talks.models import Note, NoteCopy
from talks.services import save_note
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    labelled,
    make_absence,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = pytest.mark.django_db
AFTER = TUESDAY_HALF_PAST_TEN + timedelta(minutes=25)
WINDOW = UUID(int=1)
AUTOSAVE = {"HX-Request": "true"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def booking(client, clock):
    """Booking of the signed-in advisor."""
    make_policy()
    booking = make_booking(question="Is mijn ervaring iets waard?")
    client.force_login(booking.advisor.user)
    client.cookies["django_language"] = "en"
    return booking


def page(name, thing):
    return reverse(f"talks:{name}", args=[thing.pk])


def typed(text, *, version=0, window=WINDOW):
    return {"text": text, "version": version, "window": str(window)}


def page_text(answer):
    return " ".join(answer.content.decode().split())


def test_the_file_unfolds_the_whole_mail_of_the_candidate(client, booking):
    fields = {"about": f"booking:{booking.pk}", "kind": "letter", "sender": "a@b.example", "handled_at": NOW}
    IncomingMail.objects.create(digest="1", full_text="Ja hoor.\n> Kom je?", received_at=NOW, **fields)
    IncomingMail.objects.create(digest="2", received_at=NOW, **fields)

    html = page_text(client.get(page("file", booking)))

    assert ("Ja hoor.<br>&gt; Kom je?" in html, html.count("Mail of Monday 23 November")) == (True, 1)


def test_the_file_shows_the_data_for_the_talk_and_is_audited(client, booking):
    booking.topics.set([labelled(Topic.objects.create(code="waarom"), nl="Waarom niet", en="Why I was not chosen")])

    html = page_text(client.get(page("file", booking)))

    shown = ["Sevda Aydin", "06 00000001", "Anesthesiemedewerker", "OK en Anesthesie", "First interview", "Eis 0"]
    shown += ["Voor mensen mist nog een certificaat.", "Rustig werken onder druk", "By phone"]
    shown += [booking.invitation.application.rejection.reason.labels.get(language="en").text]
    shown += ["Why I was not chosen", "Is mijn ervaring iets waard?", "Friday 20 November", "Refer to another vacancy"]
    assert [word for word in shown if word not in html] == []
    assert list(AuditEvent.objects.values_list("action", "about", "actor")) == [
        ("file.read", f"booking:{booking.pk}", f"user:{booking.advisor.user_id}")
    ]


def test_the_file_lists_earlier_talks_and_links_only_to_own_ones(client, booking):
    for advisor, title in ((booking.advisor, "Eigen"), (make_advisor(name="Marit de Wit"), "Van Marit")):
        rejection = make_rejection(candidate=booking.candidate)
        rejection.application.vacancy.title = title
        rejection.application.vacancy.save()
        make_booking(
            advisor=advisor, invitation=make_invitation(rejection=rejection), starts_at=NOW - timedelta(days=9)
        )
    own, other = Booking.objects.exclude(pk=booking.pk).order_by("pk")

    html = page_text(client.get(page("file", booking)))

    assert "Talk with Youssef Benali about Eigen" in html
    assert "Talk with Marit de Wit about Van Marit" in html
    assert (page("file", own) in html, page("file", other) in html) == (True, False)


def paths(booking):
    names = ["file", "note", "complete", "no_show", "cancel"]
    save_note(booking=booking, text="a", version=0, window=WINDOW, author=booking.advisor.user, now=NOW)
    save_note(booking=booking, text="b", version=0, window=UUID(int=2), author=booking.advisor.user, now=NOW)
    copy = NoteCopy.objects.get()
    return [page(name, booking) for name in names] + [page("note_copy_use", copy), page("note_copy_drop", copy)]


@pytest.mark.parametrize("roles", [[Role.ADVISOR], [Role.RECRUITER], [Role.APPLICATION_MANAGER], [Role.MANAGER]])
def test_the_file_of_another_advisor_gives_404(client, booking, roles):
    addresses = paths(booking)
    client.force_login(make_user(*roles))

    assert client.get(addresses[0]).status_code == 404
    assert [client.post(address, typed("x")).status_code for address in addresses[1:]] == [404] * 6
    assert AuditEvent.objects.count() == 0


def test_an_advisor_cannot_open_the_file_after_giving_the_rejection(client, booking):
    addresses = paths(booking)
    rejection = booking.invitation.application.rejection
    rejection.recruiter = booking.advisor.user
    rejection.save()
    RoleGrant.objects.create(user=booking.advisor.user, role=Role.RECRUITER)

    assert client.get(addresses[0]).status_code == 404
    assert [client.post(address, typed("x")).status_code for address in addresses[1:]] == [404] * 6


def test_an_anonymous_visitor_is_redirected_to_sign_in(client, booking):
    client.logout()

    answer = client.get(page("file", booking))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_marking_before_the_start_shows_an_error(client, booking):
    html = page_text(client.post(page("complete", booking), follow=True))

    assert "This talk has not started yet." in html


def test_the_advisor_marks_and_corrects(client, booking, clock):
    clock.move_to(AFTER)
    client.force_login(booking.advisor.user)

    client.post(page("no_show", booking))
    client.post(page("complete", booking))

    booking.refresh_from_db()
    assert booking.status == Booking.Status.COMPLETED


def test_the_advisor_cancels_with_a_message(client, booking):
    answer = client.post(page("cancel", booking), {"remark": "Ik ben ziek. Het ligt niet aan jou."})

    booking.refresh_from_db()
    assert answer["Location"] == page("file", booking)
    assert (booking.status, booking.cancelled_by) == (Booking.Status.CANCELLED, Booking.CancelledBy.ADVISOR)
    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert "Ik ben ziek. Het ligt niet aan jou." in letter.text


def test_the_cancelling_advisor_sees_the_number_of_holds(client, booking):
    html = page_text(client.post(page("cancel", booking), {"remark": ""}, follow=True))

    assert "The candidate gets your word and 3 moments that we hold for them." in html


def test_the_cancelling_advisor_sees_that_no_slot_is_on_hold(client, booking):
    make_absence(advisor=booking.advisor, starts_at=NOW, ends_at=NOW + timedelta(days=90))

    html = page_text(client.post(page("cancel", booking), {"remark": ""}, follow=True))

    assert "The candidate gets your word and can choose again." in html


def test_a_get_of_the_cancel_page_changes_nothing(client, booking):
    client.get(page("cancel", booking))

    booking.refresh_from_db()
    assert booking.status == Booking.Status.BOOKED


def test_notes_are_saved_by_the_button(client, booking):
    answer = client.post(page("note", booking), typed("Regel een\r\nRegel twee"))

    assert answer["Location"] == page("file", booking) + "#notes"
    assert Note.objects.get().text == "Regel een\nRegel twee"


def test_autosave_returns_the_next_version(client, booking):
    html = page_text(client.post(page("note", booking), typed("Rustig"), headers=AUTOSAVE))

    assert 'name="version" value="1"' in html
    assert "Saved at 10:00." in html


def test_stale_autosave_shows_both_texts_and_keeps_its_version(client, booking):
    client.post(page("note", booking), typed("Van links"))

    html = page_text(client.post(page("note", booking), typed("Van rechts", window=UUID(int=2)), headers=AUTOSAVE))

    assert ["Van links" in html, "Van rechts" in html, "In this window" in html] == [True] * 3
    assert 'name="version" value="0"' in html
    assert Note.objects.get().text == "Van links"


def test_the_file_shows_the_copy_of_a_closed_window(client, booking):
    client.post(page("note", booking), typed("Van links"))
    client.post(page("note", booking), typed("Van rechts", window=UUID(int=2)))
    copy = NoteCopy.objects.get()

    html = page_text(client.get(page("file", booking)))
    client.post(page("note_copy_use", copy), {"version": 1, "seen_at": copy.updated_at.isoformat()})

    assert "Van rechts" in html
    assert f'value="{copy.updated_at.isoformat()}"' in html
    assert (Note.objects.get().text, NoteCopy.objects.count()) == ("Van rechts", 0)


def test_discarding_a_changed_copy_shows_an_error(client, booking):
    client.post(page("note", booking), typed("Van links"))
    client.post(page("note", booking), typed("Van rechts", window=UUID(int=2)))
    copy = NoteCopy.objects.get()

    seen = (copy.updated_at - timedelta(seconds=1)).isoformat()
    html = page_text(client.post(page("note_copy_drop", copy), {"version": 1, "seen_at": seen}, follow=True))

    assert "This text changed in the other window a moment ago." in html
    assert NoteCopy.objects.count() == 1


def test_notes_that_are_too_long_stay_in_the_form(client, booking):
    long = "a" * 20001

    html = client.post(page("note", booking), typed(long)).content.decode()

    assert "These notes are too long." in html
    assert long in html
    assert client.post(page("note", booking), typed(long), headers=AUTOSAVE).status_code == 422
    assert Note.objects.count() == 0


def test_autosave_after_sign_out_gives_401(client, booking):
    client.logout()

    assert client.post(page("note", booking), typed("x"), headers=AUTOSAVE).status_code == 401


@pytest.mark.parametrize("name", ["note", "complete", "no_show"])
def test_viewing_a_proposal_decides_nothing(client, booking, name):
    assert client.get(page(name, booking)).status_code == 405


def test_the_file_takes_as_many_statements_with_thirty_talks(client, booking):
    for number in range(1, 3):
        make_earlier(booking, number)
    with CaptureQueriesContext(connection) as few:
        client.get(page("file", booking))
    for number in range(3, 31):
        make_earlier(booking, number)

    with CaptureQueriesContext(connection) as many:
        client.get(page("file", booking))

    assert len(many) == len(few)


def make_earlier(booking, number):
    vacancy = booking.invitation.application.vacancy
    rejection = make_rejection(candidate=booking.candidate, vacancy=vacancy)
    Topic.objects.get_or_create(code=f"onderwerp-{number}")
    make_booking(
        advisor=booking.advisor,
        invitation=make_invitation(rejection=rejection),
        starts_at=NOW - timedelta(days=number),
    )
