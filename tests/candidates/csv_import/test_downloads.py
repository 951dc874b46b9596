"""Files to download: a template and faulty lines, which can be uploaded again."""

import pytest
from django.utils import translation

from candidates.csv_import.downloads import faulty_lines_file, template_file
from candidates.csv_import.parser import COLUMNS, parse_csv
from candidates.csv_import.services import keep_file
from core.actors import Actor
from organisation.models import Role
from tests.candidates.csv_import.test_services import HEADER, errors_in, make_file, make_line
from tests.factories import NOW, make_user, make_vacancy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "columns"), [("nl", list(COLUMNS)), ("en", list(COLUMNS.values()))])
def test_the_template_has_every_column_in_the_readers_language(language, columns):
    with translation.override(language):
        content = template_file()

    assert content == "\ufeff" + ";".join(columns) + "\r\n"


def test_faulty_lines_are_downloaded_mended_and_uploaded(english):
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1), make_line(2, email="geen adres", toelichting='"Eerste\nregel; en meer"'))

    content = faulty_lines_file(file.lines.wrong())
    mended = parse_csv(content.replace("geen adres", "goed@kandidaat.example").encode())

    [line] = mended.lines
    assert (line.cells["candidate_id"], line.cells["explanation"]) == ("2", "Eerste\nregel; en meer")
    assert mended.ignored_columns == ["error"]
    assert "email: “geen adres” is not an e-mail address." in content.replace("\r\n", "")


def test_a_cell_that_a_spreadsheet_would_calculate_comes_back_as_it_was(english):
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1, voornaam="=HYPERLINK(1)", toelichting="+ punt"))

    content = faulty_lines_file(file.lines.wrong())
    again = parse_csv(content.encode()).lines[0]

    assert ";'=HYPERLINK(1);" in content
    assert (again.cells["first_name"], again.cells["explanation"]) == ("=HYPERLINK(1)", "+ punt")


def test_a_broken_line_is_downloaded_as_it_stood(english):
    make_vacancy(source="csv", external_id="371")
    user = make_user(Role.RECRUITER)
    table = parse_csv((HEADER + "1;Sevda;Aydin\n").encode())
    file = keep_file(table=table, name="a.csv", user=user, actor=Actor.of(user), now=NOW)

    last = faulty_lines_file(file.lines.wrong()).splitlines()[-1]

    assert len(errors_in(file)) == 1
    assert last.startswith("1;Sevda;Aydin;")
