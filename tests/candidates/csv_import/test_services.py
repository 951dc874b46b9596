import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from candidates.csv_import.background import work_on_files
from candidates.csv_import.parser import parse_csv
from candidates.csv_import.services import choose_departments, drop_file, keep_file, start_import
from candidates.errors import FileAlreadyProcessed, FileHasErrors
from candidates.models import Application, Candidate, IntakeFile, Rejection
from candidates.rejections.services import change_rejection
from core.actors import Actor
from organisation.models import Department, Role
from tests.candidates.rejections.test_services import make_draft
from tests.factories import NOW, make_invitation, make_reason, make_user, make_vacancy
from tests.work import calls_of
from vacancies.models import Vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HEADER = (
    "kandidaat_id;voornaam;achternaam;email;vacature_id;functie;afdeling;recruiter_email;fase;verteld_op;reden_code;"
    "onderdeel;toelichting;sterk_punt_1\n"
)


def make_line(number=1, **fields):
    values = {
        "kandidaat_id": str(number),
        "voornaam": "Sevda",
        "achternaam": "Aydin",
        "email": f"kandidaat{number}@kandidaat.example",
        "vacature_id": "371",
        "functie": "",
        "afdeling": "",
        "recruiter_email": "",
        "fase": "interview_1",
        "verteld_op": "20-11-2026",
        "reden_code": "diploma_missing",
        "onderdeel": "eis-0",
        "toelichting": "Voor mensen mist nog een certificaat.",
        "sterk_punt_1": "Rustig onder druk",
    }
    return ";".join((values | fields).values()) + "\n"


def make_file(*lines, user=None):
    make_reason()
    user = user or make_user(Role.RECRUITER)
    table = parse_csv((HEADER + "".join(lines)).encode())
    return keep_file(table=table, name="export.csv", user=user, actor=Actor.of(user), now=NOW)


def bring_in(file, only_valid=False):
    """Start the import, and do what a worker does."""
    start_import(file=file, only_valid=only_valid, actor=Actor.of(file.uploaded_by), now=NOW)
    work_on_files(now=NOW)
    file.refresh_from_db()
    return file


def errors_in(file):
    return [(line.number, column, text) for line in file.lines.wrong() for column, text in line.remarks]


def verdicts_in(file):
    return [(line.number, line.verdict, [text for _column, text in line.remarks]) for line in file.lines.all()]


def test_import_makes_complete_rejections_and_empties_the_cells():
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1), make_line(2))

    file = bring_in(file)

    assert file.outcome == {"created": 2, "left_out": 0, "waiting": 0}
    assert (file.state, file.lines.count()) == (IntakeFile.State.IMPORTED, 0)
    assert Rejection.objects.complete().count() == 2
    assert set(Application.objects.values_list("source", "external_id")) == {("csv", "1:371"), ("csv", "2:371")}


def test_the_same_file_again_changes_nothing():
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1), make_line(2)))
    before = list(Rejection.objects.values()), list(Candidate.objects.values())

    file = bring_in(make_file(make_line(1), make_line(2)))

    assert file.outcome == {"unchanged": 2, "left_out": 0, "waiting": 0}
    assert (list(Rejection.objects.values()), list(Candidate.objects.values())) == before


def test_a_changed_line_is_taken_over_until_the_candidate_is_invited():
    user = make_vacancy(source="csv", external_id="371").recruiter
    bring_in(make_file(make_line(1), make_line(2)))
    make_invitation(rejection=Rejection.objects.get(application__external_id="2:371"))

    file = bring_in(make_file(make_line(1, toelichting="Anders."), make_line(2, toelichting="Anders."), user=user))

    assert file.outcome == {"changed": 1, "kept": 1, "left_out": 0, "waiting": 0}


def test_importing_again_leaves_what_was_completed_on_screen():
    vacancy = make_vacancy(source="csv", external_id="371")
    line = make_line(1, toelichting="")
    bring_in(make_file(line))
    draft = make_draft(vacancy, explanation="Op het scherm aangevuld.")
    change_rejection(rejection_id=Rejection.objects.get().pk, draft=draft, actor=Actor.of(vacancy.recruiter), now=NOW)

    bring_in(make_file(line))

    assert Rejection.objects.get().explanation == "Op het scherm aangevuld."


