from copy import deepcopy
from datetime import date

import pytest
import time_machine

from candidates.models import Application, Candidate, Rejection
from core.tokens import digest_of
from organisation.models import ApiClient, AuditEvent, Role
from tests.factories import NOW, make_reason, make_user, make_vacancy
from vacancies.models import Requirement, Vacancy

pytestmark = pytest.mark.django_db
BODY = {
    "source": "recruitee",
    "external_id": "cand-8812:offer-371",
    "event": "application.rejected",
    "occurred_at": "2026-11-20T09:12:00+01:00",
    "candidate": {
        "external_id": "8812",
        "first_name": "Sevda",
        "infix": "",
        "last_name": "Aydin",
        "email": "sevda.aydin@kandidaat.example",
        "phone": "+31600000001",
        "language": "nl",
    },
    "vacancy": {
        "external_id": "371",
        "title": "Anesthesiemedewerker",
        "department": "OK en Anesthesie",
        "recruiter_email": "m.tienstra@ziekenhuis-oostmeer.example",
    },
    "application": {
        "external_id": "9917",
        "applied_on": "2026-11-03",
        "stage": "interview_1",
        "stage_label": "1e gesprek",
    },
    "rejection": {
        "rejected_by": "organisation",
        "reason_code": "diploma_missing",
        "component": "cert_airway",
        "explanation": "Voor mensen mist nog één certificaat.",
        "strengths": ["Rustig onder druk"],
        "notified_by": "phone",
    },
}


@pytest.fixture(autouse=True)
def _now(settings):
    settings.DEMO = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def post(client):
    ApiClient.objects.create(name="Recruitee", source="recruitee", token_digest=digest_of("secret"))

    def send(body, token="secret"):
        return client.post(
            "/api/v1/rejections", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )

    return send


@pytest.fixture
def vacancy():
    make_reason()
    vacancy = make_vacancy(source="recruitee", external_id="371", requirements=0)
    Requirement.objects.create(vacancy=vacancy, code="cert_airway", label="Certificaat beademing")
    return vacancy


def with_part(part, **fields):
    body = deepcopy(BODY)
    body[part] |= fields
    return body


def test_a_report_is_stored_completely(post, vacancy):
    response = post(BODY)

    rejection = Rejection.objects.get()
    assert response.status_code == 201
    assert response.json() == {"id": rejection.pk, "status": "complete", "missing": []}
    assert (rejection.component.code, rejection.recruiter) == ("cert_airway", vacancy.recruiter)
    assert (rejection.decided_on, rejection.notified_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert (rejection.application.source, rejection.application.external_id) == ("recruitee", "cand-8812:offer-371")
    event = AuditEvent.objects.get()
    assert (event.action, event.origin) == ("rejection.register", "api")
    assert event.actor == f"apiclient:{ApiClient.objects.get().pk}"


def test_the_same_report_again_gives_the_same_answer(post, vacancy):
    first = post(BODY)

    again = post(BODY)

    assert (again.status_code, again.json()) == (200, first.json())
    assert (Rejection.objects.count(), Candidate.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"reason_code": "not_a_fit"}, ["reason"]),
        ({"component": "unknown"}, ["component"]),
        ({"explanation": "", "strengths": []}, ["explanation", "strength"]),
    ],
)
def test_an_incomplete_report_waits(post, vacancy, fields, missing):
    response = post(with_part("rejection", **fields))

    assert response.status_code == 201
    assert (response.json()["status"], response.json()["missing"]) == ("waiting", missing)
    assert Requirement.objects.count() == 1


def test_an_unknown_reason_is_stored_as_text(post, vacancy):
    post(with_part("rejection", reason_code="Not a fit"))

    assert Rejection.objects.get().reason_label == "Not a fit"


def test_without_notice_its_day_stays_empty(post, vacancy):
    post(with_part("rejection", notified_by=""))

    assert Rejection.objects.get().notified_on is None


