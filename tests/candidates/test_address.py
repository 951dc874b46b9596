"""Change of a candidate's mail address: who may, and the attack by which a recruiter took over a private link."""

from dataclasses import replace

import pytest
import time_machine

from advisors.models import Advisor
from candidates.access.services import link_url_for
from candidates.address import change_address
from candidates.errors import CandidateShared, EmployerAddress
from candidates.models import Application, Candidate, CandidateSource, Rejection
from candidates.rejections.services import change_rejection, register_rejection
from core.actors import COMMAND, Actor, object_key
from organisation.models import ApiClient, AuditEvent, Role
from outbox.models import Message
from tests.candidates.csv_import.test_services import bring_in, errors_in, make_file, make_line
from tests.candidates.rejections.test_services import make_draft
from tests.candidates.rejections.test_views import typed
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_message,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
VICTIM, EVIL = "slachtoffer@kandidaat.example", "aanvaller@elders.example"


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO = True
    make_policy()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def victim():
    """Candidate of another recruiter, with a talk."""
    candidate = make_candidate(first_name="Qwertina", last_name="Vlinderstruik", email=VICTIM, phone="+31600000055")
    make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)))
    return candidate


@pytest.fixture
def attacker(client):
    user = make_user(Role.RECRUITER)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def change(candidate, *, email=EVIL, actor):
    change_address(candidate=candidate, email=email, actor=actor, now=NOW)


def details(candidate):
    return Candidate.objects.values_list("first_name", "last_name", "email", "phone").get(pk=candidate.pk)


def mail_to(address):
    return list(Message.objects.filter(recipient=address).values_list("kind", flat=True))


def test_a_recruiter_does_not_take_over_the_private_link_of_a_stranger(client, attacker, victim):
    """Enter a rejection with the address of another's candidate, merge, edit the address, ask for a new link."""
    before, link = details(victim), link_url_for(victim)
    vacancy = make_vacancy(recruiter=attacker)

    client.post("/rejections/new/", typed(vacancy, email=VICTIM))
    own = Rejection.objects.get(recruiter=attacker)
    page = client.get("/rejections/same-person/").content.decode()
    pair = {"first": victim.pk, "second": own.application.candidate_id, "answer": "one"}
    merged = client.post("/rejections/same-person/", pair)
    client.post(f"/rejections/{own.pk}/edit/", typed(vacancy, email=EVIL))
    client.post("/link/", {"email": EVIL})

    assert ("Vlinderstruik" in page, "Q. V." in page, merged.status_code) == (False, False, 404)
    assert (details(victim), link_url_for(Candidate.objects.get(pk=victim.pk))) == (before, link)
    assert all(link not in text for text in Message.objects.filter(recipient=EVIL).values_list("text", flat=True))


@pytest.mark.parametrize("field", [{"email": EVIL}, {"phone": "06-12345679"}, {"first_name": "X"}])
def test_after_a_merge_neither_recruiter_changes_the_candidate_alone(client, attacker, victim, field):
    vacancy = make_vacancy(recruiter=attacker)
    own = make_rejection(candidate=victim, vacancy=vacancy)  # the colleague agreed
    before = details(victim)
    same = {"email": VICTIM, "first_name": "Qwertina", "last_name": "Vlinderstruik", "phone": "06-00000055"}

    answer = client.post(f"/rejections/{own.pk}/edit/", typed(vacancy, **same | field))

    assert "A colleague has this candidate too" in answer.content.decode()
    assert details(victim) == before


def test_a_file_that_names_the_uploader_as_recruiter_takes_over_no_rejection(client, attacker):
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1)))
    victim = Candidate.objects.get()

    file = make_file(make_line(1, recruiter_email=attacker.email), user=attacker)

    assert [column for _line, column, _message in errors_in(file)] == ["candidate_id"]
    assert not Candidate.objects.visible_to(attacker).exists()
    assert client.get(f"/rejections/{Rejection.objects.get().pk}/edit/").status_code == 404
    assert details(victim)[2] == "kandidaat1@kandidaat.example"


def test_a_file_with_the_number_and_name_of_a_colleagues_candidate_gives_no_way_to_the_address(client, attacker):
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1)))
    vacancy = make_vacancy(source="csv", external_id="372", recruiter=attacker)
    bring_in(make_file(make_line(1, vacature_id="372"), user=attacker))
    own = Rejection.objects.get(recruiter=attacker)

    client.post(f"/rejections/{own.pk}/edit/", typed(vacancy, first_name="Sevda", phone="", email=EVIL))

    assert Candidate.objects.get().email == "kandidaat1@kandidaat.example"