def test_import_of_everything_is_refused_with_one_error():
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1), make_line(2, email="geen adres"))

    with pytest.raises(FileHasErrors):
        bring_in(file)

    file.refresh_from_db()
    assert not Candidate.objects.exists()
    assert (file.state, file.lines.count()) == (IntakeFile.State.PREVIEW, 2)


def test_import_of_valid_lines_leaves_out_the_others():
    make_vacancy(source="csv", external_id="371")

    file = bring_in(make_file(make_line(1), make_line(2, email="geen adres")), only_valid=True)

    assert file.outcome == {"created": 1, "left_out": 1, "waiting": 0}


def test_an_import_is_done_once():
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1))
    bring_in(file)

    with pytest.raises(FileAlreadyProcessed):
        bring_in(file)

    assert Rejection.objects.count() == 1


def test_a_dropped_file_is_emptied():
    file = make_file(make_line(1))

    drop_file(file=file, actor=Actor.of(file.uploaded_by), now=NOW)

    file.refresh_from_db()
    assert (file.state, file.lines.count()) == (IntakeFile.State.DROPPED, 0)


def test_a_new_upload_empties_an_earlier_preview():
    first = make_file(make_line(1))

    make_file(make_line(1), user=first.uploaded_by)

    first.refresh_from_db()
    assert (first.state, first.lines.count()) == (IntakeFile.State.DROPPED, 0)


def test_an_unknown_vacancy_is_created_from_the_line():
    recruiter = make_user(Role.RECRUITER)
    department = Department.objects.create(name="Planning")
    new = {"functie": "Planner", "afdeling": "planning", "recruiter_email": recruiter.email.upper()}

    file = bring_in(make_file(make_line(1, **new), make_line(2)), only_valid=True)

    vacancy = Vacancy.objects.get()
    assert (vacancy.title, vacancy.source, vacancy.external_id) == ("Planner", "csv", "371")
    assert (vacancy.recruiter, vacancy.department) == (recruiter, department)
    assert file.outcome == {"created": 1, "left_out": 1, "waiting": 0}


def test_a_vacancy_of_the_file_gets_its_requirements_from_it():
    recruiter = make_user(Role.RECRUITER)
    Department.objects.create(name="Planning")
    new = {"functie": "Planner", "afdeling": "Planning", "recruiter_email": recruiter.email}

    bring_in(make_file(make_line(1, onderdeel="Ervaring met roosters", **new)))

    assert [one.label for one in Vacancy.objects.get().requirements.all()] == ["Ervaring met roosters"]
    assert Rejection.objects.complete().exists()


def test_a_vacancy_of_another_source_with_the_same_number_is_another_job(english):
    make_vacancy(source="recruitee", external_id="371", title="Chirurg")
    recruiter = make_user(Role.RECRUITER)
    new = {"functie": "Planner", "afdeling": "OK en Anesthesie", "recruiter_email": recruiter.email}

    unknown = errors_in(make_file(make_line(1)))
    bring_in(make_file(make_line(1, **new)))

    assert [column for _line, column, _text in unknown] == ["vacancy_id"]
    assert [one.vacancy.title for one in Application.objects.all()] == ["Planner"]


def test_unknown_vacancies_and_recruiters_are_errors_of_their_cell(english):
    make_vacancy(source="csv", external_id="371")
    file = make_file(make_line(1, vacature_id="999"), make_line(2, recruiter_email="niemand@ziekenhuis.example"))

    assert [(line, column) for line, column, _ in errors_in(file)] == [(2, "vacancy_id"), (3, "recruiter_email")]


def test_a_former_recruiter_is_refused():
    gone = make_user(Role.RECRUITER, is_active=False)
    make_vacancy(source="csv", external_id="371")

    assert len(errors_in(make_file(make_line(1, recruiter_email=gone.email)))) == 1


@pytest.mark.only_on("postgresql")  # the same statements on both
def test_a_line_of_a_long_file_costs_no_more_than_one_of_a_short_file():
    make_vacancy(source="csv", external_id="371")

    short, middle, long = [work_of_importing(range(1000 * count, 1001 * count)) for count in (20, 120, 220)]

    assert long["statements"] - middle["statements"] <= middle["statements"] - short["statements"]
    assert long["calls"] - middle["calls"] < 1.1 * (middle["calls"] - short["calls"])


