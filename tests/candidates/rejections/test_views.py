from datetime import date

import pytest
import time_machine
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.errors import AlreadyInvited
from candidates.models import Candidate, Rejection, RejectionReason
from candidates.rejections.services import Registration, RegistrationOutcome
from candidates.rejections.views import _report
from organisation.models import AuditEvent, Role
from tests.factories import (
    NOW,
    make_booking,
    make_candidate,
    make_invitation,
    make_reason,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def recruiter(client):
    user = make_user(Role.RECRUITER)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def typed(vacancy, **fields):
    values = {
        "once": "abc",
        "first_name": "Sevda",
        "infix": "",
        "last_name": "Aydin",
        "email": "sevda@kandidaat.example",
        "phone": "06-12345678",
        "language": "nl",
        "vacancy": vacancy.pk,
        "applied_on": "2026-11-03",
        "stage": "interview_1",
        "rejected_by": "organisation",
        "reason": make_reason().pk,
        "component": vacancy.requirements.first().pk,
        "new_component": "",
        "explanation": "Voor mensen mist nog een certificaat.",
        "strength_1": "Rustig onder druk",
        "strength_2": "",
        "strength_3": "",
        "decided_on": "2026-11-19",
        "notified_on": "2026-11-20",
        "notified_by": "phone",
    }
    return values | fields


def enter(client, vacancy, **fields):
    return client.post("/rejections/new/", typed(vacancy, **fields), follow=True)


def test_a_complete_rejection_is_entered(client, recruiter):
    response = enter(client, make_vacancy(recruiter=recruiter))

    rejection = Rejection.objects.get()
    assert response.redirect_chain == [(f"/rejections/{rejection.pk}/", 302)]
    assert (rejection.completed_at, rejection.recruiter) == (NOW, recruiter)
    assert rejection.application.applied_on == date(2026, 11, 3)
    assert "This rejection is complete" in response.content.decode()


def test_an_incomplete_rejection_is_saved_and_the_missing_parts_are_shown(client, recruiter):
    response = enter(client, make_vacancy(recruiter=recruiter), explanation="", strength_1=" ")

    assert Rejection.objects.get().completed_at is None
    assert "Still missing: an explanation, at least one strength." in response.content.decode()


def test_a_double_click_enters_one(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)

    enter(client, vacancy)
    enter(client, vacancy)

    assert (Rejection.objects.count(), Candidate.objects.count()) == (1, 1)


def test_a_requirement_that_is_not_in_the_list_is_added(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)

    enter(client, vacancy, component="", new_component="Rijbewijs B")

    assert Rejection.objects.get().component.label == "Rijbewijs B"
    assert vacancy.requirements.count() == 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"first_name": "", "last_name": ""}, "first_name"),
        ({"first_name": "\u202e", "last_name": "."}, "first_name"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"email": "geen adres"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"stage": "interview_9"}, "stage"),
        ({"vacancy": "999999"}, "vacancy"),
        ({"vacancy": "x"}, "vacancy"),
        ({"component": "999999"}, "component"),
        ({"reason": "999999"}, "reason"),
        ({"notified_on": "2026-11-24"}, "notified_on"),
        ({"notified_on": "31-02-2026"}, "notified_on"),
        ({"decided_on": "2026-11-01"}, "decided_on"),
        ({"explanation": "x" * 2001}, "explanation"),
        ({"explanation": "a\x00b"}, "explanation"),
        ({"strength_1": "x" * 301}, "strength_1"),
        ({"rejected_by": "nobody"}, "rejected_by"),
    ],
)
def test_errors_are_shown_and_input_is_kept(client, recruiter, fields, wrong):
    response = client.post("/rejections/new/", typed(make_vacancy(recruiter=recruiter)) | fields)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [wrong]
    assert "sevda@kandidaat.example" in response.content.decode() or wrong == "email"
    assert not Rejection.objects.exists()


def test_a_requirement_of_another_own_vacancy_is_refused(client, recruiter):
    other = make_vacancy(recruiter=recruiter, title="Planner")

    response = client.post(
        "/rejections/new/", typed(make_vacancy(recruiter=recruiter), component=other.requirements.get().pk)
    )

    assert list(response.context["form"].errors) == ["component"]


def test_the_vacancy_of_another_recruiter_can_not_be_chosen(client, recruiter):
    response = client.post("/rejections/new/", typed(make_vacancy()))

    assert "vacancy" in response.context["form"].errors


@pytest.mark.parametrize("name", ["Jo\"ão 'x'", "🙂🙂", "<script>alert(1)</script>", "آيدين", "x" * 200, "a\r\nb"])
def test_any_name_is_shown_as_it_is(client, recruiter, name):
    response = enter(client, make_vacancy(recruiter=recruiter), first_name=name)

    assert response.status_code == 200
    assert Candidate.objects.get().first_name == name.replace("\r\n", " ")
    assert "<script>alert" not in response.content.decode()


