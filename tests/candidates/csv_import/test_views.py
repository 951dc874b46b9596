from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidates.csv_import.background import work_on_files
from candidates.models import IntakeFile, Rejection
from organisation.models import Department, Role
from tests.candidates.csv_import.test_services import HEADER, make_line
from tests.factories import NOW, make_advisor, make_policy, make_reason, make_user, make_vacancy

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
    work_on_files(now=NOW)

    assert page.status_code == 200
    assert Rejection.objects.complete().count() == 1
    assert client.get(url).context["file"].outcome == {"created": 1, "left_out": 0, "waiting": 0}


def test_every_error_is_shown_with_line_and_column(client):
    content = HEADER + make_line(1) + make_line(2, email="geen adres", fase="derde") + "kort\n"

    url = upload(client, content.encode())["Location"]

    shown = client.get(url).context["lines"]
    assert [(line.number, [column for column, _text in remarks]) for line, _job, remarks in shown] == [
        (3, ["email", "fase / stage"]),
        (4, [""]),
    ]


def test_everything_is_refused_with_an_error_and_valid_lines_are_imported(client):
    url = upload(client, (HEADER + make_line(1) + make_line(2, email="x")).encode())["Location"]

    refused = client.post(url, {"which": "all"})
    client.post(url, {"which": "good"})
    work_on_files(now=NOW)

    assert refused.context["form"].non_field_errors()
    assert Rejection.objects.count() == 1


def test_a_double_click_imports_once(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    answers = [client.post(url, {"which": "all"}).status_code for _ in range(2)]
    work_on_files(now=NOW)

    assert answers == [302, 302]
    assert Rejection.objects.count() == 1


def test_a_file_is_dropped(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    client.post(url, {"which": "all", "drop": "1"})

    assert not IntakeFile.objects.get().lines.exists()
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
        (b"voornaam\nZo\x91", "We cannot read the letters with accents in this file."),
        (b"x" * 50 * 1024 * 1024, "larger than 25 MB"),
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


def test_the_page_shows_the_progress_until_the_import_is_done(client):
    url = upload(client, (HEADER + make_line(1) + make_line(2)).encode())["Location"]
    client.post(url, {"which": "all"})

    page, part = client.get(url), client.get(url, headers={"HX-Request": "true"})
    work_on_files(now=NOW)
    done = client.get(url, headers={"HX-Request": "true"})

    assert 'value="0"' in page.content.decode()
    assert "You may close this page" in page.content.decode()
    assert part.content.decode().lstrip().startswith("<progress max=")
    assert done.headers["HX-Refresh"] == "true"


def test_a_large_file_is_checked_by_a_worker(client):
    url = upload(client, (HEADER + "".join(make_line(number) for number in range(201))).encode())["Location"]
    before = client.get(url)

    work_on_files(now=NOW)

    assert "The file is being checked" in before.content.decode()
    assert client.get(url).context["counts"] == [("invites", "Will be invited", 201)]


def test_the_preview_says_how_many_invitations_leave_and_what_there_is_room_for(client):
    make_policy(invitations_per_day=1)
    url = upload(client, (HEADER + make_line(1) + make_line(2)).encode())["Location"]

    words = " ".join(client.get(url).content.decode().split())

    assert "This sends 2 invitations. There is room for 0 talks a week." in words
    assert "at most 1 leave a day, the oldest first: the last of this file on Wednesday 25 November" in words


def test_lines_are_shown_per_kind_and_page(client):
    content = HEADER + "".join(make_line(number, toelichting="") for number in range(60)) + make_line(99)
    url = upload(client, content.encode())["Location"]

    pages = [
        client.get(url, {"show": show, "page": page}) for show, page in (("waits", 1), ("waits", 2), ("invites", 1))
    ]

    assert [len(page.context["lines"]) for page in pages] == [50, 10, 1]


def test_a_department_is_chosen_on_the_page(client, recruiter):
    line = make_line(
        1, vacature_id="372", functie="Planner", afdeling="OK en Anestesie", recruiter_email=recruiter.email
    )
    url = upload(client, (HEADER + line).encode())["Location"]
    form = client.get(url).context["departments"]

    client.post(url, {"departments": "1", "department_0": "OK en Anesthesie"})

    assert client.get(url).context["new_departments"] == []
    assert form.fields["department_0"].initial == "OK en Anesthesie"
    assert client.get(url).context["counts"] == [("invites", "Will be invited", 1)]


def test_a_windows_file_is_accepted_with_a_word_about_it(client):
    url = upload(client, (HEADER + make_line(1, voornaam="Zoë")).encode("cp1252"))["Location"]

    page = client.get(url).content.decode()

    assert "Zoë" in page
    assert "We read it as Windows-1252" in page


def test_template_and_faulty_lines_are_downloads(client):
    url = upload(client, (HEADER + make_line(1, email="x")).encode())["Location"]

    template, faulty = client.get("/rejections/import/template/"), client.get(f"{url}faulty/")

    assert template.content.decode().startswith("\ufeffcandidate_id;")
    assert faulty.headers["Content-Disposition"] == 'attachment; filename="faulty-lines.csv"'
    assert "Sevda" in faulty.content.decode()
    client.force_login(make_user(Role.RECRUITER))
    assert client.get(f"{url}faulty/").status_code == 404


def test_the_preview_costs_as_much_with_1_line_as_with_30(client):
    statements = []
    for number in (1, 30):
        content = HEADER + "".join(make_line(one, toelichting="") for one in range(number))
        url = upload(client, content.encode())["Location"]
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        statements.append(len(captured))

    assert statements[0] == statements[1]


def test_a_file_is_found_again_by_its_recruiter_only(client):
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    own = client.get("/rejections/import/").content.decode()
    client.force_login(make_user(Role.RECRUITER))
    others = client.get("/rejections/import/").content.decode()

    assert (f'href="{url}"' in own, f'href="{url}"' in others) == (True, False)


def test_invitations_are_spread_when_the_recruiter_says_so(client):
    url = upload(client, (HEADER + make_line(1) + make_line(2)).encode())["Location"]
    offered = client.get(url).context["form"].fields["spread"].label

    client.post(url, {"which": "all", "spread": "on"})
    work_on_files(now=NOW)

    days = Rejection.objects.order_by("invite_from").values_list("invite_from", flat=True)
    assert offered.endswith("at most 1 a working day, the oldest first, until Wednesday 25 November")
    assert list(days) == [date(2026, 11, 23), date(2026, 11, 24)]


def test_spreading_is_offered_only_when_there_is_too_little_room(client):
    make_policy()
    make_advisor()
    url = upload(client, (HEADER + make_line(1)).encode())["Location"]

    assert "spread" not in client.get(url).context["form"].fields


def test_a_department_that_is_added_is_named_before_the_import(client, recruiter):
    new = {"functie": "Planner", "afdeling": "Planning", "recruiter_email": recruiter.email}
    url = upload(client, (HEADER + make_line(1, vacature_id="372", **new)).encode())["Location"]

    client.post(url, {"departments": "1", "department_0": "+"})

    assert client.get(url).context["new_departments"] == ["Planning"]
    assert not Department.objects.filter(name="Planning").exists()


def test_a_line_shows_the_title_of_the_vacancy_that_its_number_names(client):
    url = upload(client, (HEADER + make_line(1, functie="Planner")).encode())["Location"]

    assert [job for _line, job, _remarks in client.get(url).context["lines"]] == ["Anesthesiemedewerker"]
