import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from candidates.models import IntakeFile, Rejection
from organisation.models import Role
from tests.candidates.csv_import.test_services import HEADER, make_line
from tests.factories import NOW, make_reason, make_user, make_vacancy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def recruiter(client):
    with time_machine.travel(NOW, tick=False):
        user = make_user(Role.RECRUITER)
        client.force_login(user)
        client.cookies["django_language"] = "en"
        make_reason()
        make_vacancy(source="csv", external_id="371", recruiter=user)
        yield user


def upload(client, content):
    return client.post("/rejections/import/", {"file": SimpleUploadedFile("export.csv", content, "text/csv")})


def test_a_file_is_previewed_and_then_imported(client):
    response = upload(client, (HEADER + make_line(1)).encode())
    url = response["Location"]
    page = client.get(url)
    assert not Rejection.objects.exists()

    client.post(url, {"which": "all"})

    assert page.status_code == 200
    assert Rejection.objects.complete().count() == 1
    assert client.get(url).context["file"].outcome == {"created": 1, "left_out": 0, "waiting": 0}


def test_every_error_is_shown_with_line_and_column(client):
    content = HEADER + make_line(1) + make_line(2, email="geen adres", fase="derde") + "kort\n"

    url = upload(client, content.encode())["Location"]

    assert [(line, column) for line, column, _ in client.get(url).context["errors"]] == [
        (3, "email"),
        (3, "fase / stage"),
        (4, ""),
    ]


def test_everything_is_refused_with_an_error_and_valid_lines_are_imported(client):
    url = upload(client, (HEADER + make_line(1) + make_line(2, email="x")).encode())["Location"]

    refused = client.post(url, {"which": "all"})
    client.post(url, {"which": "good"})

    assert refused.context["form"].non_field_errors()
    assert Rejection.objects.count() == 1


def test_a_double_click_imports_once(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    answers = [client.post(url, {"which": "all"}).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Rejection.objects.count() == 1


def test_a_file_is_dropped(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    client.post(url, {"which": "all", "drop": "1"})

    assert IntakeFile.objects.get().rows == []
    assert client.get(url).status_code == 200


def test_a_file_with_errors_only_offers_no_import(client):
    url = upload(client, (HEADER + make_line(1, email="x")).encode())["Location"]

    page = client.get(url)
    answer = client.post(url, {"which": "good"})

    assert ">Import<" not in page.content.decode()
    assert answer.context["form"].errors
    assert not Rejection.objects.exists()


def test_the_file_of_another_recruiter_does_not_exist(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]
    client.force_login(make_user(Role.RECRUITER))

    assert client.get(url).status_code == 404
    assert client.post(url, {"which": "all"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        ("voornaam\nZoë".encode("latin-1"), "This file is not UTF-8."),
        (b"x" * 50 * 1024 * 1024, "larger than 5 MB"),
        (b"PK\x03\x04", "Excel"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(client, content, words):
    response = upload(client, content)

    assert response.status_code == 200
    assert words in str(response.context["form"].errors["file"])
    assert not IntakeFile.objects.exists()


def test_csrf_check_reads_50_megabytes_without_harm(recruiter):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(recruiter)

    assert upload(careful, b"x" * 50 * 1024 * 1024).status_code == 403


def test_a_missing_file_is_an_error(client):
    response = client.post("/rejections/import/", {})

    assert response.status_code == 200
    assert response.context["form"].errors["file"]


@pytest.mark.parametrize("which", ["", "none", "all\x00"])
def test_an_unknown_choice_imports_nothing(client, which):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    assert client.post(url, {"which": which}).status_code == 200
    assert not Rejection.objects.exists()