def test_a_rejection_is_changed_until_the_invitation_left(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    rejection = make_rejection(vacancy=vacancy)

    client.post(f"/rejections/{rejection.pk}/edit/", typed(vacancy, explanation="Anders."))

    rejection.refresh_from_db()
    assert rejection.explanation == "Anders."
    assert [event.action for event in AuditEvent.objects.filter(about=f"rejection:{rejection.pk}")] == [
        "rejection.change"
    ]


def test_a_rejection_is_read_only_after_the_invitation(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    rejection = make_rejection(vacancy=vacancy)
    make_invitation(rejection=rejection)
    url = f"/rejections/{rejection.pk}/"

    assert client.get(f"{url}edit/")["Location"] == url
    response = client.post(f"{url}edit/", typed(vacancy, explanation="Anders."))

    assert response.context["form"].non_field_errors()
    rejection.refresh_from_db()
    assert rejection.explanation == "Voor mensen mist nog een certificaat."
    page = client.get(url).content.decode()
    assert f"{url}edit/" not in page
    assert "can not be changed any more" in page


def test_the_form_shows_the_stored_values(client, recruiter):
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter))

    form = client.get(f"/rejections/{rejection.pk}/edit/").context["form"]

    assert form["explanation"].value() == rejection.explanation
    assert form["strength_1"].value() == "Rustig werken onder druk"
    assert form["component"].value() == str(rejection.component_id)


def test_reading_is_audited(client, recruiter):
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter))

    client.get(f"/rejections/{rejection.pk}/")

    event = AuditEvent.objects.get()
    assert (event.action, event.about, event.actor) == (
        "candidate.read",
        f"rejection:{rejection.pk}",
        f"user:{recruiter.pk}",
    )


@pytest.mark.parametrize("page", ["", "edit/"])
def test_the_rejection_of_another_recruiter_does_not_exist(client, recruiter, page):
    rejection = make_rejection()

    assert client.get(f"/rejections/{rejection.pk}/{page}").status_code == 404
    assert client.post(f"/rejections/{rejection.pk}/edit/", {}).status_code == 404


@pytest.mark.parametrize("name", ["rejections", "rejection_new", "import_new", "duplicates"])
@pytest.mark.parametrize("role", [Role.ADVISOR, Role.MANAGER, Role.APPLICATION_MANAGER])
def test_other_staff_do_not_see_these_pages(client, name, role):
    client.force_login(make_user(role))

    assert client.get(reverse(f"candidates:{name}")).status_code == 404


def tab_of(client, tab, **query):
    response = client.get("/rejections/", {"tab": tab, **query})
    return [row.rejection for row in response.context["rows"]]


def test_every_rejection_is_in_its_tab(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    incomplete = make_rejection(vacancy=vacancy, complete=False)
    untold = make_rejection(vacancy=vacancy, notified_on=None)
    ready = make_rejection(vacancy=vacancy)
    withdrew = make_rejection(vacancy=vacancy, complete=False, rejected_by="candidate")
    make_rejection()

    assert tab_of(client, "incomplete") == [incomplete]
    assert tab_of(client, "notice") == [untold]
    assert tab_of(client, "complete") == [withdrew, ready]
    assert tab_of(client, "nonsense") == [incomplete]


def test_the_list_is_searched_by_name(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    found = make_rejection(vacancy=vacancy, candidate=make_candidate(first_name="Zoë", last_name="Bakker"))
    make_rejection(vacancy=vacancy)

    assert tab_of(client, "complete", name="zo bakk") == [found]


def test_the_list_shows_the_expected_time_of_the_invitation(client, recruiter):
    make_rejection(vacancy=make_vacancy(recruiter=recruiter), notified_on=date(2026, 11, 23))

    page = client.get("/rejections/", {"tab": "complete"}).content.decode()

    assert "the letter leaves on Tuesday 24 November from 10:00" in page


def test_the_list_takes_as_many_statements_for_30_rows_as_for_1(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    counts = []
    for number in (1, 29):
        for _ in range(number):
            make_booking(invitation=make_invitation(rejection=make_rejection(vacancy=vacancy)))
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/rejections/", {"tab": "complete"}).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("tab", ["incomplete", "notice", "complete"])
def test_an_empty_list_explains_itself(client, recruiter, tab):
    assert 'class="empty"' in client.get("/rejections/", {"tab": tab}).content.decode()


def test_going_back_and_entering_another_candidate_enters_two(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)

    enter(client, vacancy)
    for _click in range(2):
        enter(client, vacancy, first_name="Anne", email="anne@kandidaat.example")

    assert sorted(Candidate.objects.values_list("first_name", flat=True)) == ["Anne", "Sevda"]
    assert Rejection.objects.count() == 2


def test_editing_keeps_a_reason_hidden_since(client, recruiter):
    vacancy = make_vacancy(recruiter=recruiter)
    enter(client, vacancy)
    rejection = Rejection.objects.get()
    RejectionReason.objects.update(is_active=False)

    client.post(f"/rejections/{rejection.pk}/edit/", typed(vacancy, reason=rejection.reason_id, explanation="Helder."))

    stored = Rejection.objects.get()
    assert (stored.reason, stored.explanation, stored.completed_at) == (rejection.reason, "Helder.", NOW)


def test_a_rejection_kept_after_the_invitation_is_not_reported_as_saved(rf, client, recruiter):
    enter(client, make_vacancy(recruiter=recruiter))
    request = rf.get("/")
    request._messages = CookieStorage(request)
    kept = Registration(rejection=Rejection.objects.get(), outcome=RegistrationOutcome.KEPT, missing=())

    _report(request, kept)

    assert [str(message) for message in request._messages] == [str(AlreadyInvited())]