def work_of_importing(numbers):
    lines = [make_line(number) for number in numbers]
    lines[7] = lines[7].replace("Sevda", '"Sevda')
    file = make_file(*lines)
    work_on_files(now=NOW)
    start_import(file=file, only_valid=True, actor=Actor.of(file.uploaded_by), now=NOW)
    with CaptureQueriesContext(connection) as statements:
        calls = calls_of(lambda: work_on_files(now=NOW))
    file.refresh_from_db()
    assert file.outcome == {"created": len(lines) - 1, "left_out": 1, "waiting": 0}
    return {"statements": len(statements), "calls": calls}


def test_a_candidate_id_with_another_address_is_an_error_and_changes_nothing(english):
    make_vacancy(source="csv", external_id="371")
    make_vacancy(source="csv", external_id="372")
    bring_in(make_file(make_line(1)))
    before = list(Candidate.objects.values())
    lines = [make_line(1, voornaam="Anne", email="anne@kandidaat.example", vacature_id=key) for key in ("371", "372")]
    file = make_file(*lines, make_line(2))

    found = errors_in(file)
    file = bring_in(file, only_valid=True)

    words = "This number belongs to somebody with another e-mail address."
    assert found == [(2, "candidate_id", words), (3, "candidate_id", words)]
    assert file.outcome == {"created": 1, "left_out": 2, "waiting": 0}
    assert list(Candidate.objects.filter(pk=before[0]["id"]).values()) == before


def test_one_candidate_id_with_two_addresses_in_a_file_is_an_error():
    make_vacancy(source="csv", external_id="371")
    make_vacancy(source="csv", external_id="372")

    file = make_file(make_line(1), make_line(1, email="anne@kandidaat.example", vacature_id="372"))

    assert [(line, column) for line, column, _message in errors_in(file)] == [(3, "candidate_id")]


def test_a_corrected_name_is_no_error():
    make_vacancy(source="csv", external_id="371")
    earlier = bring_in(make_file(make_line(1)))

    line = make_line(1, voornaam="Şevda", email="KANDIDAAT1@kandidaat.example")
    file = bring_in(make_file(line, user=earlier.uploaded_by))

    assert file.outcome == {"changed": 1, "left_out": 0, "waiting": 0}
    assert Candidate.objects.get().first_name == "Şevda"


def test_a_changed_line_about_the_rejection_of_a_colleague_is_an_error(english):
    attacker = make_user(Role.RECRUITER)
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1)))

    same = errors_in(make_file(make_line(1), user=attacker))
    changed = errors_in(make_file(make_line(1, recruiter_email=attacker.email), user=attacker))

    assert same == []
    assert changed == [(2, "candidate_id", "A colleague entered this rejection. Only they can change it.")]


def test_a_file_does_not_change_a_candidate_whom_a_colleague_has():
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1)))
    own = make_vacancy(source="csv", external_id="372").recruiter

    bring_in(make_file(make_line(1, vacature_id="372", email="KANDIDAAT1@kandidaat.example"), user=own))

    candidate = Candidate.objects.get()
    assert (candidate.applications.count(), candidate.email) == (2, "kandidaat1@kandidaat.example")


def test_a_file_with_a_guessed_number_and_another_name_makes_a_candidate_of_its_own():
    make_vacancy(source="csv", external_id="371")
    bring_in(make_file(make_line(1)))
    own = make_vacancy(source="csv", external_id="372").recruiter

    for _twice in range(2):
        bring_in(make_file(make_line(1, vacature_id="372", voornaam="X"), user=own))

    assert sorted(Candidate.objects.values_list("first_name", flat=True)) == ["Sevda", "X"]
    assert [one.first_name for one in Candidate.objects.visible_to(own)] == ["X"]