def test_a_second_report_of_the_applicant_tracking_system_gives_no_way_to_the_address(client, attacker, victim):
    system = Actor.of(ApiClient.objects.create(name="ATS", source="ats", token_digest="0" * 64), origin="api")
    CandidateSource.objects.create(candidate=victim, source="ats", external_id="8812")
    Application.objects.update(source="ats")
    vacancy = make_vacancy(recruiter=attacker)
    draft = make_draft(vacancy, source="ats")
    draft = replace(draft, person=replace(draft.person, email=VICTIM, phone="+31612345679"))

    rejection = register_rejection(draft=draft, actor=system, now=NOW).rejection
    before = details(victim)
    client.post(f"/rejections/{rejection.pk}/edit/", typed(vacancy, email=EVIL))

    assert rejection.application.candidate == victim
    assert details(victim) == before


def test_a_change_renews_the_link_and_tells_the_old_address():
    rejection = make_rejection(candidate=make_candidate(email=VICTIM))
    candidate, actor = rejection.application.candidate, Actor.of(rejection.recruiter)
    old = link_url_for(candidate)
    queued = make_message(person_key=object_key(candidate), recipient=VICTIM, text=f"Kies: {old}", unsubscribe_url=old)

    change(candidate, email="goed@kandidaat.example", actor=actor)

    candidate, new = Candidate.objects.get(), link_url_for(Candidate.objects.get())
    queued.refresh_from_db()
    assert (candidate.email, old == new) == ("goed@kandidaat.example", False)
    assert (queued.recipient, queued.text, queued.unsubscribe_url) == (candidate.email, f"Kies: {new}", new)
    assert mail_to(VICTIM) == ["address_changed"]
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"candidate.change_address", "link.renew"}


def test_a_recruiter_changes_the_address_of_an_own_candidate_on_screen(client, attacker):
    vacancy = make_vacancy(recruiter=attacker)
    own = make_rejection(candidate=make_candidate(email=VICTIM), vacancy=vacancy)

    answer = client.post(f"/rejections/{own.pk}/edit/", typed(vacancy, email="goed@kandidaat.example"))

    assert answer.status_code == 302
    assert Candidate.objects.get().email == "goed@kandidaat.example"
    assert mail_to(VICTIM) == ["address_changed"]


def test_the_address_of_a_colleague_is_refused():
    rejection = make_rejection()

    with pytest.raises(EmployerAddress):
        change(rejection.application.candidate, email=rejection.recruiter.email, actor=Actor.of(rejection.recruiter))


@pytest.mark.parametrize("who", ["recruiter", "vacancy", "other advisor", "manager", "application manager"])
def test_only_the_advisor_of_every_talk_changes_an_address_that_works(victim, who):
    rejection = Rejection.objects.get()
    people = {
        "recruiter": rejection.recruiter,
        "vacancy": rejection.application.vacancy.recruiter,
        "other advisor": make_advisor().user,
        "manager": make_user(Role.MANAGER),
        "application manager": make_user(Role.APPLICATION_MANAGER),
    }

    with pytest.raises(CandidateShared):
        change(victim, actor=Actor.of(people[who]))

    change(victim, email="goed@kandidaat.example", actor=Actor.of(Advisor.objects.order_by("pk")[0].user))
    assert Candidate.objects.get().email == "goed@kandidaat.example"


def test_an_advisor_does_not_change_it_once_a_colleague_talks_with_the_candidate(victim):
    advisor = Advisor.objects.get()
    make_booking(invitation=make_invitation(rejection=make_rejection(candidate=victim)))

    with pytest.raises(CandidateShared):
        change(victim, actor=Actor.of(advisor.user))


def test_an_application_manager_corrects_an_address_at_which_mail_fails(victim):
    Candidate.objects.update(email_failed_at=NOW)

    change(victim, email="goed@kandidaat.example", actor=Actor.of(make_user(Role.APPLICATION_MANAGER)))

    assert Candidate.objects.get().email_failed_at is None


def test_a_command_may_change_any_address(victim):
    change(victim, email="goed@kandidaat.example", actor=COMMAND)

    assert Candidate.objects.get().email == "goed@kandidaat.example"


def test_a_changed_case_of_the_address_is_no_other_address():
    rejection = make_rejection(candidate=make_candidate(email=VICTIM))
    draft = make_draft(rejection.application.vacancy)
    draft = replace(draft, person=replace(draft.person, email=VICTIM.upper()))

    change_rejection(rejection_id=rejection.pk, draft=draft, actor=Actor.of(rejection.recruiter), now=NOW)

    assert (Candidate.objects.get().email, mail_to(VICTIM)) == (VICTIM.upper(), [])
