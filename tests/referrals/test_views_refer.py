import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisation.models import AuditEvent
from referrals.models import Referral
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_referral,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def page_of(booking):
    return f"/talks/{booking.pk}/refer/"


def sign_in(client, booking):
    client.force_login(booking.advisor.user)


def test_the_page_offers_open_vacancies_that_are_new_to_the_candidate(client):
    booking = make_completed_booking()
    offered = make_vacancy(title="Planner OK", hours_min=24, hours_max=32, requirements=2)
    make_vacancy(title="Gesloten functie", status="filled")
    known = make_rejection(candidate=booking.candidate).application.vacancy
    make_referral(booking=booking)
    sign_in(client, booking)

    response = client.get(page_of(booking))

    offers = [option.data["value"].instance for option in response.context["form"]["vacancy"]]
    assert (offers, known in offers) == ([offered], False)
    words = " ".join(response.content.decode().split())
    assert "24 to 32 hours a week" in words
    assert "asks: Eis 0, Eis 1" in words
    assert "I spoke with Sevda. </textarea>" in words
    assert list(AuditEvent.objects.values_list("action", "about")) == [("referral.read", f"booking:{booking.pk}")]


def test_the_advisor_proposes(client):
    make_policy()
    booking, vacancy = make_completed_booking(), make_vacancy()
    sign_in(client, booking)

    response = client.post(page_of(booking), {"vacancy": vacancy.pk, "introduction": "Sevda blijft rustig."})

    referral = Referral.objects.get()
    assert response["Location"] == f"/referrals/{referral.pk}/"
    assert (referral.booking, referral.vacancy, referral.introduction) == (booking, vacancy, "Sevda blijft rustig.")


def test_the_text_stays_in_the_form_when_the_vacancy_closed_meanwhile(client):
    booking, vacancy = make_completed_booking(), make_vacancy(status="filled")
    make_vacancy()
    sign_in(client, booking)

    response = client.post(page_of(booking), {"vacancy": vacancy.pk, "introduction": "Sevda blijft rustig."})

    form = response.context["form"]
    assert form.errors == {"vacancy": ["This vacancy has been closed or proposed in the meantime. Choose another one."]}
    assert "Sevda blijft rustig.</textarea>" in response.content.decode()


def test_the_page_says_when_a_vacancy_can_be_proposed(client):
    booking, vacancy = make_booking(), make_vacancy()
    sign_in(client, booking)

    answers = [
        client.get(page_of(booking)),
        client.post(page_of(booking), {"vacancy": vacancy.pk, "introduction": "Sevda."}),
    ]

    assert ["from the start of the talk" in answer.content.decode() for answer in answers] == [True, True]
    assert Referral.objects.count() == 0


def test_without_open_vacancies_the_page_says_so(client):
    booking = make_completed_booking()
    booking.invitation.application.vacancy.requirements.all()
    sign_in(client, booking)

    assert "No other open vacancies" in client.get(page_of(booking)).content.decode()


@pytest.mark.parametrize("role", ["advisor", "recruiter", "manager", "application_manager"])
def test_only_advisors_of_the_talk_can_refer(client, role):
    booking, vacancy = make_completed_booking(), make_vacancy()
    client.force_login(make_user(role))

    answers = [
        client.get(page_of(booking)),
        client.post(page_of(booking), {"vacancy": vacancy.pk, "introduction": "X"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Referral.objects.count() == 0


def test_an_advisor_cannot_refer_after_giving_the_rejection(client):
    user = make_user("advisor", "recruiter")
    rejection = make_rejection(vacancy=make_vacancy(recruiter=user))
    booking = make_completed_booking(
        advisor=make_advisor(user=user, hours=False), invitation=make_invitation(rejection=rejection)
    )
    client.force_login(user)

    assert client.get(page_of(booking)).status_code == 404


def test_the_page_takes_as_many_statements_for_thirty_vacancies_as_for_one(client):
    booking = make_completed_booking()
    sign_in(client, booking)
    counts = []

    for number in (1, 29):
        for _ in range(number):
            make_vacancy(recruiter=booking.advisor.user, requirements=2)
        client.get(page_of(booking))
        with CaptureQueriesContext(connection) as statements:
            client.get(page_of(booking))
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_a_search_keeps_what_was_written_and_chosen(client):
    booking = make_completed_booking()
    chosen, *_others = [make_vacancy(title=f"Planner {number:02}") for number in range(25)]
    found = make_vacancy(title="Schoonmaker")
    sign_in(client, booking)
    written = {"vacancy": chosen.pk, "introduction": 'Werkt graag "precies".', "words": "schoon"}

    first = client.get(page_of(booking)).context["form"]
    searched = client.post(page_of(booking), {**written, "search": "1"})
    second = client.post(page_of(booking), {**written, "words": "", "page": "2"})
    nothing = client.post(page_of(booking), {"words": "%", "search": "1"})

    assert (len(first.page), first.page.paginator.count) == (20, 26)
    assert [radio.data["value"].value for radio in searched.context["form"]["vacancy"]] == [chosen.pk, found.pk]
    page = searched.content.decode()
    assert "Werkt graag &quot;precies&quot;." in page
    assert 'value="schoon"' in page
    assert "checked" in page
    assert len(second.context["form"].page) == 6
    assert "0 vacancies found." in nothing.content.decode()
    assert Referral.objects.count() == 0


def test_a_vacancy_of_another_page_can_be_proposed(client):
    booking = make_completed_booking()
    last = [make_vacancy(title=f"Planner {number:02}") for number in range(25)][-1]
    sign_in(client, booking)

    client.post(page_of(booking), {"vacancy": last.pk, "introduction": "Werkt graag precies.", "words": "niets"})

    assert Referral.objects.get().vacancy == last