def test_the_preview_says_of_each_line_what_happens(english):
    user = make_vacancy(source="csv", external_id="371").recruiter
    make_vacancy(source="csv", external_id="372", eligibility="interviewed", recruiter=user)
    bring_in(make_file(make_line(8), user=user))

    file = make_file(
        make_line(1),
        make_line(2, toelichting="", sterk_punt_1="", reden_code="iets anders"),
        make_line(3, verteld_op=""),
        make_line(4, vacature_id="372", fase="brief"),
        make_line(5, email="geen adres"),
        make_line(6, email="kandidaat1@kandidaat.example"),
        make_line(8),
        user=user,
    )

    shared = "In this file several people have this address. Afterwards you say who is who."
    assert verdicts_in(file) == [
        (2, "invites", [shared]),
        (
            3,
            "waits",
            [
                "The reason “iets anders” is not in our list.",
                "Waits for an explanation.",
                "Waits for at least one strength.",
            ],
        ),
        (4, "waits", ["Waits until the candidate has been told."]),
        (5, "nobody", ["By policy nobody is invited at this stage."]),
        (6, "wrong", ["“geen adres” is not an e-mail address."]),
        (7, "invites", [shared]),
        (8, "same", []),
    ]


def test_the_verdict_is_what_the_import_then_does():
    make_vacancy(source="csv", external_id="371")
    lines = [make_line(1), make_line(2, toelichting=""), make_line(3, reden_code="anders"), make_line(4, onderdeel="")]

    file = make_file(*lines)
    waiting = [line.number for line in file.lines.filter(verdict="waits")]
    bring_in(file)

    incomplete = Rejection.objects.incomplete().order_by("application__external_id")
    assert waiting == [3, 4, 5]
    assert [one.application.external_id for one in incomplete] == ["2:371", "3:371", "4:371"]


def test_told_before_it_was_decided_is_pointed_out(english):
    make_vacancy(source="csv", external_id="371")
    header = HEADER.replace("verteld_op", "verteld_op;afgewezen_op")
    line = make_line(1, verteld_op="19-11-2026;20-11-2026")

    make_reason()
    user = make_user(Role.RECRUITER)
    file = keep_file(table=parse_csv((header + line).encode()), name="a", user=user, actor=Actor.of(user), now=NOW)

    assert verdicts_in(file) == [(2, "invites", ["Told before it was decided: look at the dates."])]


def test_an_unknown_department_is_proposed_and_not_created(english):
    recruiter = make_user(Role.RECRUITER)
    Department.objects.create(name="Planning")
    new = {"functie": "Planner", "afdeling": "Planing", "recruiter_email": recruiter.email}
    file = make_file(make_line(1, **new), user=recruiter)
    before = errors_in(file)

    choose_departments(file=file, chosen={"Planing": "Planning"}, actor=Actor.of(recruiter), now=NOW)
    file.refresh_from_db()
    bring_in(file)

    assert before == [
        (2, "department", "We do not know the department “Planing”. Choose the right one above, or add it.")
    ]
    assert [one.department.name for one in Vacancy.objects.all()] == ["Planning"]
    assert [one.name for one in Department.objects.all()] == ["Planning"]


def test_a_department_is_added_when_the_recruiter_says_so():
    recruiter = make_user(Role.RECRUITER)
    new = {"functie": "Planner", "afdeling": "Planning", "recruiter_email": recruiter.email}
    file = make_file(make_line(1, **new), make_line(2, **new), user=recruiter)
    assert file.unknown_departments == ["Planning"]

    choose_departments(file=file, chosen={"Planning": "Planning"}, actor=Actor.of(recruiter), now=NOW)
    file.refresh_from_db()
    seen = (file.unknown_departments, file.new_vacancies)
    bring_in(file)

    assert seen == ([], {"371": "Planner"})
    assert [one.name for one in Department.objects.all()] == ["Planning"]


def test_the_messages_name_dutch_codes_to_a_dutch_reader():
    make_vacancy(source="csv", external_id="371")

    with translation.override("nl"):
        file = make_file(make_line(1, fase="derde gesprek"))

    choices = "brief, telefonische kennismaking, eerste gesprek, tweede gesprek, opdracht, arbeidsvoorwaardengesprek"
    assert errors_in(file) == [(2, "stage", f"We kennen “derde gesprek” hier niet. Kies uit: {choices}.")]