def test_a_candidate_who_withdrew_is_never_complete(post, vacancy):
    response = post(with_part("rejection", rejected_by="candidate"))

    assert response.json()["status"] == "withdrawn"
    assert not Rejection.objects.complete().exists()


def test_unknown_fields_are_not_stored(post, vacancy):
    post(with_part("candidate", birth_date="1990-01-01", nationality="NL", cv="geheim-cv"))

    kept = [str(list(model.objects.values())) for model in (Candidate, Application, Rejection)]
    assert not any("1990" in text or "geheim" in text for text in kept)


def test_a_new_vacancy_is_created_for_a_known_recruiter(post):
    recruiter = make_user(Role.RECRUITER)

    response = post(with_part("vacancy", recruiter_email=recruiter.email))

    vacancy = Vacancy.objects.get()
    assert response.status_code == 201
    assert (vacancy.title, vacancy.department.name, vacancy.recruiter) == (
        "Anesthesiemedewerker",
        "OK en Anesthesie",
        recruiter,
    )


@pytest.mark.parametrize(("fields", "code"), [({}, "recruiter_unknown"), ({"title": ""}, "vacancy_unknown")])
def test_a_vacancy_that_cannot_be_created_is_a_problem(post, fields, code):
    response = post(with_part("vacancy", **fields))

    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert response.json()["code"] == code
    assert not Candidate.objects.exists()


def test_a_vacancy_of_another_source_is_not_touched(post):
    make_vacancy(source="greenhouse", external_id="371")

    assert post(BODY).json()["code"] == "recruiter_unknown"


def test_another_source_is_refused(post, vacancy):
    response = post(BODY | {"source": "greenhouse"})

    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert not Rejection.objects.exists()


@pytest.mark.parametrize("token", ["wrong", ""])
def test_without_a_token_nothing_is_stored(post, vacancy, token):
    assert post(BODY, token=token).status_code == 401
    assert not Rejection.objects.exists()


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("candidate", {"email": "no address"}),
        ("candidate", {"first_name": "", "last_name": ""}),
        ("candidate", {"first_name": "x" * 201}),
        ("candidate", {"first_name": "\u202e\n", "last_name": "."}),
        ("rejection", {"explanation": "a\x00b"}),
        ("candidate", {"phone": "12"}),
        ("candidate", {"language": "xx"}),
        ("application", {"stage": "interview_9"}),
        ("application", {"applied_on": "03-11-2026"}),
        ("rejection", {"explanation": "x" * 2001}),
        ("rejection", {"strengths": "Rustig"}),
        ("rejection", {"strengths": ["a", "b", "c", "d"]}),
        ("rejection", {"notified_by": "pigeon"}),
        ("vacancy", {"external_id": ""}),
    ],
)
def test_a_wrong_body_is_a_problem_that_names_the_field(post, vacancy, part, fields):
    response = post(with_part(part, **fields))

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert list(response.json()["errors"][part]) == list(fields)[:1]


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "{", "{}", '{"candidate": []}'])
def test_an_unreadable_body_is_a_problem(client, post, body):
    response = client.post(
        "/api/v1/rejections", body, content_type="application/json", headers={"Authorization": "Bearer secret"}
    )

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("sent", "kept"), [("Anne\r\nBcc: x@y.example", "Anne Bcc: x@y.example"), ("🙂 “ü”", "🙂 “ü”")]
)
def test_a_name_is_stored_on_one_line(post, vacancy, sent, kept):
    post(with_part("candidate", first_name=sent))

    assert Candidate.objects.get().first_name == kept


def test_a_candidate_id_with_another_address_is_a_problem(post, vacancy):
    post(BODY)

    response = post(with_part("candidate", first_name="Anne", email="anne@kandidaat.example"))

    assert (response.status_code, response.json()["code"]) == (409, "number_of_somebody_else")
    assert Candidate.objects.get().first_name == "Sevda"
