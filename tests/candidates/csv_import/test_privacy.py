import pytest

from candidates.models import Candidate, CandidateSource, Rejection
from candidates.privacy import erase, export
from tests.candidates.csv_import.test_services import bring_in, errors_in, make_file, make_line
from tests.factories import make_candidate, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def candidate():
    make_vacancy(source="csv", external_id="371")
    candidate = make_candidate(email="sevda@kandidaat.example")
    CandidateSource.objects.create(candidate=candidate, source="csv", external_id="8812")
    return candidate


def own_lines():
    """Lines about this candidate: by address, by number, and by an address in the wrong column."""
    return [
        make_line(1, email=" Sevda@Kandidaat.example"),
        make_line(8812, email="sevda.oud@kandidaat.example"),
        make_line(2, email="", voornaam="sevda@kandidaat.example"),
    ]


def test_erasure_takes_the_candidate_out_of_a_file_that_is_not_imported_yet(candidate):
    file = make_file(make_line(5), *own_lines(), make_line(6))

    erase(f"candidate:{candidate.pk}")
    file.refresh_from_db()
    left, errors = list(file.lines.values_list("number", flat=True)), errors_in(file)
    bring_in(file)

    assert (left, errors, Rejection.objects.count()) == ([2, 6], [], 2)
    assert not Candidate.objects.filter(email__icontains="sevda").exists()


def test_the_export_contains_the_lines(candidate):
    make_file(make_line(5), *own_lines())

    lines = export(f"candidate:{candidate.pk}")["lines_of_files"]

    assert [cells["candidate_id"] for cells in lines] == ["1", "8812", "2"]


def test_other_lines_stay(candidate):
    file = make_file(make_line(5))
    before = list(file.lines.values())

    erase(f"candidate:{candidate.pk}")

    assert list(file.lines.values()) == before
